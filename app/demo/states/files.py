"""Files that a seller shares with a partner: as they are, renewed, refused by the scan, and gone from the CRM."""

from dataclasses import replace

from app.demo.states.cast import customer
from app.demo.states.scene import By, Do, Known, Scene, Shown, do, late

CARD = "Sharing card"

STATES = (
    ("ready, renewed: version 2, with version 1 among the earlier ones", "Sharing card, share page"),
    ("refused by the scan, with the reason", CARD),
    ("gone: deleted in the CRM, so it left the room", CARD),
)


def _put(keep: str, title: str, *lines: str, ago: float, lock: str = "") -> tuple[Do, Do]:
    """Somebody attaches the file to the deal in the CRM, and shares it from there."""
    file = do("file.attach", name=f"{title}.pdf", title=title, lines=list(lines), lock=lock)
    shared = do("sharing.share_file", ago=ago, crm_file_id=Known(f"{keep}.crm_file_id"))
    return replace(file, keep=keep), replace(shared, keep=keep)


def _look_again(keep: str) -> Do:
    return do("sharing.refresh_file", file_id=Known(f"{keep}.file_id"))


FILES = (
    Scene(
        key="files",
        customer="greystone",
        partner="woodgrove",
        does=(
            *_put("timetable", "Rollout timetable", "Start in week 10.", ago=8),
            *_put("visit", "Notes on the site visit", "Berth 4 has no mast.", ago=5),
            *late(
                do("file.fetch", By.AGENT),
                do(
                    "file.replace",
                    crm_file_id=Known("timetable.crm_file_id"),
                    title="Rollout timetable",
                    lines=["Start in week 12, for the crane is late."],
                ),
                _look_again("timetable"),
                do("file.delete", crm_file_id=Known("visit.crm_file_id")),
                _look_again("visit"),
                *_put("terms", "Port tariff", "For members of the port alone.", ago=1, lock="berth"),
            ),
        ),
        shows=tuple(
            Shown(subject="Shared file", state=state, record=customer("greystone").deal, where=where)
            for state, where in STATES
        ),
    ),
)
