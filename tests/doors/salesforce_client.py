"""Opens panels and reads answers, for the tests of the Salesforce door."""

import json
import re
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import Reason
from tests.identity.envelopes import DEAL, envelope, sign

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
RECORD = RecordKey(ObjectKind.DEAL, DEAL)


_count = iter(range(10_000))


def fresh(**changes: object) -> str:
    """A signed request that no test has sent before."""
    return sign(envelope(**changes) | {"issuedAt": next(_count)})


def open_panel(client: FlaskClient, **changes: object) -> TestResponse:
    return client.post("/salesforce/canvas", data={"signed_request": fresh(**changes)})


def session_of(page: TestResponse) -> dict[str, str]:
    found = re.search(r'<script type="application/json" id="session">(.*?)</script>', page.text, re.DOTALL)
    assert found, page.text
    return json.loads(found[1])


def auth(client: FlaskClient, **changes: object) -> dict[str, str]:
    return {"Authorization": f"Bearer {session_of(open_panel(client, **changes))['token']}"}


def body(**changes: object) -> dict[str, object]:
    return {"idempotencyKey": str(uuid4()), "fields": {"body": "Hello"}} | changes


def is_problem(answer: TestResponse, reason: Reason) -> bool:
    assert answer.mimetype == "application/problem+json", answer.text
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    assert problem["message"].endswith((".", "?"))
    return problem["reason"] == str(reason)
