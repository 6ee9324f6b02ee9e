"""A sandbox org on a real port, and a client that speaks to it as an integration would."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.ground.clock import Clock, utc_now
from app.sandbox.salesforce import Org, SalesforceSandboxConfig, create_app
from tests.sandbox.serve import serve

CONSUMER_KEY = "3MVG9.alongside"
CONSUMER_SECRET = "shhh-consumer"
ORG_ID = "00D5g00000SamplEAA"
USERNAME = "sync@sample.example"
INSTANCE_URL = "https://sample.my.salesforce.com"
DATA = "/services/data/v68.0"

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_KEY = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC_KEY = (
    _KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


def org_config(folder: Path, **changes: Any) -> SalesforceSandboxConfig:
    values: dict[str, Any] = {
        "db_path": str(folder / "salesforce.db"),
        "consumer_key": CONSUMER_KEY,
        "consumer_secret": CONSUMER_SECRET,
        "public_key_pem": PUBLIC_KEY,
        "org_id": ORG_ID,
        "username": USERNAME,
        "instance_url": INSTANCE_URL,
    }
    return SalesforceSandboxConfig(**values | changes)


@contextmanager
def serve_org(folder: Path, **changes: Any) -> Iterator[tuple[str, Org]]:
    app = create_app(org_config(folder, **changes))
    try:
        with serve(app) as origin:
            yield origin, app.extensions["salesforce"]
    finally:
        app.extensions["salesforce"].close()


def assertion(
    clock: Clock = utc_now, key: Any = PRIVATE_KEY, algorithm: str = "RS256", **changes: Any
) -> str:
    claims = {
        "iss": CONSUMER_KEY,
        "sub": USERNAME,
        "aud": "https://login.salesforce.com",
        "exp": int((clock() + timedelta(minutes=3)).timestamp()),
    }
    return jwt.encode({k: v for k, v in (claims | changes).items() if v is not None}, key, algorithm)


class Caller:
    """Sends what an integration sends; answers the parsed body and keeps the last response."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.http = requests.Session()
        self.last = requests.Response()

    def log_in(self, text: str | None = None, **form: str) -> Any:
        data = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": assertion() if text is None else text,
        }
        self.last = self.http.post(f"{self.origin}/services/oauth2/token", data=data | form, timeout=30)
        body = self.last.json()
        if self.last.ok:
            self.http.headers["Authorization"] = f"Bearer {body['access_token']}"
        return body

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        url = self.origin + (path if path.startswith("/services") else f"{DATA}/{path}")
        self.last = self.http.request(method, url, json=body, timeout=30, **more)
        return self.last.json() if self.last.content else None

    def query(self, statement: str, *, deleted: bool = False, **headers: str) -> Any:
        resource = "queryAll" if deleted else "query"
        return self.send("GET", resource, params={"q": statement}, headers=headers)

    def create(self, name: str, **fields: Any) -> str:
        body = self.send("POST", f"sobjects/{name}", fields)
        assert self.last.status_code == 201, body
        return body["id"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        self.last = self.http.request(method, f"{self.origin}/_sandbox/{path}", json=body, timeout=20)
        return self.last.json()
