"""`alongside agent` as the benchmark of hosts runs it, on a host of its own: ten messages to a call and a budget for
the smaller limit of that CRM, so that the CRM's answers, and not the few cores of one machine, are waited for.

Settings want a CRM behind https, but on the same machine. So a pipe from this host's own loopback stands in for what
ends TLS elsewhere.
"""

import os
import socket
import sys
import threading

import app.crm.hubspot_transport
import sync.writeback
from app.cli import main
from benchmarks.hosts import BUDGET, CRM_ADDRESS, PER_CALL


def pipe_to(host: str, port: int) -> int:
    """A port of this host's loopback that leads there."""
    server = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve() -> None:
        while True:
            near, _ = server.accept()
            far = socket.create_connection((host, port))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=_copy, args=(source, target), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return int(server.getsockname()[1])


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


if __name__ == "__main__":
    host, _, port = os.environ[CRM_ADDRESS].rpartition(":")
    os.environ["HUBSPOT_API_ORIGIN"] = f"http://127.0.0.1:{pipe_to(host, int(port))}"
    sync.writeback.BATCH = PER_CALL
    app.crm.hubspot_transport.HUBSPOT_CALLS = BUDGET
    main(sys.argv[1:])
