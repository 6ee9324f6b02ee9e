"""Names the views that a leaked file may come from: every mark in it that is on record, as leads and not as proof."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from app.ground.clock import to_iso
from app.ground.errors import AppError, Reason
from app.storage.engine import Database
from app.storage.published.links import PublishedLink
from app.storage.published.viewings import all_keys, links_by_code, viewings_of
from app.tracing import text
from app.tracing.code import Key

MOST_BYTES = 200_000_000
MOST_CODES = 2_000
"""Words of a text that are looked up as link codes."""

NOT_PROOF = (
    "A lead, not proof: a mark can be copied from somebody's page onto another picture, and every mark that was "
    "found is listed."
)

TILE, COPIED, VISIBLE = "tile", "copied text", "visible code"
"""Where a lead comes from."""

HIGH, MEDIUM = "high", "medium"
"""Of a mark with a check word, which chance meets once in four thousand million times and then finds no id on
record; and of a code that anybody can type."""

_CODE = re.compile(r"(?:(\d{4}-\d\d-\d\d \d\d:\d\d) UTC · )?\b([ACEFHJKLMNPRTUVWXY4679]{8})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A mark as a file shows it, before anybody is asked whose it is. `page` counts from 1 in a PDF."""

    kind: str
    says: str
    page: int | None = None
    agreement: float | None = None
    minute: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Whose view it may have been. `minute` is None when only the link is known."""

    kind: str
    confidence: str
    viewer: str
    contact_name: str
    minute: datetime | None
    link_id: str
    link_code: str
    tenant_id: str
    partner_id: str
    view: str | None = None
    agreement: float | None = None
    pages: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "minute": to_iso(self.minute) if self.minute else None,
            "agreement": None if self.agreement is None else round(self.agreement, 3),
            "pages": list(self.pages),
        }

    def line(self) -> str:
        at = f"{self.minute:%Y-%m-%d %H:%M} UTC" if self.minute else "at a time that is not known"
        sure = "" if self.agreement is None else f", {self.agreement:.0%} of its bits as written"
        where = f", page {', '.join(map(str, self.pages))}" if self.pages else ""
        return (
            f"{self.viewer}  link {self.link_code} ({self.link_id})  {at}  "
            f"by {self.kind}{where}, confidence {self.confidence}{sure}"
        )


def trace(database: Database, leaked: bytes) -> list[Lead]:
    """Every lead in the file: tiles first, then copied text, then visible codes. Raises AppError for a file that is
    neither text, PNG, JPEG, WebP nor PDF, or that cannot be read."""
    if len(leaked) > MOST_BYTES:
        raise AppError(Reason.TOO_LARGE, f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    with database.read() as connection:
        keys = [Key(secret.encode()) for secret in all_keys(connection)]
    seen = list(_sightings(leaked, keys))
    with database.read() as connection:
        views = viewings_of(connection, {s.says for s in seen if s.kind != VISIBLE})
        links = links_by_code(connection, {s.says for s in seen if s.kind == VISIBLE})
    leads = []
    for kind in (TILE, COPIED, VISIBLE):
        for says in dict.fromkeys(s.says for s in seen if s.kind == kind):
            same = [s for s in seen if s.kind == kind and s.says == says]
            pages = tuple(sorted({s.page for s in same if s.page is not None}))
            best = max(same, key=lambda s: (s.agreement or 0, s.minute is not None))
            if kind == VISIBLE and says in links:
                leads.append(_by_code(links[says], best, pages))
            elif kind != VISIBLE and says in views:
                found = views[says]
                leads.append(
                    Lead(
                        kind=kind,
                        confidence=HIGH,
                        viewer=found.viewing.email,
                        contact_name=found.contact_name,
                        minute=found.viewing.minute,
                        link_id=found.viewing.link_id,
                        link_code=found.code,
                        tenant_id=found.viewing.tenant_id,
                        partner_id=found.partner_id,
                        view=says,
                        agreement=best.agreement,
                        pages=pages,
                    )
                )
    return leads


def _by_code(link: PublishedLink, seen: Sighting, pages: tuple[int, ...]) -> Lead:
    return Lead(
        kind=VISIBLE,
        confidence=MEDIUM,
        viewer=", ".join((link.contact_email, *link.also)),
        contact_name=link.contact_name,
        minute=seen.minute,
        link_id=link.id,
        link_code=link.code,
        tenant_id=link.tenant_id,
        partner_id=link.partner_id,
        pages=pages,
    )


def _sightings(leaked: bytes, keys: list[Key]) -> Iterator[Sighting]:
    if leaked.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")) or _is_webp(leaked):
        yield from _in_pictures(leaked, keys)
    else:
        yield from in_text(_decoded(leaked), keys)


def _is_webp(leaked: bytes) -> bool:
    return leaked[:4] == b"RIFF" and leaked[8:12] == b"WEBP"


def _in_pictures(leaked: bytes, keys: list[Key]) -> Iterator[Sighting]:
    try:
        from app.tracing import decode, pages
    except ModuleNotFoundError as missing:
        raise AppError(
            Reason.UNSUPPORTED,
            f"Reading pictures and PDF needs {missing.name}, which is not installed; text works without it. "
            "Install the extra: pip install 'alongside[trace]'",
        ) from missing
    for page in pages.pages(leaked):
        yield from in_text(page.text, keys, page.number)
        for found in decode.read(page.picture, keys):
            yield Sighting(kind=TILE, says=f"{found.view:016x}", page=page.number, agreement=found.agreement)


def in_text(told: str, keys: Iterable[Key], page: int | None = None) -> Iterator[Sighting]:
    """The marks and the link codes in a text."""
    for view in text.read(keys, told):
        yield Sighting(kind=COPIED, says=f"{view:016x}", page=page)
    codes = dict[str, datetime | None]()
    for minute, code in _CODE.findall(told):
        if len(codes) < MOST_CODES and not codes.get(code):
            codes[code] = _minute(minute)
    for code, at in codes.items():
        yield Sighting(kind=VISIBLE, says=code, page=page, minute=at)


def _minute(written: str) -> datetime | None:
    try:
        return datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def _decoded(leaked: bytes) -> str:
    """The text of a file, in the encodings that people save text in."""
    if leaked.startswith((b"\xff\xfe", b"\xfe\xff")):
        return leaked.decode("utf-16", "replace")
    try:
        return leaked.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in leaked[:4096]:
            raise AppError(
                Reason.UNSUPPORTED, "This is neither text nor a PNG, JPEG, WebP or PDF file."
            ) from error
        return leaked.decode("utf-8", "replace")
