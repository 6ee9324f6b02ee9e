"""What the commands about the safelist do."""

from typing import Any

from app.commands.blast import blast_of, field_labels
from app.disclosure.policy_body import read_policy
from app.disclosure.policy_yaml import from_yaml, to_yaml
from app.domain.actor import Actor, ActorKind
from app.ground.ids import new_id
from app.reading import safelist
from app.running import house_of
from app.storage import policy as policies

OPERATOR = Actor(kind=ActorKind.SYSTEM, id="command-line", name="Command line")


def export_policy(tenant_id: str) -> str:
    """The safelist in force as YAML. Raises AppError for an unknown tenant."""
    with house_of(tenant_id) as (parts, tenant), parts.database.read() as connection:
        return to_yaml(policies.current(connection, tenant.id))


def import_policy(tenant_id: str, text: str, reason: str, *, rehearse: bool) -> dict[str, Any]:
    """What saving did, and how far it reaches. Raises AppError for a file that says what cannot be."""
    body = from_yaml(text)
    with house_of(tenant_id) as (parts, tenant):
        with parts.database.read() as connection:
            now = policies.current(connection, tenant.id)
            after = read_policy(body, now.version + 1)
            found = blast_of(connection, tenant.id, after, parts.clock())
            told = safelist.sentences(found, now, after, field_labels(connection, tenant.id))
        answer: dict[str, Any] = {"sentences": told, "people": found.people}
        if rehearse:
            return answer | {"message": "Nothing was saved."}
        fields = {"body": body, "whole": True, "version": now.version, "reason": reason}
        done = parts.executor().run(tenant.id, OPERATOR, "policy.save", None, fields, new_id())
        return answer | dict(done.result) | {"message": done.message}
