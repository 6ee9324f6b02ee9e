"""The programme's pages: what an admin reads, and takes away."""

import json

from app.domain.programme import Programme
from app.domain.programme_file import read_file
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


def test_moving_the_threshold_changes_that_alone(admin, house):
    post(admin, "/admin/programme", possible_from="0.85", version="2", do="save", reason="Too many")

    _, _, fields = house.ran[-1]
    assert fields["body"] == {**BODY, "version": 2, "possible_from": 0.85, "same_from": 0.85}


def test_a_threshold_that_is_none_is_refused(admin, house):
    answer = post(admin, "/admin/programme", possible_from="high", version="2", do="save", reason="x")

    assert "Choose a threshold." in answer.text
    assert house.ran == []


def test_the_export_can_be_brought_in_again(admin):
    answer = get(admin, "/admin/programme.json")

    assert json.loads(answer.text) == {**BODY, "version": 2}
    assert "attachment" in answer.headers["Content-Disposition"]
    assert read_file(get(admin, "/admin/programme.yaml").text) == {**BODY, "version": 2}
    assert get(admin, "/admin/programme.exe").status_code == 404


def test_no_cell_of_the_report_is_run_by_a_spreadsheet(admin):
    answer = get(admin, "/admin/conflicts.csv")

    rows = answer.text.lstrip("\ufeff").split("\r\n")
    assert rows[0].startswith("kind,customer,partner")
    assert all(cell.startswith("'=cmd") for cell in rows[1].split(","))
    assert "=cmd|&#39; customer" in get(admin, "/admin/conflicts").text
