"""Serves a WSGI app by gunicorn's threads. The app is made in each worker, so no connection is ever shared."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from gunicorn.app.base import BaseApplication

GRACE = 5
"""Seconds a worker has to finish its requests when the server ends."""

TIMEOUT = 60
"""Seconds after which a worker that says nothing is replaced."""


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(self, make: Callable[[], Any], options: dict[str, Any]) -> None:
        self._make = make
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._make()


def serve_app(
    make: Callable[[], Any],
    *,
    name: str,
    port: int,
    host: str = "127.0.0.1",
    workers: int = 1,
    threads: int = 8,
) -> None:
    """Serves what `make` makes until TERM or INT arrives; ends the process with SystemExit."""
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": TIMEOUT,
        "graceful_timeout": GRACE,
        "keepalive": 5,
        "control_socket_disable": True,  # it would stay behind in the home directory
        "proc_name": name,
        "loglevel": "warning",
    }
    _Server(make, options).run()


def serve(factory: str, **options: Any) -> None:
    """Serves a factory named like "app.wsgi:create"; the module is first imported in the worker."""

    def make() -> Any:
        module, _, name = factory.partition(":")
        return getattr(import_module(module), name)()

    serve_app(make, name=factory, **options)
