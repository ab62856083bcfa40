"""Ports: who has one that a service of ours wants."""

import socket
from collections.abc import Iterable

import psutil

from tillstream.core.errors import PortTaken
from tillstream.operations.stack.service import Service


def require_free(services: Iterable[Service]) -> None:
    """Raises PortTaken, naming port, process and setting, for the first service whose port is not free."""
    for service in services:
        if service.command and (port := service.port) and not _is_free(port.host, port.number):
            raise PortTaken(service.name, port.number, holder_of(port.number), port.setting)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: TIME_WAIT is not a holder
        try:
            line.bind((host, port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> str:
    """`name (pid N)` of who listens there; without the right to look, "another process"."""
    try:
        found = [
            line.pid for line in psutil.net_connections("tcp") if line.laddr and line.laddr.port == port and line.pid
        ]
        return f"{psutil.Process(found[0]).name()} (pid {found[0]})" if found else "another process"
    except psutil.Error:
        return "another process"
