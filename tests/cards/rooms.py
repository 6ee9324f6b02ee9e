"""What share pages are built from, and the states that the room is shown in."""
# ruff: noqa: A002 - ids are what the snapshot calls them

from datetime import date, timedelta

from cards.room import Pending, RoomViewer
from tests.cards import make


def content(**more) -> dict:
    """A snapshot's content as the share page gets it."""
    values = {
        "deal": {"name": "Initech rollout"},
        "fields": [
            {"name": "close_date", "label": "Close date", "value": "2026-12-12", "object": "deal"},
            {"name": "amount", "label": "Amount", "value": "$50,000 to $100,000", "object": "deal"},
            {"name": "name", "label": "Company", "value": "Initech", "object": "company"},
        ],
        "stages": [
            {"label": "Discovery", "state": "done"},
            {"label": "Proposal", "state": "current"},
            {"label": "Contract", "state": "ahead"},
            {"label": "Won", "state": "ahead"},
        ],
        "registration": {
            "state": "approved",
            "protected_from": "2026-10-04T10:15:00.000Z",
            "protected_until": "2027-01-01T10:15:00.000Z",
        },
        "steps": [
            _shared_step("s0", "Kick-off call", "us", -6, "done", "Start"),
            _shared_step("s1", "Security questionnaire", "partner", 2),
            _shared_step("s2", "Reference call", "us", 12),
            _shared_step("s3", "Name a project lead", "partner", -2),
        ],
        "messages": [
            _said("m0", "Ada Seller", "us", "Welcome to the room.", 50),
            _said("m1", "Maria Quint", "partner", "Can you send the questionnaire?", 3),
        ],
        "files": [
            {
                "id": "f1",
                "name": "Architecture.pdf",
                "type": "application/pdf",
                "size": 3_400_000,
                "at": "2026-11-19T10:15:00.000Z",
                "version": 2,
                "kind": "pdf",
                "digest": "0" * 64,
            }
        ],
        "changes": [
            {"at": "2026-11-21T09:00:00.000Z", "what": "Stage moved from Discovery to Proposal"},
            {"at": "2026-11-01T09:00:00.000Z", "what": "Kick-off call was done"},
        ],
        "vendor": {"name": "Vandelay", "color": "#0b5cab"},
    }
    return {**values, **more}


def _shared_step(id, title, side, due, status="open", milestone="Validate"):
    when: date = make.TODAY + timedelta(days=due)
    return {
        "id": id,
        "milestone": milestone,
        "title": title,
        "side": side,
        "owner": "",
        "due": when.isoformat(),
        "status": status,
        "position": int(id[1:]),
    }


def _said(id, author, side, body, hours):
    at = make.NOW - timedelta(hours=hours)
    return {"id": id, "author": author, "side": side, "body": body, "at": at.isoformat()}


def viewer(**more) -> RoomViewer:
    values = {
        "name": "Maria Quint",
        "email": "c1@northwind.example",
        "last_visit": make.NOW - make.days(2),
        "zone": "Europe/Berlin",
    }
    return RoomViewer(**{**values, **more})


def answers() -> tuple[Pending, ...]:
    return (
        Pending(id="q1", command="reply", at=make.NOW, body="Here it is."),
        Pending(id="q2", command="complete_step", at=make.NOW, step_id="s3"),
    )


ROOMS = {
    "first_visit": lambda: (content(), viewer(last_visit=None)),
    "back_again": lambda: (
        content(content=[{"id": "i1", "title": "Battle card", "url": "https://learn.example", "needs": []}]),
        viewer(),
    ),
    "nothing_new": lambda: (content(), viewer(last_visit=make.NOW - timedelta(hours=1))),
    "answered": lambda: (content(), viewer(pending=answers())),
    "bare": lambda: ({"vendor": {"name": "Vandelay", "color": ""}}, viewer()),
    "empty": lambda: (
        content(
            steps=[], messages=[], files=[], changes=[], stages=[], fields=[], registration=None, deal={}
        ),
        viewer(),
    ),
}
"""State name → a snapshot's content and who looks at it."""
