"""The one door in: every write of every surface is executed here, in one transaction, once per key (law 1)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, ValidationError
from sqlalchemy import Connection

from app.commands import (
    access,
    certification,
    certification_csv,
    certification_feed,
    certification_rule,
    conflict,
    content,
    credential_feed,
    file,
    following,
    offboarding,
    partner,
    plan,
    plan_follow,
    plan_proposal,
    plan_running,
    plan_talk,
    plan_template,
    plan_undo,
    policy,
    programme,
    registration,
    sharing,
    thread,
    tier,
    writes,
)
from app.commands.context import Command, CommandResult, Context, Outside, given
from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.tenant import Tenant
from app.ground.bell import Bell
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.ground.log import get_logger
from app.ground.metrics import count
from app.identity.vault import Vault
from app.storage import audit, tables
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.engine import Database
from app.storage.rows import find, insert

COMMANDS: Mapping[str, Command] = {
    command.name: command
    for module in (
        thread,
        plan,
        plan_follow,
        plan_proposal,
        plan_running,
        plan_talk,
        plan_template,
        plan_undo,
        registration,
        conflict,
        content,
        certification,
        file,
        sharing,
        access,
        offboarding,
        certification_feed,
        certification_csv,
        certification_rule,
        credential_feed,
        partner,
        policy,
        programme,
        tier,
        writes,
        following,
    )
    for command in module.COMMANDS
}

KEY_LIMIT = 128
KEPT_FROM_AUDIT = frozenset(
    {"body", "hidden", "note", "contact_email", "email", "also_for", "text", "statements", "sealed"}
)
"""Values that stay out of the audit log: it says what was done, the record holds the words."""

log = get_logger(__name__)


class Executor:
    """Executes commands. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        vault: Vault,
        clock: Clock,
        share_origin: str,
        outside: Outside,
    ) -> None:
        """`outside` is asked for what we hold no copy of, before the transaction opens."""
        self._database = database
        self._bell = bell
        self._vault = vault
        self._clock = clock
        self._share_origin = share_origin
        self._outside = outside

    def run(
        self,
        tenant_id: str,
        actor: Actor,
        name: str,
        record: RecordKey | None,
        fields: Mapping[str, object],
        key: str,
    ) -> CommandResult:
        """Executes the command once per key; a repeat gets the first answer. Raises AppError when it is refused,
        and then nothing has changed."""
        known = name if name in COMMANDS else "unknown"  # a counter's labels are few, whatever is asked for
        try:
            result = self._run(tenant_id, actor, name, record, fields, key)
        except AppError as error:
            count("commands_total", known, str(error.reason))
            raise
        except Exception:
            count("commands_total", known, str(Reason.INTERNAL))
            raise
        count("commands_total", known, "ok")
        return result

    def _run(
        self,
        tenant_id: str,
        actor: Actor,
        name: str,
        record: RecordKey | None,
        fields: Mapping[str, object],
        key: str,
    ) -> CommandResult:
        command = _command(name, actor)
        record = _work_record(command, record)
        data = _load(command, fields)
        _check_key(key)
        if record is not None:
            self._make_known(tenant_id, record)
        request_hash = _hash_request(name, record, actor, data)
        if command.ask is not None and record is not None and actor.kind in command.asked_for:
            data = dict(command.ask(self._outside, tenant_id, record, data))
        with self._database.write() as connection:
            tenants.lock(connection, tenant_id)
            first = self._first_answer(connection, tenant_id, key, command, request_hash)
            if first is not None:
                return first
            context = self._context(connection, tenant_id, actor, command, record)
            result = command.run(context, data)
            audit.append(
                connection, tenant_id, context.now, actor, name, record, _told(data) | dict(result.told)
            )
            self._keep_answer(connection, context, key, command, request_hash, result)
        for bell in sorted(context.bells):
            self._bell.ring(bell)
        log.info("command.done", command=name, tenant=tenant_id, actor=str(actor.kind))
        return result

    def _make_known(self, tenant_id: str, record: RecordKey) -> None:
        with self._database.read() as connection:
            known = records.get(connection, tenant_id, record)
        if known is None:
            self._outside.fetch(tenant_id, record)

    def _context(
        self, connection: Connection, tenant_id: str, actor: Actor, command: Command, key: RecordKey | None
    ) -> Context:
        tenant = tenants.by_id(connection, tenant_id)
        if tenant is None:
            raise AppError(Reason.UNKNOWN_TENANT, "This account is not connected to Alongside.")
        return Context(
            connection=connection,
            tenant=tenant,
            actor=actor,
            now=self._clock(),
            share_origin=self._share_origin,
            record=_record(connection, tenant, command, key),
        )

    def _first_answer(
        self, connection: Connection, tenant_id: str, key: str, command: Command, request_hash: str
    ) -> CommandResult | None:
        t = tables.done_command.c
        row = find(connection, tables.done_command, t.tenant_id == tenant_id, t.key == key)
        if row is None:
            return None
        if row["request_hash"] != request_hash:
            raise AppError(
                Reason.KEY_REUSED, "This idempotency key was used for something else. Send a new one."
            )
        kept = row["result"]
        if command.secret_result:
            kept = json.loads(self._opened(kept["sealed"]))
        return CommandResult(result=kept["result"], message=kept["message"])

    def _opened(self, sealed: str) -> str:
        """A link is made once: when the key that sealed it is gone, a repeat makes no second one."""
        try:
            return self._vault.open(sealed)
        except AppError:
            raise AppError(
                Reason.STATE_CONFLICT,
                "This was done before, and its link can no longer be shown. Make a new one.",
            ) from None

    def _keep_answer(
        self,
        connection: Connection,
        context: Context,
        key: str,
        command: Command,
        request_hash: str,
        result: CommandResult,
    ) -> None:
        kept: dict[str, Any] = {"result": dict(result.result), "message": result.message}
        if command.secret_result:
            kept = {"sealed": self._vault.seal(json.dumps(kept))}
        insert(
            connection,
            tables.done_command,
            {
                "tenant_id": context.tenant.id,
                "key": key,
                "command": command.name,
                "request_hash": request_hash,
                "result": kept,
                "at": context.now,
            },
        )


