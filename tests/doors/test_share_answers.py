from dataclasses import replace
from datetime import timedelta

import pytest

from app.sharing import limits
from app.storage.published_tables import partner_inbox
from tests.share_world import (
    EMAIL,
    HOSTILE,
    NOW,
    PARTNER,
    content,
    hidden_fields,
    inbox,
    opened,
    share_world,
)


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def test_a_reply_becomes_an_inbox_row_rings_the_bell_and_is_shown_as_sent(world):
    link, client, room = opened(world)
    form = hidden_fields(client.get(room), "reply")

    answer = client.post(f"{room}/reply", data={**form, "body": "We are on it."})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{room}#card-thread")
    (row,) = inbox(world)
    assert (row["command"], row["fields"], row["state"]) == (
        "thread.post",
        {"body": "We are on it."},
        "waiting",
    )
    assert (row["email"], row["name"], row["link_id"], row["partner_id"]) == (
        EMAIL,
        "Mira Chen",
        link.id,
        PARTNER,
    )
    assert world.bell.rung == ["inbound"]
    assert "We are on it." in client.get(room).get_data(as_text=True)


def test_a_completed_step_is_an_inbox_row_and_shown_as_sent(world):
    _, client, room = opened(world)
    form = hidden_fields(client.get(room), "complete")

    answer = client.post(f"{room}/complete", data=form)

    assert answer.status_code == 303
    (row,) = inbox(world)
    assert (row["command"], row["fields"]) == ("plan.complete_step", {"step_id": "s1"})
    assert "You marked this as done" in client.get(room).get_data(as_text=True)


SAID = [
    ("comment", {"step_id": "s2", "body": "Who signs?"}, "plan.comment", "“Pilot contract”: Who signs?"),
    (
        "evidence",
        {"step_id": "s1", "url": "https://files.example/soc2.pdf", "label": "SOC 2"},
        "plan.add_evidence",
        "Your evidence is on its way",
    ),
    (
        "evidence",
        {"step_id": "s1", "url": "", "label": "", "file_id": "f1"},
        "plan.add_evidence",
        "Your evidence is on its way",
    ),
    (
        "propose",
        {"step_id": "s2", "due": "2026-12-08", "reason": "Holidays"},
        "plan.propose_date",
        "You asked for another date. It is on its way",
    ),
    (
        "ask-amendment",
        {"amount": "60,000 EUR", "reason": "A second site"},
        "registration.ask_amendment",
        "You asked for a change",
    ),
]


