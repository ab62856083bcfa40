import os
import socket

import pytest


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as one, pytest.raises(ConnectionRefusedError, match="loopback only"):
        one.connect(("192.0.2.1", 80))  # a documentation address: nobody's


def test_a_test_reaches_loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as one:
        one.connect(server.getsockname())


def test_a_test_sees_no_settings_of_the_user() -> None:
    kept = {"TILLSTREAM_DATA", "TILLSTREAM_EVERY_LANE", "TILLSTREAM_CHROMIUM"}
    assert {name for name in os.environ if name.startswith("TILLSTREAM_")} <= kept
