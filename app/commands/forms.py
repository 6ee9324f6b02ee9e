"""What a partner's login-free form may know of the programme."""

from app.commands.context import Context
from app.domain.partner import Partner
from app.domain.registration_ask import asks_of
from app.storage import programme as programmes
from app.storage import tier as tiers
from app.storage.published.forms import publish_asks


def publish_form(context: Context, partner: Partner) -> None:
    """After this the partner's form asks for what the programme in force asks of it."""
    programme = programmes.current(context.connection, context.tenant.id)
    (counts,) = tiers.counting(context.connection, context.tenant.id, [partner])
    publish_asks(context.connection, context.tenant.id, {partner.id: asks_of(programme, counts)})
