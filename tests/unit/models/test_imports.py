import ast
from pathlib import Path

ALLOWED = {"numpy", "lightgbm", "json", "hashlib", "math", "io", "dataclasses", "typing", "collections", "pathlib"}


def test_scorers_import_nothing_but_numpy_and_lightgbm(root: Path) -> None:
    found = set()
    for path in (root / "src/tillstream/models/scoring").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module))
    ours = {name for name in found if name.startswith("tillstream")}
    assert {name.partition(".")[0] for name in found - ours} <= ALLOWED
    assert all(name.startswith(("tillstream.models.scoring", "tillstream.core.")) for name in ours)
