"""Is it alive, is it ready, how is it doing."""

import json
from collections.abc import Callable, Mapping

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


def create_blueprint(
    checks: Mapping[str, Callable[[], bool]], measures: Callable[[], bytes] = generate_latest
) -> Blueprint:
    """`checks` name what has to work before traffic makes sense; each answers without raising. `measures` is the page
    that Prometheus reads."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return _answer({"ok": True}, 200)

    @blueprint.get("/readyz")
    def ready() -> Response:
        results = {name: check() for name, check in checks.items()}
        fine = all(results.values())
        return _answer({"ok": fine, "checks": results}, 200 if fine else 503)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(measures(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return blueprint


def _answer(body: dict[str, object], status: int) -> Response:
    return Response(
        json.dumps(body), status=status, mimetype="application/json", headers={"Cache-Control": "no-store"}
    )
