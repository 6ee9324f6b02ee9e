"""The editor of the programme: a form that loses nothing, says what is wrong where, and works without script."""

import json
from pathlib import Path

import pytest

from app.domain.programme import ApprovalStep, Programme, Rule
from app.domain.programme_file import as_json, as_yaml
from app.domain.programme_form import read_programme, to_json
from tests.doors.admin.asking import get, post
from tests.doors.admin.form import fields
from tests.doors.programme_fakes import FakeProgramme

EDIT = "/admin/programme/edit"
GUIDE = (Path(__file__).parents[3] / "docs" / "programme.md").read_text(encoding="utf-8")
RICH = read_programme(json.loads(GUIDE.split("```json\n")[1].split("```")[0]), 2)


@pytest.fixture
def saved(monkeypatch):
    """A programme with everything a rule can say, in force."""
    odd = ApprovalStep(name="Legal", regions=("Middle East, Africa", 'the "North"'), min_amount=1234.5)
    programme = Programme(version=2, rules=(*RICH.rules, Rule(name="Odd", steps=(odd,))), possible_from=0.525)
    monkeypatch.setattr(FakeProgramme, "programme", lambda *_: programme)
    return programme


def form(admin):
    return fields(get(admin, EDIT).text, EDIT)


def press(admin, button, typed=()):
    sent = form(admin)
    for name, value in {**dict(typed), "do": button}.items():
        sent[name] = value
    return post(admin, EDIT, **sent.to_dict(flat=False))


def test_a_form_that_is_sent_back_untouched_says_the_same_programme(admin, house, saved):
    press(admin, "save", {"reason": "Only looked"})

    _, name, sent = house.ran[-1]
    assert (name, sent["version"], sent["reason"]) == ("programme.save", 2, "Only looked")
    assert read_programme(sent["body"], 2) == saved


def test_what_a_rule_means_stands_beside_it(admin, saved):
    page = get(admin, EDIT).text

    assert "Step 2, Finance (from 100,000): fay@vendor.example decides." in page
    assert 'value="100,000"' in page
    assert "Reseller in DACH" in page


def test_everything_that_is_wrong_is_said_at_its_field_and_in_one_list(admin, house, saved):
    bad = {
        "rules.0.sla_hours": "soon",
        "rules.0.steps.1.approvers": "fay",
        "rules.2.name": "",
        "dispute_days": "0",
    }
    answer = press(admin, "save", bad)

    assert answer.status_code >= 400
    for place in bad:
        assert f'<a href="#{place}">' in answer.text
        assert f'id="{place}-wrong"' in answer.text
    assert "“fay” is not an e-mail address." in answer.text
    assert 'value="soon"' in answer.text
    assert house.ran == []


@pytest.mark.parametrize(
    ("button", "look", "goes_on"),
    [
        ("rules:add", "rules.3.name", "rules.3.name"),
        ("rules.1:copy", "rules.3.name", "rules.2.name"),
        ("rules.0.steps:add", "rules.0.steps.2.name", "rules.0.steps.2.name"),
        ("rules.1.tiers:add", "rules.1.tiers.0.tier", "rules.1.tiers.0.tier"),
    ],
)
def test_a_button_adds_an_entry_and_goes_on_in_it(admin, house, saved, button, look, goes_on):
    page = press(admin, button).text

    assert look in fields(page, EDIT)
    assert f'name="{goes_on}" autofocus' in page
    assert house.ran == []


@pytest.mark.parametrize(
    ("button", "names", "goes_on"),
    [
        ("rules.1:up", ["Everyone else", "Resellers in DACH", "Odd"], "rules.0:down"),
        ("rules.0:down", ["Everyone else", "Resellers in DACH", "Odd"], "rules.1:down"),
        ("rules.1:remove", ["Resellers in DACH", "Odd"], "rules:add"),
        ("rules.9:up", ["Resellers in DACH", "Everyone else", "Odd"], ""),
        ("rules.0.name:remove", ["Resellers in DACH", "Everyone else", "Odd"], ""),
    ],
)
def test_a_button_moves_or_removes_an_entry_and_goes_on_from_where_it_went(
    admin, saved, button, names, goes_on
):
    page = press(admin, button).text

    sent = fields(page, EDIT)
    assert [
        sent[name] for name in sent if name.startswith("rules.") and name.count(".") == 2 and "name" in name
    ] == names
    assert f'value="{goes_on}" autofocus' in page or not goes_on


def test_the_order_of_who_wins_is_moved_shortened_and_filled_up_again(admin, saved):
    moved = fields(press(admin, "precedence.5:up").text, EDIT).getlist("precedence")
    page = press(admin, "precedence.0:remove").text

    assert moved[-2:] == ["earlier", "certified"]
    assert 'value="precedence:add=named_account"' in page
    assert "named_account" not in fields(page, EDIT).getlist("precedence")


def test_rules_are_tried_on_past_registrations_before_they_are_saved(admin, house, saved):
    page = press(admin, "review", {"rules.0.required": "region"}).text

    assert "1 would have been judged otherwise, and 1 would not have been taken" in page
    assert '<strong dir="auto">Contoso &lt;i&gt;Resale</strong>' in page
    assert "It would not be taken without the region." in page
    assert "Save as version 3" in page
    assert house.ran == []


@pytest.mark.parametrize("write", [as_json, as_yaml])
def test_a_file_becomes_a_draft_in_the_form(admin, house, write):
    page = post(admin, "/admin/programme/file", body=write(RICH)).text

    assert fields(page, EDIT)["rules.0.name"] == "Resellers in DACH"
    assert "Nothing is saved yet" in page
    assert house.ran == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "This is no JSON: look at line 1"),
        ("[]", "one JSON object"),
        ('{"rules": []}', "rules: has to have 1 to 50 entries."),
        ("[" * 9_000, "no JSON"),
        ("rules:\n  - &a name: x\n  - *a\n", "This is no YAML: look at line 3"),
        ("rules:\n- name: x\n  name: y\n", "This is no YAML"),
        ("x" * 200_001, "at most 200,000 characters"),
    ],
    ids=["half", "list", "empty", "deep", "alias", "twice", "long"],
)
def test_a_file_that_makes_no_sense_is_refused(admin, house, body, said):
    answer = post(admin, "/admin/programme/file", body=body)

    assert answer.status_code >= 400
    assert said in answer.text
    assert house.ran == []


def test_a_form_from_another_site_is_not_read(admin):
    answer = admin.post(EDIT, data={"do": "save"}, base_url="https://localhost")

    assert answer.status_code == 403


def test_the_default_programme_can_be_edited(admin, house):
    press(admin, "save", {"reason": "First"})

    assert read_programme(house.ran[-1][2]["body"], 0) == read_programme(to_json(Programme()), 0)
