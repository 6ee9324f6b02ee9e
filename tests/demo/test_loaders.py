from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.demo import load_hubspot, load_salesforce
from app.demo.loading import Wire
from app.demo.pipeline import Pipeline, SampleDeal, Stage
from app.demo.sample import make_sample, told_deals
from app.ground.errors import AppError
from app.sandbox import hubspot, salesforce
from tests.sandbox.serve import serve

SAMPLE = make_sample(date(2026, 11, 22))
ORG = "00D5g00000SamplEAA"
USERNAME = "sync@sample.example"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def portal(tmp_path):
    app = hubspot.create_app(
        hubspot.HubspotSandboxConfig(db_path=tmp_path / "hub.db", client_id="client", client_secret="secret")
    )
    with serve(app) as origin:
        yield app.extensions["sandbox"], origin
    app.extensions["sandbox"].close()


@pytest.fixture
def org(tmp_path, key):
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    config = salesforce.SalesforceSandboxConfig(
        db_path=str(tmp_path / "sf.db"),
        consumer_key="consumer",
        consumer_secret="secret",
        public_key_pem=public.decode(),
        org_id=ORG,
        username=USERNAME,
    )
    app = salesforce.create_app(config)
    with serve(app) as origin:
        yield app.extensions["salesforce"], origin
    app.extensions["salesforce"].close()


def into_hubspot(origin, pipeline=SAMPLE):
    token = load_hubspot.connect(origin, "client", "secret")
    return load_hubspot.HubspotLoader(origin, token).load(pipeline)


def into_salesforce(origin, key, pipeline=SAMPLE):
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    token = load_salesforce.connect(origin, "consumer", pem, USERNAME)
    return load_salesforce.SalesforceLoader(origin, token).load(pipeline)


def test_the_sample_stands_in_hubspot_with_owner_company_people_and_hidden_values(portal):
    sandbox, origin = portal

    loaded = into_hubspot(origin)

    told = told_deals(SAMPLE)[0]
    deal = sandbox.get("deals", loaded.deals[told.key])["properties"]
    assert deal["dealname"] == told.name
    assert deal["dealstage"] == "decisionmakerboughtin"
    assert deal["internal_notes"] == told.internal_notes
    assert deal["competitor"] == "Vantiq Systems"
    assert deal["hubspot_owner_id"] == loaded.owners[told.owner_key]
    assert deal["closedate"].startswith("2026-12-26")
    companies = sandbox.linked("deals", loaded.deals[told.key], "companies")
    assert [company["properties"]["name"] for company in companies] == ["Halden Marine"]
    assert len(sandbox.linked("deals", loaded.deals[told.key], "contacts")) == 2
    assert loaded.refused == {}


def test_the_sample_stands_in_salesforce_with_owner_account_people_and_hidden_values(org, key):
    sandbox, origin = org

    loaded = into_salesforce(origin, key)

    told = told_deals(SAMPLE)[0]
    row = sandbox.store.get("Opportunity", loaded.deals[told.key])
    assert row["Name"] == told.name
    assert row["StageName"] == "Proposal/Price Quote"
    assert row["Internal_Notes__c"] == told.internal_notes
    assert row["OwnerId"] == loaded.owners[told.owner_key]
    assert row["CloseDate"] == "2026-12-26"
    assert sandbox.store.get("Account", row["AccountId"])["Name"] == "Halden Marine"
    roles = sandbox.store.select("SELECT * FROM OpportunityContactRole WHERE OpportunityId = ?", [row["Id"]])
    assert len(roles) == 2
    assert loaded.refused == {}


def test_a_second_load_into_hubspot_updates_and_doubles_nothing(portal):
    sandbox, origin = portal

    first, second = into_hubspot(origin), into_hubspot(origin)

    assert first.deals == second.deals
    assert (second.created, second.updated) == (0, first.created)
    assert len(sandbox.all("deals")) == 40
    assert len(sandbox.linked("deals", first.deals[told_deals(SAMPLE)[0].key], "companies")) == 1


def test_a_second_load_into_salesforce_updates_and_doubles_nothing(org, key):
    sandbox, origin = org

    first, second = into_salesforce(origin, key), into_salesforce(origin, key)

    assert first.deals == second.deals
    assert (second.created, second.updated) == (0, first.created)
    for name in ("Opportunity", "Account", "OpportunityContactRole"):
        rows = sandbox.store.select(f'SELECT count(*) AS n FROM "{name}"')
        assert rows[0]["n"] == {"Opportunity": 40, "Account": 15, "OpportunityContactRole": 43}[name]


def test_a_deal_that_salesforce_refuses_is_named_and_the_others_stand(org, key):
    pipeline = Pipeline(
        deals=(
            SampleDeal(key="k:long", name="x" * 200, stage=Stage.WON, amount=Decimal(1)),
            SampleDeal(key="k:good", name="Good", stage=Stage.WON, amount=Decimal(1)),
        )
    )

    loaded = into_salesforce(org[1], key, pipeline)

    assert list(loaded.deals) == ["k:good"]
    assert loaded.refused["k:long"].startswith("Name: data value too large")


def test_a_deal_that_hubspot_refuses_is_named_and_the_others_stand(portal):
    pipeline = Pipeline(
        deals=(
            SampleDeal(key="k:bad", name="Bad", stage=Stage.WON, amount=Decimal("NaN")),
            SampleDeal(key="k:good", name="Good", stage=Stage.WON, amount=Decimal(1)),
        )
    )

    loaded = into_hubspot(portal[1], pipeline)

    assert list(loaded.deals) == ["k:good"]
    assert "amount" in loaded.refused["k:bad"]


def test_a_deal_without_a_close_date_gets_one_in_salesforce(org, key):
    sandbox, origin = org
    bare = SampleDeal(key="k:bare", name="Bare", stage=Stage.PROSPECTING)

    loaded = into_salesforce(origin, key, Pipeline(deals=(bare,)))

    assert sandbox.store.get("Opportunity", loaded.deals["k:bare"])["CloseDate"] > "2026"


def test_a_load_waits_out_the_vendors_rate_limit(portal):
    sandbox, origin = portal
    sandbox.requests.limit, sandbox.requests.seconds = 2, 0.2

    loaded = into_hubspot(origin)

    assert len(loaded.deals) == 40


def test_a_sandbox_that_is_not_there_is_said_in_a_sentence():
    with pytest.raises(AppError, match="Start it with `alongside demo`"):
        Wire("http://127.0.0.1:9").call("GET", "/")


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_a_wrong_client_secret_is_said_in_a_sentence(portal, secret):
    with pytest.raises(AppError, match="gave no token"):
        load_hubspot.connect(portal[1], "client", secret)


def test_an_unknown_user_is_said_in_a_sentence(org, key):
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()

    with pytest.raises(AppError, match="hasn't approved"):
        load_salesforce.connect(org[1], "consumer", pem, "nobody@sample.example", lambda: datetime.now(UTC))
