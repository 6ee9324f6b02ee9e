"""What the scenes promise before anything is told: names that exist, and a guide that is true."""

import re
from datetime import date
from pathlib import Path

from app.commands.execute import COMMANDS
from app.demo.pipeline import unknown_keys
from app.demo.sample import make_sample
from app.demo.states.beside import BESIDE
from app.demo.states.cast import cast
from app.demo.states.guide import table
from app.demo.states.scenes import SCENES

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "sample.md"
FRAME = ROOT / "app" / "doors" / "templates" / "admin" / "frame.html"
"""It holds the admin pages' navigation."""


def test_the_guide_lists_every_state_and_nothing_else():
    assert GUIDE.read_text("utf-8").endswith(table() + "\n")


def test_every_scene_has_a_key_of_its_own_and_shows_something():
    assert len({one.key for one in SCENES}) == len(SCENES)
    assert all(one.shows for one in SCENES)


def test_scenes_give_only_commands_there_are():
    assert {one.command for scene in SCENES for one in scene.does} <= COMMANDS.keys() | BESIDE.keys()
    assert not COMMANDS.keys() & BESIDE.keys()


def test_the_cast_shares_nothing_with_the_story():
    mine, theirs = cast(TODAY), make_sample(TODAY)

    assert not unknown_keys(mine)
    for kind in ("accounts", "contacts", "deals", "partners"):
        names = {one.key for one in getattr(mine, kind)}
        assert len(names) == len(getattr(mine, kind))
        assert not names & {one.key for one in getattr(theirs, kind)}
    assert not {one.name for one in mine.accounts} & {one.name for one in theirs.accounts}
    assert not {one.domain for one in mine.accounts} & {one.domain for one in theirs.accounts}


def test_no_address_of_the_cast_can_receive_real_mail():
    assert all(one.email.endswith(".example") for one in cast(TODAY).contacts)


def test_the_guide_names_only_records_and_pages_there_are():
    people = cast(TODAY)
    titles = {str(one.fields.get("title")) for scene in SCENES for one in scene.does}
    bodies = [one.fields.get("body") for scene in SCENES for one in scene.does]
    templates = {one["name"] for one in bodies if isinstance(one, dict) and "name" in one}
    known = {one.name for one in (*people.deals, *people.partners)} | titles | templates
    pages = set(re.findall(r'\("/admin/[a-z]*", "([^"]+)"\)', FRAME.read_text("utf-8")))

    shown = [one for scene in SCENES for one in scene.shows]
    assert {one.record for one in shown} - known == {"Programme, version 1"}
    named = {one.where.partition("Admin pages: ")[2].partition(",")[0] for one in shown}
    assert named - {""} <= pages