def _command(name: str, actor: Actor) -> Command:
    command = COMMANDS.get(name)
    if command is None:
        raise AppError(Reason.UNKNOWN_COMMAND, "There is no such action.")
    if actor.kind not in command.actors:
        who = "an admin" if ActorKind.SELLER not in command.actors else "your team"
        raise AppError(Reason.FORBIDDEN, f"Only {who} can do this.")
    return command


def _work_record(command: Command, key: RecordKey | None) -> RecordKey | None:
    """A person is where a command may be given, never what partners work on: what needs a record is refused there."""
    if key is None or key.object is not ObjectKind.CONTACT:
        return key
    if command.needs_record:
        raise AppError(
            Reason.UNKNOWN_RECORD, "This cannot be done on a contact. Open the record it is about."
        )
    return None


def _record(connection: Connection, tenant: Tenant, command: Command, key: RecordKey | None) -> Record | None:
    record = records.get(connection, tenant.id, key) if key else None
    if record is None and (key is not None or command.needs_record):
        raise AppError(Reason.UNKNOWN_RECORD, "This record is not in the CRM, or you may not see it.")
    return record


def _load(command: Command, fields: Mapping[str, object]) -> dict[str, Any]:
    """The fields as the command's schema reads them; empty text counts as not given. Raises AppError naming the
    first field that is wrong."""
    try:
        return dict(command.schema(unknown=EXCLUDE).load(given(fields)))
    except ValidationError as error:
        field, sentences = next(iter(error.messages_dict.items()))
        raise AppError(
            Reason.INVALID,
            f"{field.replace('_', ' ').capitalize()}: {_first_sentence(sentences)}",
            field=field,
        ) from None


def _first_sentence(messages: object) -> str:
    """What is wrong with the first value of a list, or of a list in it."""
    while isinstance(messages, dict) and messages:
        messages = next(iter(messages.values()))
    return str(messages[0]) if isinstance(messages, list) and messages else "is not valid"


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= KEY_LIMIT or not key.isprintable():
        raise AppError(Reason.MALFORMED, "Send an idempotency key of 1 to 128 characters with every action.")


def _hash_request(name: str, record: RecordKey | None, actor: Actor, data: Mapping[str, Any]) -> str:
    body = [name, str(record), str(actor.kind), actor.id, {k: str(v) for k, v in data.items()}]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _told(data: Mapping[str, Any]) -> dict[str, str]:
    return {k: str(v)[:500] for k, v in data.items() if k not in KEPT_FROM_AUDIT}
