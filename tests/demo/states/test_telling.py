"""The scenes are told once, whatever stops the telling, and the product keeps to its rules meanwhile."""

import json
from datetime import timedelta

from sqlalchemy import func, select

from app.demo.states.journal import Journal
from app.demo.states.scenes import SCENES
from app.storage import tables
from app.storage.published_tables import access_request, room_file, share_link
from sync import schedule
from tests.demo.states.world import set_up, tell_again, tell_all
from tests.house import START

FEW = (*SCENES[:6], *(one for one in SCENES if one.key in ("links", "files")))
TABLES = (
    tables.registration,
    tables.partner,
    tables.partner_contact,
    tables.message,
    tables.content_item,
    access_request,
    room_file,
    share_link,
    tables.shared_file,
)


class Killed(BaseException):
    pass


def counts(house) -> list[int]:
    with house.house.database.read() as connection:
        held = [connection.scalar(select(func.count()).select_from(one)) for one in (*TABLES, tables.audit)]
        return [*held, connection.scalar(select(func.sum(share_link.c.views)))]


def test_a_kill_in_the_middle_neither_doubles_nor_loses(tmp_path, tmp_path_factory, monkeypatch):
    whole_house, whole = set_up(tmp_path_factory.mktemp("whole"))
    tell_all(whole_house, whole, FEW)
    house, teller = set_up(tmp_path)
    note, noted = Journal.note, []

    def dies(journal, key, answer):
        """Every fifth command is carried out and never noted: the worst moment for a kill."""
        noted.append(key)
        if len(noted) % 5 == 0:
            raise Killed
        note(journal, key, answer)

    monkeypatch.setattr(Journal, "note", dies)
    for _ in range(200):
        try:
            tell_all(house, teller, FEW)
        except Killed:
            house.clock.advance(timedelta(hours=9))  # the last of these starts is on another day
            schedule.clean_up(house.agent, None)
            teller = tell_again(house, tmp_path)
        else:
            break

    assert len(noted) > 5  # so that it was killed
    assert counts(house) == counts(whole_house)


def test_a_line_that_was_torn_off_is_written_again(tmp_path):
    file = tmp_path / "states.jsonl"
    Journal(file, START).note("first", {"id": "1"})
    with file.open("a") as out:
        out.write('{"key": "second", "ans')

    again = Journal(file, START + timedelta(days=3))
    again.note("third", {"id": "3"})

    assert again.begun == START
    assert [json.loads(line)["key"] for line in file.read_text().splitlines()] == ["begun", "first", "third"]
    assert file.stat().st_mode & 0o077 == 0
