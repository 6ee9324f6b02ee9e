"""The adapters, each over HTTP against a stand-in that answers as the vendor's pages describe."""

import pytest

from app.commands.certification_feed import StatementSchema
from app.credentials.issuers import connect
from app.credentials.port import Access, IssuerError
from app.credentials.reading import months_after
from app.domain.certification import Source
from tests.credentials.stand_in import StandIn, standing_in

ORG, BADGE, EVENT = "0a1b2c3d-0000", "9f8e7d6c-1111", "5e5e5e5e-2222"
CREDLY = {
    "id": BADGE,
    "state": "accepted",
    "issued_to_first_name": "Kim",
    "issued_to_last_name": "Lee",
    "recipient_email": "kim@n.example",
    "badge_template": {"id": "tpl-1", "name": "Implementation"},
    "issued_at": "2026-01-10 09:41:00 -0500",
    "expires_at": "2027-01-10",
    "updated_at": "2026-01-10T14:42:00.000Z",
    "state_updated_at": "2026-01-11T14:42:00.000Z",
    "badge_url": "https://www.credly.com/badges/9f8e7d6c",
    "issuer": {"summary": "issued by Acme Academy"},
}
ACCREDIBLE = {
    "id": 4711,
    "name": "Security",
    "group": {"id": 12},
    "recipient": {"name": "Kim Lee", "email": "kim@n.example"},
    "issued_on": "2026-02-01",
    "expired_on": "2027-02-01",
    "url": "https://www.credential.net/4711",
    "updated_at": "2026-02-01T10:00:00Z",
}
SKILLJAR_COURSE = {
    "published_course": {"id": "pc1", "course": {"id": "c1", "title": "Selling 101"}},
    "latest_enrollment": {"completed_at": "2026-03-31T22:00:00Z", "success_status": "PASSED"},
}


@pytest.fixture
def issuer():
    with standing_in() as made:
        yield made


def reach(issuer: StandIn, source: Source, **more):
    return connect(source, Access(origin=issuer.origin, token="key:secret", **more), issuer.web)


def loaded(found):
    return StatementSchema().load({"said_at": "2026-01-01T00:00:00Z", **found, "source": "credly"})


def test_credly_is_asked_for_the_event_and_then_for_its_badge(issuer):
    base = f"/v1/organizations/{ORG}"
    issuer.answers[f"{base}/events/{EVENT}"] = (200, {"data": {"badge": {"id": BADGE}}})
    issuer.answers[f"{base}/badges/{BADGE}"] = (200, {"data": CREDLY})
    credly = reach(issuer, Source.CREDLY, organisation=ORG)

    (subject,) = credly.subjects({"event_type": "badge.created", "id": EVENT})
    found = loaded(credly.fetch(subject))

    assert (found["name"], found["person_email"]) == ("Implementation", "kim@n.example")
    assert (str(found["issued"]), str(found["expires"])) == ("2026-01-10", "2027-01-10")
    assert (found["issuer"], found["source_id"]) == ("Acme Academy", BADGE)
    assert issuer.asked[0][1]["Authorization"].startswith("Basic ")


def test_what_credly_revoked_or_no_longer_has_is_revoked(issuer):
    path = f"/v1/organizations/{ORG}/badges/{BADGE}"
    credly = reach(issuer, Source.CREDLY, organisation=ORG)

    assert credly.fetch(f"badge:{BADGE}")["revokes"]
    issuer.answers[path] = (200, {"data": {**CREDLY, "state": "revoked", "revocation_reason": "Misuse"}})
    assert credly.fetch(f"badge:{BADGE}")["reason"] == "Misuse"
    issuer.answers[path] = (200, {"data": {**CREDLY, "state": "rejected"}})
    assert credly.fetch(f"badge:{BADGE}") is None


