"""The demo's directory: its secrets, databases, logs, ports, and what an earlier start has done."""

import fcntl
import json
import os
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.ground.errors import AppError, Reason
from app.ground.ids import new_token

HOST = "127.0.0.1"
PORTAL_ID = 62515
ORG_ID = "00D5g00000SamplEAA"
ORG_HOST = "https://sample.my.salesforce.com"
INTEGRATION_USER = "sync@sample.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Seven neighbouring ports of this machine."""

    web: int
    share: int
    hubspot: int
    salesforce: int
    mailbox: int
    smtp: int
    pubsub: int

    @classmethod
    def starting_at(cls, base: int) -> "Ports":
        names = ("web", "share", "hubspot", "salesforce", "mailbox", "smtp", "pubsub")
        return cls(**{name: base + offset for offset, name in enumerate(names)})

    def origin(self, name: str) -> str:
        return f"http://{HOST}:{getattr(self, name)}"

    def taken(self) -> list[int]:
        """The ports that somebody else listens on."""
        return [port for port in asdict(self).values() if not _is_free(port)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Made at the first start and kept: the stored tokens would be lost without them."""

    fernet_key: str
    hubspot_client_id: str
    hubspot_client_secret: str
    salesforce_consumer_key: str
    salesforce_consumer_secret: str
    salesforce_private_key: str
    salesforce_public_key: str

    def __repr__(self) -> str:
        return "Secrets(…)"


class Site:
    """One demo in one directory. Files that hold secrets are readable by their owner only."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.logs = self.directory / "logs"
        self._state_file = self.directory / "demo.json"

    def prepare(self) -> None:
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise AppError(
                Reason.INVALID,
                f"{self.directory} cannot be made: {error.strerror}. Name another with --data.",
            ) from None

    def lock(self) -> IO[str]:
        """The lock of this directory, held while the file is open. Raises AppError if another demo holds it."""
        file = (self.directory / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            sentence = (
                f"A demo already runs in {self.directory}. Stop it, or name another folder with --data."
            )
            raise AppError(Reason.STATE_CONFLICT, sentence) from None
        return file

    def secrets(self) -> Secrets:
        """The secrets of this demo, made at the first call."""
        file = self.directory / "secrets.json"
        if not file.exists():
            _write_private(file, asdict(_new_secrets()))
        found = _read_json(file)
        try:
            return Secrets(**found)
        except TypeError:
            sentence = f"{file} is damaged. Remove {self.directory} to start the demo afresh."
            raise AppError(Reason.INVALID, sentence) from None

    def state(self) -> dict[str, Any]:
        """What earlier starts noted; empty at the first one."""
        return _read_json(self._state_file)

    def note(self, **facts: Any) -> None:
        """Keeps facts for the next start and for `alongside import-csv`."""
        _write_private(self._state_file, self.state() | facts)

    def path(self, name: str) -> Path:
        return self.directory / name


def _new_secrets() -> Secrets:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Secrets(
        fernet_key=Fernet.generate_key().decode(),
        hubspot_client_id="alongside-demo",
        hubspot_client_secret=new_token(),
        salesforce_consumer_key="3MVG9.alongside.demo",
        salesforce_consumer_secret=new_token(),
        salesforce_private_key=private.decode(),
        salesforce_public_key=public.decode(),
    )


def _write_private(file: Path, content: dict[str, Any]) -> None:
    """Replaces the file in one step; nobody but its owner can read it at any moment."""
    draft = file.with_suffix(".new")
    with suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(content, out, indent=1)
    draft.replace(file)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
