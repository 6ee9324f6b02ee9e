"""Certifications from a file: taken row by row, refused row by row, and imported again without harm."""

import pytest

from app.commands.certification_csv import MAX_CHARS, read_rows
from app.ground.errors import AppError
from tests.commands.test_certification import held
from tests.house import ADMIN, START, TestHouse

HEAD = "Certification;Level;Person;E-mail;Partner;Issued;Valid to;Status\n"


def imported(house: TestHouse, *rows: str, head: str = HEAD) -> dict[str, object]:
    text = head + "\n".join(rows)
    return dict(house.run("certification.import", {"text": text}, actor=ADMIN, record=None).result)


def test_good_rows_are_taken_and_bad_ones_named(house: TestHouse) -> None:
    partner = house.attach("Northwind")

    done = imported(
        house,
        "Implementation;Gold;Kim Lee;kim@n.example;Northwind;2026-01-10;2027-01-09;active",
        "Security;;Ann;ann@n.example;Northwind;2026-05-01;2026-04-01;",
        "Security;;Bo;not an address;Northwind;;;",
        ";;;;;;;",
        "Security;;Zoe;zoe@n.example;Northwind;;;sleeping",
        "Implementation;Gold;Kim Lee;kim@n.example;Northwind;;;",
    )

    assert done["new"] == 1
    assert done["refused"] == [
        {"line": 3, "reason": "Expires: It cannot expire before it was issued."},
        {"line": 4, "reason": "Person email: Not a valid email address."},
        {"line": 6, "reason": "“sleeping” is no status we know."},
        {"line": 7, "reason": "Line 2 speaks of the same certification."},
    ]
    assert [(c.person_name, str(c.expires)) for c in held(house, partner)] == [("Kim Lee", "2027-01-09")]


def test_the_same_file_again_changes_nothing_and_a_renewed_row_renews(house: TestHouse) -> None:
    partner = house.attach("Northwind")
    row = "Implementation;Gold;Kim Lee;kim@n.example;Northwind;2026-01-10;{};{}"
    imported(house, row.format("2027-01-09", ""))

    assert imported(house, row.format("2027-01-09", ""))["unchanged"] == 1
    house.clock.advance(START - START.replace(hour=9))
    assert imported(house, row.format("2028-01-09", ""))["changed"] == 1
    house.clock.advance(START - START.replace(hour=9))
    assert imported(house, row.format("2028-01-09", "Revoked"))["changed"] == 1

    (only,) = held(house, partner)
    assert (str(only.expires), only.is_revoked) == ("2028-01-09", True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "name the columns"),
        ("colour,size\nred,1", "name the columns"),
        ('certification,email\n"a,b"x,k@n.example', "Line 2"),
        ("x" * (MAX_CHARS + 1), "too large"),
        ("certification,email\n" + "a,b@n.example\n" * 2001, "more than 2,000 rows"),
    ],
)
def test_what_is_no_such_table_is_refused_as_a_whole(text, sentence) -> None:
    with pytest.raises(AppError, match=sentence):
        read_rows(text, START)


def test_a_row_with_too_many_cells_is_refused_alone() -> None:
    rows = read_rows("certification,email\nGold,k@n.example,surplus\nGold,a@n.example", START)

    assert [bool(row.refusal) for row in rows] == [True, False]
