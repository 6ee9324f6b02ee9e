"""The programme's pages: what an admin reads, tries, saves and takes away."""

import json

import pytest

from app.domain.programme import Programme
from app.domain.programme_form import to_json
from tests.doors.admin.asking import get, post

BODY = to_json(Programme())


def test_the_rules_are_read_in_sentences_with_the_curve_in_view(admin):
    page = get(admin, "/admin/programme").text

    assert "Protection runs for 90 days from the approval." in page
    assert "The earlier receipt by our clock wins" in page
    assert "67 % were the same customer (precision)" in page
    assert '<polyline class="curve__recall"' in page
    assert "Contoso &lt;i&gt;Resale" in page


def test_a_review_tries_the_new_order_on_past_cases_and_saves_nothing(admin, house):
    body = json.dumps({**BODY, "precedence": ["earlier", "registered"]})

    page = post(admin, "/admin/programme", body=body, version="2", do="review").text

    assert "not saved yet" in page
    assert "would have decided 1 otherwise" in page
    assert "Northwind &lt;b&gt;met&lt;/b&gt; Contoso" in page
    assert house.ran == []


def test_saving_is_one_command_with_its_reason(admin, house):
    answer = post(admin, "/admin/programme", body=json.dumps(BODY), version="2", do="save", reason="Quarter")

    assert answer.status_code == 303
    _, name, fields = house.ran[-1]
    assert (name, fields["version"], fields["reason"]) == ("programme.save", 2, "Quarter")


def test_moving_the_threshold_changes_that_alone(admin, house):
    post(admin, "/admin/programme", possible_from="0.85", version="2", do="save", reason="Too many")

    _, _, fields = house.ran[-1]
    assert fields["body"] == {**BODY, "version": 2, "possible_from": 0.85, "same_from": 0.85}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "This is no JSON"),
        ("[]", "one JSON object"),
        ('{"rules": []}', "rules"),
        ("[" * 9_000, "no JSON"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_was_typed(admin, house, body, said):
    answer = post(admin, "/admin/programme", body=body, version="2", do="save", reason="x")

    assert answer.status_code >= 400
    assert said in answer.text
    assert house.ran == []


def test_the_export_can_be_brought_in_again(admin):
    answer = get(admin, "/admin/programme.json")

    assert json.loads(answer.text) == {**BODY, "version": 2}
    assert "attachment" in answer.headers["Content-Disposition"]


def test_no_cell_of_the_report_is_run_by_a_spreadsheet(admin):
    answer = get(admin, "/admin/conflicts.csv")

    rows = answer.text.lstrip("\ufeff").split("\r\n")
    assert rows[0].startswith("kind,customer,partner")
    assert all(cell.startswith("'=cmd") for cell in rows[1].split(","))
    assert "=cmd|&#39; customer" in get(admin, "/admin/conflicts").text
