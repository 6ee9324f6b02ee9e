import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.policy import NEVER, OBJECTS, Policy, Treatment, default_policy, never_reason
from app.disclosure.policy_body import read_policy, stored_policy
from app.domain.partner import PartnerType
from app.ground.errors import AppError, Reason
from tests.disclosure.strategies import LOOKALIKES, policies

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from([*PartnerType, *OBJECTS, *Treatment, *NEVER, "name", "amount", "", "x" * 300])
NEARLY_POLICIES = st.dictionaries(
    NAMES, st.dictionaries(NAMES, st.dictionaries(NAMES, NAMES | JSON) | JSON) | JSON
)


def _one_cell(field: str, treatment: object) -> dict[str, object]:
    return {"reseller": {"deal": {field: treatment}}}


def test_a_field_that_nobody_listed_is_absent():
    assert Policy(version=1, cells={}).treatment(PartnerType.MSP, "deal", "name") is Treatment.ABSENT


def test_a_cell_holds_for_its_own_partner_type_only():
    policy = read_policy(_one_cell("amount", "band"), 1)

    assert policy.treatment(PartnerType.RESELLER, "deal", "amount") is Treatment.BAND
    assert policy.treatment(PartnerType.REFERRAL, "deal", "amount") is Treatment.ABSENT


@pytest.mark.parametrize("field", [*NEVER, *LOOKALIKES])
def test_the_never_list_is_absent_even_where_a_stored_policy_lists_it(field):
    cells = {(kind, obj, field): Treatment.SHOW for kind in PartnerType for obj in OBJECTS}
    policy = Policy(version=1, cells=cells)

    assert {policy.treatment(*cell) for cell in cells} == {Treatment.ABSENT}
    assert all(policy.visible(obj) == frozenset() for obj in OBJECTS)


@pytest.mark.parametrize("field", [*NEVER, *LOOKALIKES])
def test_a_policy_that_opens_the_never_list_is_refused_with_the_reason(field):
    with pytest.raises(AppError) as caught:
        read_policy(_one_cell(field, "show"), 1)

    assert caught.value.reason is Reason.NEVER_SHARED
    assert caught.value.message == never_reason(field)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "field", ["crm:Notes__c", "crm:hs_latest_source", "crm:Last_Order__c", "crm:num_employees", "Next step"]
)
def test_a_field_that_only_sounds_like_a_banned_one_is_the_admins_to_decide(field):
    assert never_reason(field) is None


def test_a_policy_may_say_that_a_never_shared_field_is_absent():
    assert read_policy(_one_cell("margin", "absent"), 1).visible("deal") == frozenset()


@pytest.mark.parametrize(
    "field", ["name", "stage", "amount", "crm:Region__c", "crm:partner_tier", "description"]
)
def test_ordinary_fields_may_be_opened(field):
    assert never_reason(field) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, Reason.MALFORMED),
        ([], Reason.MALFORMED),
        ("{}", Reason.MALFORMED),
        ({"reseller": []}, Reason.MALFORMED),
        ({"reseller": {"deal": None}}, Reason.MALFORMED),
        ({"wizard": {}}, Reason.UNKNOWN_PARTNER_TYPE),
        ({"reseller": {"invoice": {}}}, Reason.INVALID),
        (_one_cell("amount", "hidden"), Reason.INVALID),
        (_one_cell("amount", True), Reason.INVALID),
        (_one_cell("amount", 10**5000), Reason.INVALID),
        (_one_cell("amount", ["show"]), Reason.INVALID),
        (_one_cell("", "show"), Reason.INVALID),
        (_one_cell("na\x00me", "show"), Reason.INVALID),
        (_one_cell("x" * 300, "show"), Reason.MALFORMED),
    ],
)
def test_what_is_no_policy_is_refused_with_its_reason(body, reason):
    with pytest.raises(AppError) as caught:
        read_policy(body, 1)

    assert caught.value.reason is reason


@given(JSON | NEARLY_POLICIES)
def test_reading_any_json_gives_a_policy_or_a_refusal(body):
    try:
        policy = read_policy(body, 3)
    except AppError:
        return

    assert policy.version == 3


@given(policies())
def test_a_policy_that_is_written_down_and_read_says_the_same(policy):
    allowed = Policy(version=1, cells={k: t for k, t in policy.cells.items() if not never_reason(k[2])})

    again = read_policy(allowed.to_json(), 1)

    assert all(again.treatment(*cell) is allowed.treatment(*cell) for cell in allowed.cells)
    assert again.to_json() == allowed.to_json()


@given(JSON | NEARLY_POLICIES)
def test_a_stored_policy_can_always_be_read(body):
    policy = stored_policy(body, 3)

    assert all(never_reason(field) is None for obj in OBJECTS for field in policy.visible(obj))


@given(policies())
def test_a_stored_policy_that_could_be_saved_again_is_read_as_it_is(policy):
    body = policy.to_json()

    assert stored_policy(body, 1) == read_policy(body, 1)


def test_a_cell_that_a_later_release_refuses_is_absent_and_the_rest_holds():
    policy = stored_policy({"reseller": {"deal": {"margin": "show", "name": "show", "stage": "blur"}}}, 1)

    assert policy.visible("deal") == {"name"}


@given(policies())
def test_what_some_partner_type_sees_is_what_has_to_be_read(policy):
    seen = {
        f for (kind, o, f) in policy.cells if o == "deal" and policy.treatment(kind, o, f) != Treatment.ABSENT
    }

    assert policy.visible("deal") == seen


def test_the_default_policy_is_one_that_could_be_saved():
    policy = default_policy()

    assert read_policy(policy.to_json(), 1).cells == policy.cells


def test_the_default_policy_shows_no_partner_an_exact_amount():
    policy = default_policy()

    assert all(policy.treatment(kind, "deal", "amount") is not Treatment.SHOW for kind in PartnerType)