@pytest.mark.parametrize(
    ("path", "typed", "command", "shown"), SAID, ids=[f"{n}-{one[0]}" for n, one in enumerate(SAID)]
)
def test_each_thing_a_partner_may_say_waits_as_a_command_and_is_shown_as_sent(
    world, path, typed, command, shown
):
    _, client, room = opened(world)
    form = hidden_fields(client.get(room), path)

    answer = client.post(f"{room}/{path}", data={**form, **typed})

    assert answer.status_code == 303
    (row,) = inbox(world)
    assert (row["command"], row["fields"], row["partner_id"]) == (command, typed, PARTNER)
    assert shown in client.get(room).get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("comment", {"step_id": "s2", "body": " "}, "Write something first."),
        ("comment", {"step_id": "gone", "body": "Hi"}, "no longer yours"),
        ("evidence", {"step_id": "s2", "url": "https://a.example", "label": ""}, "no longer yours"),
        ("evidence", {"step_id": "s1", "url": "javascript:alert(1)", "label": "Hm"}, "begins with https://"),
        ("evidence", {"step_id": "s1", "url": "", "label": ""}, "say in words what shows it"),
        ("evidence", {"step_id": "s1", "file_id": "f9"}, "no longer on this page"),
        ("propose", {"step_id": "s1", "due": "soon", "reason": "Holidays"}, "Choose the day."),
        ("ask-amendment", {"contact_email": "bill", "reason": "Typo"}, "does not look like an e-mail"),
        ("ask-amendment", {"reason": "Typo"}, "Nothing is changed."),
        ("ask-amendment", {"region": "DACH", "reason": "Typo"}, "Nothing is changed."),
        ("amend", {"amount": "1"}, "nothing to change here"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_form_with_what_was_typed(world, path, typed, sentence):
    _, client, room = opened(world)

    answer = client.post(f"{room}/{path}", data={"key": "12345678", **typed})

    html = answer.get_data(as_text=True)
    assert answer.status_code in (409, 422)
    assert sentence in html
    assert all(value in html for name, value in typed.items() if name in ("label", "reason") and value)
    assert inbox(world) == []


def test_a_step_that_is_reopened_before_it_was_executed_is_open_again(world):
    _, client, room = opened(world)
    client.post(f"{room}/complete", data=hidden_fields(client.get(room), "complete"))
    world.clock.advance(timedelta(seconds=5))

    client.post(f"{room}/reopen", data={"key": "reopen-0001", "step_id": "s1"})

    assert [row["command"] for row in inbox(world)] == ["plan.complete_step", "plan.reopen_step"]
    assert "You marked this as done" not in client.get(room).get_data(as_text=True)


@pytest.mark.parametrize("step_id", ["s2", "nothing", "", "' OR 1=1"])
def test_a_step_that_is_not_the_viewers_is_refused(world, step_id):
    _, client, room = opened(world)

    answer = client.post(f"{room}/complete", data={"key": "12345678", "step_id": step_id})

    assert answer.status_code == 409
    assert inbox(world) == []


def test_the_same_form_sent_twice_is_one_answer(world):
    _, client, room = opened(world)
    form = {**hidden_fields(client.get(room), "reply"), "body": "Once."}

    statuses = [client.post(f"{room}/reply", data=form).status_code for _ in range(2)]

    assert statuses == [303, 303]
    assert len(inbox(world)) == 1


def test_a_form_that_is_sent_again_with_other_words_keeps_both_the_words_and_the_first_answer(world):
    _, client, room = opened(world)
    form = hidden_fields(client.get(room), "reply")
    client.post(f"{room}/reply", data={**form, "body": "First."})

    answer = client.post(f"{room}/reply", data={**form, "body": "Second words."})

    assert answer.status_code == 409
    assert "Second words." in answer.get_data(as_text=True)
    assert hidden_fields(answer, "reply")["key"] != form["key"]
    assert [row["fields"]["body"] for row in inbox(world)] == ["First."]


def test_every_page_has_fresh_keys_and_every_form_its_own(world):
    _, client, room = opened(world)
    pages = [client.get(room) for _ in range(2)]

    keys = [hidden_fields(page, form)["key"] for page in pages for form in ("reply", "complete")]

    assert len(set(keys)) == 4


@pytest.mark.parametrize("body", ["", "   ", "\u200b\u202e", "x" * 10_001])
def test_a_message_that_cannot_be_sent_comes_back_with_a_sentence_and_the_text(world, body):
    _, client, room = opened(world)

    answer = client.post(f"{room}/reply", data={"key": "12345678", "body": body})

    html = answer.get_data(as_text=True)
    assert answer.status_code in (413, 422)
    assert 'role="alert"' in html
    assert body[:10_000] in html
    assert inbox(world) == []


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_text_stays_text(world, body):
    _, client, room = opened(world)
    form = hidden_fields(client.get(room), "reply")

    assert client.post(f"{room}/reply", data={**form, "body": body}).status_code == 303

    answer = client.get(room)
    html = answer.get_data(as_text=True)
    for markup in ("<script>alert", "<svg onload", "\u202e", "\x00", "7*7 = 49"):
        assert markup not in html
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_text_of_a_crm_stays_text(world, body):
    _, client, room = opened(world)
    fields = [{**f, "value": body} for f in content()["fields"]]
    steps = [{**s, "title": body} for s in content()["steps"]]
    world.publish(content(fields=fields, steps=steps, deal={"name": body}))

    answer = client.get(room)

    assert answer.status_code == 200
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert "<svg onload" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("size", [300_000, 1_000_000, 5_000_000])
def test_a_request_that_is_too_large_gets_a_page_and_no_error(world, size):
    _, client, room = opened(world)

    answer = client.post(f"{room}/reply", data={"key": "12345678", "body": "x" * size})

    assert answer.status_code == 413
    assert "too_large" in answer.get_data(as_text=True)
    assert inbox(world) == []


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "<script>", "a b c d e f"])
def test_a_form_without_a_key_of_ours_is_refused(world, key):
    _, client, room = opened(world)

    assert client.post(f"{room}/reply", data={"key": key, "body": "Hello"}).status_code == 400
    assert inbox(world) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(world, headers):
    _, client, room = opened(world)

    for path in ("reply", "complete", "leave"):
        data = {"key": "12345678", "body": "Hi", "step_id": "s1"}
        assert client.post(f"{room}/{path}", data=data, headers=headers).status_code == 403
    assert inbox(world) == []


def test_a_form_of_our_own_page_is_accepted_although_its_origin_is_hidden(world):
    _, client, room = opened(world)
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}

    assert (
        client.post(f"{room}/reply", data={"key": "12345678", "body": "Hi"}, headers=headers).status_code
        == 303
    )


def test_a_refused_answer_is_told_with_its_reason_and_words(world):
    _, client, room = opened(world)
    client.post(f"{room}/reply", data={"key": "12345678", "body": "My long message"})
    with world.database.write() as connection:
        connection.execute(
            partner_inbox.update().values(state="refused", reason="The deal is closed.", done_at=NOW)
        )

    html = client.get(room).get_data(as_text=True)

    assert "The deal is closed." in html
    assert "You wrote: My long message" in html


def test_an_executed_answer_is_shown_once_when_the_room_shows_it(world):
    _, client, room = opened(world)
    client.post(f"{room}/reply", data={"key": "12345678", "body": "Only once"})
    with world.database.write() as connection:
        connection.execute(partner_inbox.update().values(state="done", done_at=NOW + timedelta(seconds=1)))
    assert client.get(room).get_data(as_text=True).count("Only once") == 1
    said = {
        "id": "m2",
        "author": "Mira Chen",
        "side": "partner",
        "body": "Only once",
        "at": "2026-11-22T10:15:00Z",
    }

    world.publish(content(messages=[*content()["messages"], said]))

    assert client.get(room).get_data(as_text=True).count("Only once") == 1


def test_answers_of_one_link_are_not_shown_on_another(world):
    _, client, room = opened(world)
    _, other, other_room = opened(world, contact_email="other@northwind.example")

    client.post(f"{room}/reply", data={"key": "12345678", "body": "Between us"})

    assert "Between us" not in other.get(other_room).get_data(as_text=True)


def test_a_flood_of_answers_is_stopped_with_a_sentence(world, monkeypatch):
    _, client, room = opened(world)
    monkeypatch.setattr(limits, "ANSWERS_PER_LINK", replace(limits.ANSWERS_PER_LINK, count=3))

    answers = [client.post(f"{room}/reply", data={"key": f"key-0000{n}", "body": f"{n}"}) for n in range(4)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert "too often" in answers[-1].get_data(as_text=True)
