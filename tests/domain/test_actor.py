import pytest

from app.domain.actor import SYSTEM, Actor, ActorKind, Side


@pytest.mark.parametrize("kind", [ActorKind.VIEWER, ActorKind.FORM])
def test_who_comes_by_a_link_or_a_form_stands_on_the_partners_side(kind):
    assert Actor(kind=kind, id="x", name="X").side is Side.PARTNER


@pytest.mark.parametrize("kind", [ActorKind.SELLER, ActorKind.ADMIN, ActorKind.SYSTEM])
def test_sellers_admins_and_the_agent_stand_on_ours(kind):
    assert Actor(kind=kind, id="x", name="X").side is Side.US


def test_the_agent_is_nobody_a_partner_could_be():
    assert SYSTEM.kind is ActorKind.SYSTEM
    assert SYSTEM.partner_id is None
