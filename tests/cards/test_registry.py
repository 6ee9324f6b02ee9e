"""Card names and their builders."""

import pytest

from app.ground.errors import AppError, Reason
from cards import registry
from tests.cards import make


def test_the_seven_names_stand_in_the_order_a_host_shows_them():
    assert registry.NAMES == (
        "overview",
        "thread",
        "plan",
        "registration",
        "certifications",
        "conflicts",
        "sharing",
    )


@pytest.mark.parametrize("name", ["", "Overview", "../plan", "policy"])
def test_an_unknown_name_is_refused_with_the_names_there_are(name):
    with pytest.raises(AppError) as refusal:
        registry.builder(name)

    assert refusal.value.reason is Reason.UNKNOWN_CARD
    assert "overview" in refusal.value.message


@pytest.mark.parametrize("name", registry.NAMES)
def test_a_card_bears_the_name_it_was_asked_by_and_the_time_of_the_last_read(name):
    card = registry.build(name, make.facts(), make.NOW)

    assert card.name == name
    assert card.as_of == "2026-11-22T10:13:00.000Z"
    assert len(card.version) == 12


@pytest.mark.parametrize("name", registry.NAMES)
def test_each_crm_is_spoken_of_in_its_own_words(name):
    said = str(registry.build(name, make.STATES["salesforce"](), make.NOW))

    assert "HubSpot" not in said
    assert "this deal" not in said
