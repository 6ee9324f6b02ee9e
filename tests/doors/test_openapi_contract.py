"""What the description says holds: requests made from it are answered as it says, whatever they hold.

Everything is signed as the CRMs would, so that the requests reach what lies behind the doors.
"""

import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.doors.openapi import describe
from app.ground.errors import Reason
from app.ground.ids import new_id
from app.identity.hubspot_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from app.identity.tokens import Audience
from app.wsgi import web_app
from tests.house import ADMIN, DEAL, HUBSPOT_SECRET, ORIGIN, SELLER, TestHouse, make_house

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
REASONS = {str(reason) for reason in Reason} - {"internal"}
TAKE_ANYTHING = {f"GET {path}" for path in ("/healthz", "/readyz", "/metrics", "/openapi.json")}
USER = {"userId": "u1", "portalId": "62515", "appId": "1"}

few, some = (
    settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    for count in (2, 10)
)

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Proving:
    """Signs what goes to HubSpot's door and puts the bearer on what goes to the panel's, then hands it on."""

    def __init__(self, house: TestHouse, app: Wsgi) -> None:
        self.house, self.app = house, app
        self.admin = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/hubspot/"):
            self._sign(environ)
        elif environ["PATH_INFO"].startswith("/salesforce/panel/"):
            actor = ADMIN if self.admin else SELLER
            token = self.house.house.tokens.mint(
                Audience.SALESFORCE_PANEL, tenant_id=self.house.tenant.id, record=DEAL, actor=actor
            )
            environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return self.app(environ, start_response)

    def _sign(self, environ: dict[str, Any]) -> None:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        email = "ada@vendor.example" if self.admin else "sam@vendor.example"
        query = "&".join(filter(None, [environ["QUERY_STRING"], urlencode({**USER, "userEmail": email})]))
        target = f"{environ['REQUEST_URI'].partition('?')[0]}?{query}"
        stamp = str(int(self.house.clock().timestamp() * 1000))
        method = environ["REQUEST_METHOD"]
        signed = sign(HUBSPOT_SECRET, method, ORIGIN + target, body, stamp).decode()
        header = SIGNATURE_HEADER.upper().replace("-", "_")
        environ |= {
            "QUERY_STRING": query,
            "REQUEST_URI": target,
            f"HTTP_{header}": signed,
            f"HTTP_{TIMESTAMP_HEADER.upper().replace('-', '_')}": stamp,
        }


class Described:
    def __init__(self, house: TestHouse) -> None:
        self.house = house
        self.partner = house.attach()
        self.app = Proving(house, web_app(house.house))
        self.schema = schemathesis.openapi.from_wsgi("/openapi.json", self.app)
        self.operations = {
            f"{one.method.upper()} {one.path}": one
            for one in (found.ok() for found in self.schema.get_all_operations())
        }

    @cache  # noqa: B019 - it lives as long as the module's fixture
    def cases(self, name: str) -> st.SearchStrategy[Any]:
        """Requests as they are described, about a record that is there, and requests that are wrong somewhere."""
        found = self.operations[name]
        right = found.as_strategy().map(self._about_the_deal)
        # An operation that takes anything has no wrong request.
        return right if name in TAKE_ANYTHING else right | found.as_strategy(GenerationMode.NEGATIVE)

    def _about_the_deal(self, case: Any) -> Any:
        if isinstance(case.body, dict) and isinstance(case.body.get("fields"), dict):
            case.body |= {"objectType": "deals", "objectId": DEAL.crm_id, "idempotencyKey": new_id()}
            if "partner_id" in case.body["fields"]:
                case.body["fields"]["partner_id"] = self.partner
        if isinstance(case.query, dict) and {"objectType", "objectId"} & set(case.query):
            case.query |= {"objectType": "deals", "objectId": DEAL.crm_id}
        return case


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    house = make_house(tmp_path_factory.mktemp("described"))
    yield Described(house)
    house.house.database.close()


def names(*starts: str) -> list[str]:
    return sorted(
        f"{method.upper()} {path}"
        for path, operations in describe()["paths"].items()
        for method in operations
        if path.startswith(starts)
    )


def is_as_described(described: Described, name: str, case: Any) -> None:
    """The answer has a status, a type and a shape that the description names, and a refusal says which one it is."""
    answer = case.call(base_url=ORIGIN)

    case.validate_response(answer, checks=CHECKS)
    said = json.loads(answer.text) if "json" in answer.headers.get("content-type", [""])[0] else None
    if answer.status_code >= 400 or (isinstance(said, dict) and said.get("ok") is False):
        assert said["reason"] in REASONS, f"{name}: {said}"


@pytest.mark.parametrize("name", names("/hubspot/actions/"))
@few
@given(data=st.data())
def test_every_command_answers_as_described(described: Described, name: str, data: st.DataObject) -> None:
    described.app.admin = data.draw(st.booleans(), label="an admin")

    is_as_described(described, name, data.draw(described.cases(name)))


@few
@given(data=st.data())
def test_the_panels_commands_answer_as_described(described: Described, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(names("/salesforce/panel/actions/")))
    described.app.admin = data.draw(st.booleans(), label="an admin")

    is_as_described(described, name, data.draw(described.cases(name)))


@pytest.mark.parametrize(
    "name", [one for one in names("/") if "/actions/" not in one and one != "GET /openapi.json"]
)
@some
@given(data=st.data())
def test_every_other_address_answers_as_described(
    described: Described, name: str, data: st.DataObject
) -> None:
    described.app.admin = True

    is_as_described(described, name, data.draw(described.cases(name)))


def test_nothing_is_done_for_whoever_proves_nothing(described: Described) -> None:
    client = web_app(described.house.house).test_client()

    for method, path in (name.split(" ") for name in names("/hubspot", "/salesforce/panel")):
        body = {} if method == "POST" else None
        answer = client.open(path.replace("{card}", "overview"), method=method, json=body)

        assert answer.status_code == 401
        assert answer.json["reason"] in ("bad_signature", "unauthenticated")
