"""Screenshots of real share pages in a real browser: light and dark, sparse and dense, at one, two and three device
pixels for each of CSS, each of another viewing; and the same without the tile."""

import io
import logging
import random
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from app.bootstrap_share import build_share_app
from app.disclosure.policy import default_policy
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, RecordKey
from app.doors.share.visitor import session_cookie
from app.ground.clock import to_iso, utc_now
from app.ground.ids import hash_token, new_id, new_link_code, new_token
from app.storage import migrate
from app.storage.engine import Database
from app.storage.published.links import ROOM, PublishedLink, save_link, set_face, set_live_policy
from app.storage.published.rooms import publish_snapshot
from app.storage.published.viewers import start_session
from app.storage.published.viewings import all_keys
from app.storage.published_tables import viewing
from app.tracing.code import Key

TENANT, PARTNER = "tenant", "partner"
LAPTOP, WIDE, PHONE = (1280, 800), (1440, 900), (390, 844)

SCREENS = [
    (look, scheme, size, density)
    for look in ("sparse", "dense")
    for scheme in ("light", "dark")
    for size, density in ((LAPTOP, 1), (WIDE, 1), (LAPTOP, 2))
] + [("dense", "light", PHONE, 3), ("sparse", "dark", PHONE, 3)]

WORDS = re.findall(
    r"\w+",
    "the rollout begins after your review of our security answers and ends when each site has moved over please "
    "tell us which team owns the migration what they still need and whether March works for a first pilot",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """`view` is None on a page without the tile."""

    name: str
    picture: Image.Image
    view: int | None


def screenshots(seed: int) -> tuple[Key, list[Shot]]:
    """All screenshots, and the key that reads them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        database = Database(f"sqlite:///{Path(folder) / 'trace.db'}")
        migrate.upgrade(database)
        path = next(
            (f for f in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if f), None
        )
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        with _served(database) as origin:
            shots = [
                shot
                for number, screen in enumerate(SCREENS)
                for shot in _shots(database, browser, origin, random.Random(seed + number), *screen)
            ]
        with database.read() as connection:
            key = Key(all_keys(connection)[0].encode())
        browser.close()
        database.close()
    return key, shots


def _shots(
    database: Database,
    browser: Browser,
    origin: str,
    rng: random.Random,
    look: str,
    scheme: Any,
    size: tuple[int, int],
    density: int,
) -> Iterator[Shot]:
    link, session = _room(database, _content(rng, dense=look == "dense"))
    context = browser.new_context(
        base_url=origin,
        color_scheme=scheme,
        device_scale_factor=density,
        viewport={"width": size[0], "height": size[1]},
    )
    context.add_cookies([{"name": session_cookie(link.code, https=False), "value": session, "url": origin}])
    page = context.new_page()
    page.goto(f"/s/room/{link.code}", wait_until="networkidle")
    page.mouse.wheel(0, rng.choice((0, 300, 700)))
    page.wait_for_timeout(150)
    with database.read() as connection:
        view = int(
            connection.scalars(select(viewing.c.id).where(viewing.c.link_id == link.id)).first() or "0", 16
        )
    name = f"{look}-{scheme}-{size[0]}@{density}"
    yield Shot(name=name, picture=_picture(page), view=view)
    page.evaluate("document.querySelector('.tile').remove()")
    yield Shot(name=f"unmarked-{name}", picture=_picture(page), view=None)
    context.close()


def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _content(rng: random.Random, *, dense: bool) -> dict[str, Any]:
    now = utc_now()

    def says(least: int, most: int) -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(least, most))).capitalize() + "."

    return {
        "deal": {"name": says(2, 4)},
        "fields": [
            {"name": name, "label": label, "value": says(1, 4), "object": "deal", "treatment": "show"}
            for name, label in (("name", "Deal"), ("next_step", "Next step"), ("stage", "Stage"))
        ],
        "stages": [{"label": s, "state": "ahead"} for s in ("Discovery", "Proposal", "Closing")],
        "registration": None,
        "steps": [
            {
                "id": f"s{i}",
                "milestone": f"Milestone {i // 4}",
                "title": says(3, 8),
                "side": rng.choice(("us", "partner")),
                "owner": "",
                "due": "2027-01-15",
                "status": "open",
                "position": i,
            }
            for i in range(12 if dense else 3)
        ],
        "messages": [
            {
                "id": f"m{i}",
                "author": "Sam Seller",
                "side": rng.choice(("us", "partner")),
                "body": says(*(40, 120) if dense else (4, 20)),
                "at": to_iso(now - timedelta(hours=i)),
            }
            for i in range(25 if dense else 4)
        ],
        "files": [],
        "vendor": {"name": "Acme Cloud", "color": "#0b5cab"},
    }


def _room(database: Database, content: dict[str, Any]) -> tuple[PublishedLink, str]:
    now, session, record = utc_now(), new_token(), RecordKey(ObjectKind.DEAL, new_id())
    email = "mira.chen@northwind.example"
    link = PublishedLink(
        id=new_id(),
        tenant_id=TENANT,
        code=new_link_code(),
        purpose=ROOM,
        record=record,
        partner_id=PARTNER,
        contact_name="Mira Chen",
        contact_email=email,
        rules=(("mailbox", email),),
        created_at=now,
        created_by="sam@acme.example",
        not_before=now,
        expires_at=now + timedelta(days=7),
    )
    with database.write() as connection:
        set_face(connection, TENANT, "Acme Cloud", "#0b5cab")
        set_live_policy(connection, TENANT, 1, default_policy().to_json())
        publish_snapshot(connection, TENANT, record, PARTNER, PartnerType.RESELLER, content, 1, now)
        save_link(connection, link, hash_token(new_token()))
        start_session(
            connection,
            link,
            token_hash=hash_token(session),
            email=email,
            expires_at=link.expires_at,
            at=now,
            device="",
            address_hash="",
        )
    return link, session


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@contextmanager
def _served(database: Database) -> Iterator[str]:
    """The origin of the share pages on a port of their own."""
    probe = make_server("127.0.0.1", 0, lambda *_: [], request_handler=_Quiet)
    port = probe.server_port
    probe.server_close()
    origin = f"http://127.0.0.1:{port}"
    app = build_share_app(database=database, origin=origin)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
