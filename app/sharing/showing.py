"""What of a snapshot a viewer may see under a policy: the one answer for the page, its copies and the ledger."""

from app.disclosure.policy import Policy
from app.disclosure.snapshot import Content, narrow
from app.domain.partner import PartnerType
from app.storage.published.rooms import Published


def allowed(published: Published, policy: Policy, email: str) -> Content:
    """The snapshot as far as the policy shows it to this viewer. A section that it closes is left out altogether: the
    page does not even say that it is empty."""
    try:
        kind = PartnerType(published.partner_type)
    except ValueError:
        return {}
    if not policy.exceptions.admit(published.partner_id, email):
        policy = Policy(version=policy.version, cells={})
    return narrow(published.content, policy, kind, published.partner_id)
