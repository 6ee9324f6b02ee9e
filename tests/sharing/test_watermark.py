import re
from datetime import timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from app.sharing.watermark import mark, plain
from tests.share_world import NOW

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: bytes) -> list[str]:
    root = ET.fromstring(svg.decode().replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def test_the_mark_says_who_when_in_utc_and_over_which_link():
    assert texts(mark("mira@northwind.example", "ACEF4679", NOW)) == [
        "mira@northwind.example",
        "2026-11-22 10:15 UTC · ACEF4679",
    ]


def test_the_mark_follows_the_minute():
    assert mark("a@b.example", "ACEF", NOW) != mark("a@b.example", "ACEF", NOW + timedelta(minutes=1))


def test_the_mark_has_full_unicode():
    assert texts(mark("müller+中文@пример.example", "ACEF", NOW))[0] == "müller+中文@пример.example"


def test_an_address_is_text_in_the_mark_and_nothing_else():
    svg = mark("</text><script>alert(1)</script>\"'&@x.example", "ACEF", NOW)

    assert b"<script" not in svg
    assert texts(svg)[0].startswith("</text><script>")


def test_the_mark_is_neither_read_aloud_nor_styled_inline():
    svg = mark("a@b.example", "ACEF", NOW).decode()

    assert 'aria-hidden="true"' in svg
    assert "style" not in svg


def test_direction_overrides_and_controls_are_dropped():
    assert plain("a\u202eb\u0000c\nd\u200be") == "a b c d e"


@given(st.text(max_size=400))
def test_any_address_gives_a_well_formed_mark_of_bounded_size(email):
    svg = mark(email, "ACEF", NOW)

    assert len(texts(svg)) == 2
    assert int(re.search(rb'width="(\d+)" height', svg).group(1)) < 2500
