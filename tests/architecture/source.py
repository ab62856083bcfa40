"""The source tree as the architecture tests see it."""

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
PACKAGE = SRC / "tillstream"


@dataclass(frozen=True)
class Module:
    """One Python file under src."""

    path: Path

    @property
    def name(self) -> str:
        """Its dotted name."""
        parts = self.path.relative_to(SRC).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def lines(self) -> int:
        return len(self.path.read_text().splitlines())

    def docstring(self) -> str:
        return ast.get_docstring(ast.parse(self.path.read_text())) or ""


def modules() -> list[Module]:
    return [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def packages() -> list[Module]:
    return [module for module in modules() if module.path.name == "__init__.py"]
