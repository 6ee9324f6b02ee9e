"""Metric 1: CPU of a valid share GET by the CPU of a null Flask GET, same server, same run.

Both apps stand in one gunicorn worker behind one dispatcher, so that they share everything but the app. The worker
tells its own CPU time; rounds alternate and the median counts. Access log, watermark, ledger, a link with every kind
of rule, and the check of link, session and policy in the database are on. A figure is only printed when the page is
right, the ledger holds the showing, and a revoked link is refused on the very next request.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from app.bootstrap_share import build_share_app
from app.disclosure.policy import default_policy
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, RecordKey
from app.doors.share.visitor import session_cookie
from app.ground.clock import to_iso, utc_now
from app.ground.ids import hash_token, new_id, new_link_code, new_token
from app.ground.log import set_up_logging
from app.sharing.watermark import mark
from app.storage import migrate
from app.storage.engine import Database
from app.storage.published.exposures import exposures_of
from app.storage.published.links import (
    ROOM,
    PublishedLink,
    revoke_link,
    save_link,
    set_face,
    set_live_policy,
)
from app.storage.published.rooms import publish_snapshot
from app.storage.published.viewers import start_session

ORIGIN = "http://127.0.0.1:5081"
TENANT, PARTNER, EMAIL = "tenant", "partner", "mira@northwind.example"
PASSCODE, TERMS = "salt.hash", "version"
RULES = (
    ("audience", EMAIL, "@northwind.example"),
    ("without", "leaver@northwind.example"),
    ("views", "10000"),
    ("passcode", PASSCODE),
    ("terms", TERMS),
    ("hours", "Europe/Berlin", "00:00", "23:59:59.999999", "1234567"),
)
TEXT = "Can you fill in the security questionnaire?"
ROOMS, VERSIONS = 50, 20
ROUNDS, REQUESTS = 21, 200
STARTS_WITHIN = 20


def run() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'share.db'}"
        database = Database(url)
        migrate.upgrade(database)
        link, session = _fill(database)
        for metric, ratios, page in (
            ("cpu_ratio", *_over_gunicorn(url, link.code, session)),
            ("cpu_ratio_wsgi", *_in_process(database, link.code, session)),
        ):
            _require(mark(EMAIL, link.code, utc_now())[:40] in page and link.code.encode() in page, "mark")
            _require(TEXT.encode() in page and EMAIL.encode() in page, "text")
            with database.read() as connection:
                shown = exposures_of(connection, TENANT, link.record, PARTNER)
            _require([one.email for one in shown] == [EMAIL], "ledger")
            yield {
                "benchmark": "share",
                "metric": metric,
                "value": round(statistics.median(ratios), 3),
                "unit": "CPU of a share GET / CPU of a null Flask GET",
                "n": ROUNDS * REQUESTS,
                "lowest": round(min(ratios), 3),
                "highest": round(max(ratios), 3),
                "page_bytes": len(page),
                "checked": ["mark", "text", "ledger", "revoked"],
            }
        database.close()


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f"benchmark share: the check {what!r} failed; its figure would mean nothing")


def _content(number: int, version: int) -> dict[str, Any]:
    at = to_iso(utc_now())
    return {
        "deal": {"name": f"Deal {number}"},
        "fields": [
            {
                "name": "name",
                "label": "Deal",
                "value": f"Deal {number}",
                "object": "deal",
                "treatment": "show",
            },
            {
                "name": "next_step",
                "label": "Next step",
                "value": f"Step {version}",
                "object": "deal",
                "treatment": "show",
            },
        ],
        "stages": [{"label": s, "state": "ahead"} for s in ("Discovery", "Proposal", "Closing")],
        "registration": None,
        "steps": [
            {
                "id": f"s{i}",
                "milestone": f"Milestone {i // 4}",
                "title": f"Step {i} of the plan",
                "side": ("us", "partner")[i % 2],
                "owner": "",
                "due": "2027-01-15",
                "status": "open",
                "position": i,
            }
            for i in range(12)
        ],
        "messages": [
            {"id": f"m{i}", "author": "Sam Seller", "side": "us", "body": f"{TEXT} ({i})", "at": at}
            for i in range(50)
        ],
        "files": [],
        "vendor": {"name": "Acme Cloud", "color": "#0b5cab"},
    }


def _fill(database: Database) -> tuple[PublishedLink, str]:
    """Rooms with a history and links, and one session into the last of them."""
    now = utc_now()
    session = new_token()
    with database.write() as connection:
        set_face(connection, TENANT, "Acme Cloud", "#0b5cab")
        set_live_policy(connection, TENANT, 1, default_policy().to_json())
        for number in range(ROOMS):
            record = RecordKey(ObjectKind.DEAL, str(number))
            for version in range(VERSIONS):
                body = _content(number, version)
                publish_snapshot(connection, TENANT, record, PARTNER, PartnerType.RESELLER, body, 1, now)
            link = PublishedLink(
                id=new_id(),
                tenant_id=TENANT,
                code=new_link_code(),
                purpose=ROOM,
                record=record,
                partner_id=PARTNER,
                contact_name="Mira Chen",
                contact_email=EMAIL,
                rules=RULES,
                created_at=now,
                created_by="sam@acme.example",
                not_before=now,
                expires_at=now + timedelta(days=7),
            )
            save_link(connection, link, hash_token(new_token()))
        start_session(
            connection,
            link,
            token_hash=hash_token(session),
            email=EMAIL,
            expires_at=link.expires_at,
            at=now,
            device="",
            address_hash="",
            passcode=PASSCODE,
            terms=TERMS,
        )
    return link, session


def null_app() -> Flask:
    """As little as Flask can do."""
    app = Flask("null")

    @app.get("/null")
    def answer() -> str:
        return "ok"

    return app


def dispatcher() -> Callable[..., Any]:
    """What gunicorn serves: the null app, the share app, and the worker's CPU time."""
    set_up_logging("json")
    null = null_app()
    share = build_share_app(database=Database(os.environ["BENCHMARK_DATABASE"]), origin=ORIGIN)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        if path == "/cpu":
            body = str(time.process_time()).encode()
            start_response("200 OK", [("Content-Length", str(len(body)))])
            return [body]
        return (null if path == "/null" else share)(environ, start_response)

    return serve