def test_accredible_is_asked_by_id(issuer):
    issuer.answers["/v1/credentials/4711"] = (200, {"credential": ACCREDIBLE})
    accredible = reach(issuer, Source.ACCREDIBLE)

    (subject,) = accredible.subjects({"data": {"credential": {"id": 4711}}})
    found = loaded(accredible.fetch(subject))

    assert (found["name"], str(found["expires"])) == ("Security", "2027-02-01")
    assert issuer.asked[0][1]["Authorization"] == "Token token=key:secret"
    assert accredible.fetch("4712")["revokes"]


def test_skilljar_is_asked_for_the_learner_and_the_course_holds_so_many_months(issuer):
    issuer.answers["/v1/users/u1"] = (
        200,
        {"first_name": "Kim", "last_name": "Lee", "email": "kim@n.example"},
    )
    issuer.answers["/v1/users/u1/published-courses"] = (200, [SKILLJAR_COURSE])
    skilljar = reach(issuer, Source.SKILLJAR, months=11)
    told = {"event_type": "COURSE_COMPLETION", "user": {"id": "u1"}, "course": {"published_course_id": "pc1"}}

    (subject,) = skilljar.subjects(told)
    found = loaded(skilljar.fetch(subject))

    assert (found["name"], found["person_name"], str(found["expires"])) == (
        "Selling 101",
        "Kim Lee",
        "2027-02-28",
    )
    assert skilljar.fetch("u1|other") is None


def test_docebo_is_asked_with_a_fresh_token_and_a_batch_is_many(issuer):
    item = {
        "id": 7,
        "name": "Basics",
        "status": "completed",
        "enrollment_completion_date": "2026-04-01 10:00:00",
    }
    issuer.answers |= {
        "/oauth2/token": (200, {"access_token": "t"}),
        "/learn/v1/enrollments?id_user[]=5&id_course[]=7": (200, {"data": {"items": [item]}}),
        "/manage/v1/user/5": (200, {"data": {"user_data": {"firstname": "Kim", "email": "kim@n.example"}}}),
    }
    docebo = reach(issuer, Source.DOCEBO)
    told = {
        "event": "course.enrollment.completed",
        "payloads": [{"user_id": 5, "course_id": n} for n in (7, 8)],
    }

    assert docebo.subjects(told) == ("5|7", "5|8")
    found = loaded(docebo.fetch("5|7"))

    assert (found["name"], found["person_email"], str(found["issued"])) == (
        "Basics",
        "kim@n.example",
        "2026-04-01",
    )
    assert issuer.asked[1][1]["Authorization"] == "Bearer t"


@pytest.mark.parametrize("source", [Source.CREDLY, Source.ACCREDIBLE, Source.SKILLJAR, Source.DOCEBO])
@pytest.mark.parametrize(("status", "retry"), [(401, False), (429, True), (500, True), (400, False)])
def test_an_issuer_that_refuses_says_whether_to_ask_again(issuer, source, status, retry):
    every = {
        f"/v1/organizations/{ORG}/badges/{BADGE}",
        "/v1/credentials/4711",
        "/v1/users/u1",
        "/oauth2/token",
    }
    issuer.answers = dict.fromkeys(every, (status, {}))
    subject = {Source.CREDLY: f"badge:{BADGE}", Source.ACCREDIBLE: "4711", Source.SKILLJAR: "u1|pc1"}.get(
        source, "5|7"
    )

    with pytest.raises(IssuerError) as caught:
        reach(issuer, source, organisation=ORG).fetch(subject)

    assert caught.value.retry is retry


@pytest.mark.parametrize("source", [Source.CREDLY, Source.ACCREDIBLE, Source.SKILLJAR, Source.DOCEBO])
@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"event_type": "badge.created", "id": "../x"}, {"id": "../../x"}]
)
def test_a_notification_of_something_else_asks_for_nothing(issuer, source, body):
    assert list(reach(issuer, source).subjects(body)) == []


def test_months_end_on_a_day_that_exists():
    assert months_after("2026-01-31", 1) == "2026-02-28"
    assert months_after("2026-12-15", 12) == "2027-12-15"
    assert months_after("2026-12-15", 0) is None
