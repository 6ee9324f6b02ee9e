import pytest

from app.ground.errors import AppError, Reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_status_that_says_refused(reason):
    status = AppError(reason, "No.").status

    assert 400 <= status < 600
    assert (status == 500) == (reason is Reason.INTERNAL)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.MALFORMED, 400),
        (Reason.UNAUTHENTICATED, 401),
        (Reason.FORBIDDEN, 403),
        (Reason.UNKNOWN_TENANT, 404),
        (Reason.EDIT_CONFLICT, 409),
        (Reason.TOO_LARGE, 413),
        (Reason.IN_THE_PAST, 422),
        (Reason.RATE_LIMITED, 429),
        (Reason.CRM_UNAVAILABLE, 503),
        (Reason.UNAVAILABLE, 503),
    ],
)
def test_a_reason_answers_with_the_status_http_has_for_it(reason, status):
    assert AppError(reason, "No.").status == status


def test_a_link_that_is_closed_answers_like_one_that_never_was():
    assert AppError(Reason.LINK_CLOSED, "").status == AppError(Reason.NOT_FOUND, "").status


def test_a_refusal_is_a_problem_document_with_its_reason_and_sentence():
    problem = AppError(Reason.IN_THE_PAST, "Choose a day ahead.", field="due").problem()

    assert problem == {
        "type": "urn:alongside:reason:in_the_past",
        "title": "Choose a day ahead.",
        "status": 422,
        "ok": False,
        "reason": "in_the_past",
        "message": "Choose a day ahead.",
        "field": "due",
    }


def test_a_refusal_of_no_field_names_none():
    assert "field" not in AppError(Reason.FORBIDDEN, "No.").problem()