def _over_gunicorn(url: str, code: str, session: str) -> tuple[list[float], bytes]:
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "2", "--workers", "1",
         "--bind", f"127.0.0.1:{port}", "--log-level", "error", "--keep-alive", "30",
         "benchmarks.share:dispatcher()"],
        env={**os.environ, "BENCHMARK_DATABASE": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        client = _connected(port)
        headers = {"Cookie": f"{session_cookie(code, https=False)}={session}", "Accept": "text/html"}

        def get(path: str) -> bytes:
            client.request("GET", path, headers=headers)
            answer = client.getresponse()
            _require(answer.status == 200, "status")
            return answer.read()

        def cpu() -> float:
            return float(get("/cpu"))

        room = f"/s/room/{code}"
        return _ratios(lambda: get("/null"), lambda: get(room), cpu), get(room)
    finally:
        server.terminate()
        server.wait(timeout=10)


def _in_process(database: Database, code: str, session: str) -> tuple[list[float], bytes]:
    """The apps alone, without a server; then the revocation, which has to hold on the next request."""
    log, sys.stderr = sys.stderr, Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    try:
        set_up_logging("json")
        null, share = null_app(), build_share_app(database=database, origin=ORIGIN)
        room = _environ(f"/s/room/{code}", f"{session_cookie(code, https=False)}={session}")
        nothing = _environ("/null", "")
        ratios = _ratios(lambda: _call(null, nothing), lambda: _call(share, room), time.process_time)
        page = _call(share, room)
        status: list[str] = []
        with database.write() as connection:
            (link_id,) = connection.exec_driver_sql("SELECT id FROM share_link WHERE code = ?", (code,)).one()
            revoke_link(connection, TENANT, link_id, utc_now())
        _call(share, room, status)
        _require(status[0].startswith("404"), "revoked")
        return ratios, page
    finally:
        sys.stderr.close()
        sys.stderr = log


def _ratios(null: Callable[[], bytes], share: Callable[[], bytes], cpu: Callable[[], float]) -> list[float]:
    for _ in range(50):
        null(), share()  # warm up
    found = []
    for _ in range(ROUNDS):
        costs = []
        for get in (null, share):
            before = cpu()
            for _ in range(REQUESTS):
                get()
            costs.append(cpu() - before)
        found.append(costs[1] / costs[0])
    return found


def _environ(path: str, cookies: str) -> dict[str, Any]:
    from werkzeug.test import EnvironBuilder

    return EnvironBuilder(path=path, base_url=ORIGIN, headers={"Cookie": cookies}).get_environ()


def _call(app: Callable[..., Any], environ: dict[str, Any], status: list[str] | None = None) -> bytes:
    def start(line: str, *_: Any) -> None:
        if status is not None:
            status.append(line)

    return b"".join(app(dict(environ), start))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _connected(port: int) -> http.client.HTTPConnection:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            client.connect()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return client
