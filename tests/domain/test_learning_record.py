"""xAPI: what awards, what awards nothing, and what is no statement."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.learning_record import NotAStatementError, read_statement

AT = "2026-11-22T10:00:00.000Z"
PASSED = "http://adlnet.gov/expapi/verbs/passed"


def statement(verb=PASSED, **more):
    return {
        "actor": {"name": "Kim Lee", "mbox": "mailto:Kim@N.example"},
        "verb": {"id": verb},
        "object": {
            "id": "https://lms.example/course/1",
            "definition": {"name": {"de": "Kurs", "en-US": "Course"}},
        },
        "timestamp": "2026-11-20T09:00:00Z",
        **more,
    }


def test_a_pass_awards_what_the_activity_is_called_in_english():
    assert read_statement(statement(), AT) == {
        "source_id": "kim@n.example|https://lms.example/course/1",
        "said_at": "2026-11-20T09:00:00Z",
        "name": "Course",
        "credential": "https://lms.example/course/1",
        "person_name": "Kim Lee",
        "person_email": "kim@n.example",
        "issued": "2026-11-20",
    }


@pytest.mark.parametrize(
    "verb", ["http://adlnet.gov/expapi/verbs/completed", "http://id.tincanapi.com/verb/earned"]
)
def test_completed_and_earned_award_too(verb):
    assert read_statement(statement(verb, timestamp=None), AT)["said_at"] == AT


@pytest.mark.parametrize(
    "change",
    [
        {"verb": {"id": "http://adlnet.gov/expapi/verbs/failed"}},
        {"verb": {"id": "http://adlnet.gov/expapi/verbs/attended"}},
        {"result": {"success": False}},
        {"actor": {"mbox_sha1sum": "ab"}},
        {"actor": {"account": {"name": "4711"}}},
    ],
    ids=str,
)
def test_what_awards_nothing_is_no_error(change):
    assert read_statement({**statement(), **change}, AT) is None


def test_an_account_that_is_an_address_and_a_nameless_activity_will_do():
    found = read_statement(
        statement(
            actor={"account": {"name": "Kim@n.example"}}, object={"id": "urn:1", "definition": {"name": {}}}
        ),
        AT,
    )

    assert (found["person_email"], found["name"]) == ("kim@n.example", "urn:1")


@pytest.mark.parametrize(
    "body", [None, [], {}, {"actor": {}, "verb": {}, "object": {}}, statement(object={})]
)
def test_what_is_no_statement_is_refused(body):
    with pytest.raises(NotAStatementError):
        read_statement(body, AT)


json_like = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["actor", "verb", "object", "id", "name", "definition", "mbox"]), inner
        )
    ),
    max_leaves=8,
)


@given(json_like)
def test_no_shape_crashes_the_reading(body):
    with contextlib.suppress(NotAStatementError):
        read_statement(body, AT)
