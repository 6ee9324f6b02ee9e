"""The rules of a link as a visitor meets them: several people, passcode, terms, number of openings, hours."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.ground.ids import new_token
from app.identity.passcode import make_passcode
from app.sharing import limits, mail
from app.storage.link_preset import save_terms
from app.storage.published.links import link_of, revoke_link, set_rules
from app.storage.published_tables import acceptance, access_request, view, viewer_session
from tests.share_world import EMAIL, NOW, TENANT, count, opened, same, share_world

ANA = "ana@contoso.example"
TEAM = (("audience", EMAIL, "@contoso.example"),)


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def ask_code(world, token, mailbox):
    client = world.client()
    return client, client.post(f"/s/{token}/code", data={"email": mailbox})


def come_in(world, token, mailbox, **more):
    client, _ = ask_code(world, token, mailbox)
    code = world.mailer.code
    return client, client.post(f"/s/{token}/enter", data={"email": mailbox, "code": code, **more})


def test_each_of_several_people_comes_in_by_their_own_mailbox_and_is_recorded_apart(world):
    link, token = world.link(rules=TEAM)

    for mailbox in (EMAIL, ANA, "Bo@Contoso.example"):
        client, answer = come_in(world, token, mailbox)
        assert answer.status_code == 303
        page = client.get(f"/s/room/{link.code}").get_data(as_text=True)
        assert mailbox.lower() in page

    with world.database.read() as connection:
        seen = connection.execute(select(view.c.email).order_by(view.c.email)).scalars().all()
    assert seen == [ANA, "bo@contoso.example", EMAIL]


def test_who_is_not_on_the_link_sees_what_the_others_see_and_gets_no_mail(world):
    _, token = world.link(rules=TEAM)

    known, yes = ask_code(world, token, ANA)
    stranger, no = ask_code(world, token, "eve@evil.example")

    assert [sent[0] for sent in world.mailer.sent] == [ANA]
    hide = lambda answer, mailbox: answer.get_data(as_text=True).replace(mailbox, "…")  # noqa: E731
    assert hide(yes, ANA) == hide(no, "eve@evil.example")
    wrong = f"{(int(world.mailer.code) + 1) % 1_000_000:06d}"
    tries = [
        hide(client.post(f"/s/{token}/enter", data={"email": mailbox, "code": wrong}), mailbox)
        for client, mailbox in ((known, ANA), (stranger, "eve@evil.example"))
    ]
    assert tries[0] == tries[1]
    assert "4 more times" in tries[0]


def no_server(monkeypatch):
    return mail.NoMailer()


def full_queue(monkeypatch):
    mailer = undrained(monkeypatch)
    assert mailer.send_code(ANA, "123456", "Acme")
    return mailer


def undrained(monkeypatch):
    """A queue of one place from which nothing is ever sent."""
    monkeypatch.setattr(mail, "WAITING", 1)
    monkeypatch.setattr(mail.SmtpMailer, "_work", lambda _: None)
    return mail.SmtpMailer("smtp://127.0.0.1:9?from=share@acme.example")


@pytest.mark.parametrize("broken", [no_server, full_queue])
def test_a_stranger_is_told_as_the_others_that_no_code_can_be_sent(world, monkeypatch, broken):
    _, token = world.link(rules=TEAM)
    monkeypatch.setattr(world.mailer, "send_code", broken(monkeypatch).send_code, raising=False)

    (_, yes), (_, no) = ask_code(world, token, ANA), ask_code(world, token, "eve@evil.example")

    assert yes.status_code == no.status_code == 503
    assert without_nonce(yes.data) == without_nonce(no.data)
    assert [(k, without_nonce(v.encode())) for k, v in yes.headers] == [
        (k, without_nonce(v.encode())) for k, v in no.headers
    ]


def without_nonce(said):
    return re.sub(rb"nonce(-|=\")[\w+/=-]+", b"nonce", said)


@pytest.mark.parametrize("first", ["eve@evil.example", EMAIL])
def test_a_stranger_takes_a_place_among_the_mails_that_wait_as_the_others_do(world, monkeypatch, first):
    _, token = world.link(rules=TEAM)
    monkeypatch.setattr(world.mailer, "send_code", undrained(monkeypatch).send_code, raising=False)

    asked = [ask_code(world, token, mailbox)[1].status_code for mailbox in (first, ANA)]

    assert asked == [200, 503]


def test_a_code_for_one_mailbox_lets_no_other_one_in(world):
    _, token = world.link(rules=TEAM)
    ask_code(world, token, ANA)
    code = world.mailer.code
    client, _ = ask_code(world, token, EMAIL)

    if code != world.mailer.code:
        assert client.post(f"/s/{token}/enter", data={"email": EMAIL, "code": code}).status_code == 422
    assert client.post(f"/s/{token}/enter", data={"email": "", "code": code}).status_code == 422


def test_taking_somebody_off_a_link_ends_their_session_on_the_next_request(world):
    link, token = world.link(rules=TEAM)
    client, _ = come_in(world, token, ANA)

    with world.database.write() as connection:
        set_rules(connection, TENANT, link.id, (("mailbox", EMAIL),))

    assert client.get(f"/s/room/{link.code}").status_code == 404


def test_the_passcode_is_asked_beside_the_code_and_its_guesses_cost_tries(world):
    said, hashed = make_passcode()
    link, token = world.link(rules=(("mailbox", EMAIL), ("passcode", hashed)))
    client = world.client()
    assert "Passcode" in client.post(f"/s/{token}/code").get_data(as_text=True)
    code = world.mailer.code

    wrong = client.post(f"/s/{token}/enter", data={"code": code, "passcode": "AAAA-AAAA"})
    right = client.post(f"/s/{token}/enter", data={"code": code, "passcode": said.lower().replace("-", " ")})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "4 more times" in wrong.get_data(as_text=True)
    assert said not in hashed
    assert client.get(f"/s/room/{link.code}").status_code == 200


def test_five_wrong_passcodes_kill_the_code_and_the_right_one_is_too_late(world):
    said, hashed = make_passcode()
    _, token = world.link(rules=(("mailbox", EMAIL), ("passcode", hashed)))
    client = world.client()
    client.post(f"/s/{token}/code")
    data = {"code": world.mailer.code, "passcode": "AAAA-AAAA"}

    for _ in range(5):
        client.post(f"/s/{token}/enter", data=data)

    assert client.post(f"/s/{token}/enter", data={**data, "passcode": said}).status_code == 422


def test_a_new_passcode_ends_the_sessions_of_the_old_one(world):
    said, hashed = make_passcode()
    link, token = world.link(rules=(("passcode", hashed),))
    client, _ = come_in(world, token, EMAIL, passcode=said)
    assert client.get(f"/s/room/{link.code}").status_code == 200

    with world.database.write() as connection:
        set_rules(connection, TENANT, link.id, (("passcode", make_passcode()[1]),))

    assert client.get(f"/s/room/{link.code}").status_code == 404


def test_terms_are_accepted_before_the_room_opens_and_the_version_is_on_record(world):
    with world.database.write() as connection:
        version = save_terms(connection, TENANT, "Keep it <b>secret</b>.", "ada", NOW)
    link, token = world.link(rules=(("mailbox", EMAIL), ("terms", version)))
    client = world.client()
    page = client.post(f"/s/{token}/code").get_data(as_text=True)
    assert "Keep it &lt;b&gt;secret&lt;/b&gt;." in page
    code = world.mailer.code

    refused = [
        client.post(f"/s/{token}/enter", data={"code": code, **terms})
        for terms in ({}, {"terms": "true"}, {"terms": "0" * 64})
    ]
    entered = client.post(f"/s/{token}/enter", data={"code": code, "terms": version})

    assert {answer.status_code for answer in refused} == {422}
    assert entered.status_code == 303
    with world.database.read() as connection:
        row = connection.execute(select(acceptance)).one()
    assert (row.link_id, row.email, row.terms, row.at) == (link.id, EMAIL, version, NOW)


def test_a_used_up_link_is_gone_for_strangers_and_stays_open_for_who_is_in(world):
    link, client, room = opened(world, rules=(("mailbox", EMAIL), ("views", "1")))
    with world.database.write() as connection:
        from app.storage.published.links import replace_token

        replace = new_token()
        from app.ground.ids import hash_token

        sessions = connection.execute(select(viewer_session)).mappings().all()
        replace_token(connection, TENANT, link.id, hash_token(replace))
        connection.execute(viewer_session.insert(), [dict(row) for row in sessions])

    stranger = world.client()

    assert same([stranger.get(f"/s/{token}") for token in (replace, new_token())])
    assert same([stranger.post(f"/s/{token}/code") for token in (replace, new_token())])
    assert same([stranger.get(f"/s/{token}/ask") for token in (replace, new_token())])
    assert "signed in" in client.get(f"/s/{replace}").get_data(as_text=True)
    assert client.get(room).status_code == 200


def test_of_many_openings_at_once_no_more_than_the_limit_get_in(world):
    link, token = world.link(rules=(("audience", EMAIL, "@contoso.example"), ("views", "3")))
    people = [f"p{n}@contoso.example" for n in range(8)]
    codes = {}
    for mailbox in people:
        ask_code(world, token, mailbox)
        codes[mailbox] = world.mailer.code
    gate = threading.Barrier(len(people))

    def enter(mailbox):
        gate.wait()
        data = {"email": mailbox, "code": codes[mailbox]}
        return world.client().post(f"/s/{token}/enter", data=data).status_code

    with ThreadPoolExecutor(len(people)) as pool:
        statuses = sorted(pool.map(enter, people))

    assert statuses == [303] * 3 + [404] * 5
    with world.database.read() as connection:
        assert link_of(connection, TENANT, link.id).views == 3
    assert count(world, viewer_session) == count(world, view) == 3


def test_out_of_hours_a_link_looks_like_one_that_never_was_and_its_rooms_are_shut(world):
    _link, client, room = opened(
        world, rules=(("mailbox", EMAIL), ("hours", "UTC", "08:00", "18:00", "1234567"))
    )
    world.clock.advance(timedelta(hours=8))

    assert client.get(room).status_code == 404
    stranger = world.client()
    assert stranger.get(room).get_data() == stranger.get("/s/room/ACEFHJKL").get_data()


@pytest.mark.parametrize("ending", ["expired", "revoked", "unknown rule"])
def test_asking_for_access_over_a_dead_link_is_asking_nobody(world, ending):
    changes = {
        "expired": {"expires_at": NOW},
        "revoked": {"revoked_at": NOW},
        "unknown rule": {"rules": (("newer", "x"),)},
    }
    _, token = world.link(**changes[ending])
    client = world.client()
    data = {"email": ANA, "name": "Ana", "note": ""}

    assert same([client.post(f"/s/{t}/ask", data=data) for t in (token, new_token())])
    assert same([client.get(f"/s/{t}/ask") for t in (token, new_token())])


def test_who_got_a_link_from_somebody_else_can_ask_once_and_learns_nothing(world):
    link, token = world.link()
    client = world.client()

    answers = [
        client.post(f"/s/{token}/ask", data={"email": mailbox, "name": "Ana", "note": "I help Mira"})
        for mailbox in (ANA, ANA, EMAIL)
    ]

    assert same(answers)
    assert answers[0].status_code == 200
    with world.database.read() as connection:
        rows = connection.execute(select(access_request)).mappings().all()
    assert [(r["link_id"], r["email"], r["note"], r["state"]) for r in rows] == [
        (link.id, ANA, "I help Mira", "waiting")
    ]
    assert not world.mailer.sent


@pytest.mark.parametrize(
    "data",
    [
        {"email": "ana", "name": "Ana"},
        {"email": ANA, "name": ""},
        {"email": f"{'a' * 300}@x.example", "name": "Ana"},
        {"email": ANA, "name": "Ana", "note": "x" * 501},
        {},
    ],
    ids=["no address", "no name", "endless address", "endless note", "nothing"],
)
def test_an_incomplete_request_is_told_so_and_not_kept(world, data):
    _, token = world.link()

    answer = world.client().post(f"/s/{token}/ask", data=data)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert count(world, access_request) == 0


def test_asking_is_limited_per_link_and_per_address(world, monkeypatch):
    monkeypatch.setattr(limits, "ASKS_PER_ADDRESS", replace(limits.ASKS_PER_ADDRESS, count=2))
    _, token = world.link()
    client = world.client()

    statuses = [
        client.post(f"/s/{token}/ask", data={"email": f"p{n}@contoso.example", "name": "P"}).status_code
        for n in range(3)
    ]

    assert statuses == [200, 200, 429]


def test_codes_for_ever_new_mailboxes_run_dry_on_one_link(world, monkeypatch):
    monkeypatch.setattr(limits, "CODES_PER_LINK", replace(limits.CODES_PER_LINK, count=3))
    _, token = world.link(rules=TEAM)

    statuses = [ask_code(world, token, f"p{n}@contoso.example")[1].status_code for n in range(5)]

    assert statuses == [200] * 3 + [429] * 2


def test_the_pages_before_the_room_hold_no_word_of_the_deal_and_no_script(world):
    _, token = world.link(rules=TEAM)
    client = world.client()

    for page in (client.get(f"/s/{token}"), client.get(f"/s/{token}/ask"), ask_code(world, token, ANA)[1]):
        html = page.get_data(as_text=True)
        assert not re.search(r"<style|style=|<script(?! src=)|\son\w+=", html)
        for secret in ("Initech", EMAIL, "Mira"):
            assert secret not in html


def test_a_prefetch_of_any_page_changes_nothing(world):
    link, token = world.link(rules=TEAM)
    client = world.client()
    headers = {"Sec-Purpose": "prefetch", "Purpose": "prefetch", "User-Agent": "Slackbot-LinkExpanding 1.0"}

    for path in ("", "/code", "/enter", "/ask"):
        client.get(f"/s/{token}{path}", headers=headers)
        client.head(f"/s/{token}{path}", headers=headers)
        client.options(f"/s/{token}{path}", headers=headers)

    assert not world.mailer.sent
    assert count(world, view) == count(world, access_request) == 0
    with world.database.read() as connection:
        assert link_of(connection, TENANT, link.id).views == 0


def test_a_revoked_link_lets_nobody_open_it_between_check_and_entry(world):
    link, token = world.link()
    client = world.client()
    client.post(f"/s/{token}/code")
    code = world.mailer.code
    with world.database.write() as connection:
        revoke_link(connection, TENANT, link.id, NOW)

    assert client.post(f"/s/{token}/enter", data={"code": code}).status_code == 404
