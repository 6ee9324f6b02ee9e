"""One command ends everything a firm or a person can reach, and leaves signed evidence of it."""

import io
import json
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.bootstrap_share import build_share_app
from app.cli_offboard import offboard
from app.domain.actor import Side
from app.ground.errors import AppError, Reason
from app.reading.evidence import pack
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage.published.links import link_of
from app.storage.published_tables import partner_inbox, viewer_code, viewer_session
from tests.house import ADMIN, DEAL, SELLER, TestHouse
from tests.share_world import Outgoing

KIM, ANA = "kim@northwind.example", "ana@northwind.example"
ORIGIN = "https://share.vendor.example"


class Visitor:
    """Somebody who comes in over a link in a browser of their own."""

    def __init__(self, house: TestHouse, link: dict, email: str) -> None:
        self.mailer = Outgoing()
        app = build_share_app(
            database=house.house.database, origin=ORIGIN, mailer=self.mailer, clock=house.clock
        )
        self.client, self.link, self.email = app.test_client(), link, email
        self.path = str(link["url"]).removeprefix(ORIGIN)

    def enter(self) -> int:
        self.client.post(f"{self.path}/code", data={"email": self.email}, base_url=ORIGIN)
        if not self.mailer.sent:
            return 0
        data = {"email": self.email, "code": self.mailer.code}
        return self.client.post(f"{self.path}/enter", data=data, base_url=ORIGIN).status_code

    def room(self) -> int:
        return self.client.get(f"/s/room/{self.link['code']}", base_url=ORIGIN).status_code


def link(house: TestHouse, partner: str, **more: object) -> dict:
    fields = {"partner_id": partner, "contact_email": KIM, "contact_name": "Kim", **more}
    return dict(house.run("sharing.create_link", fields).result)


def end(house: TestHouse, **whom: str):
    return house.run("partner.offboard", {**whom, "reason": "Contract ended"}, actor=ADMIN, record=None)


def refusal(call) -> Reason:
    with pytest.raises(AppError) as caught:
        call()
    return caught.value.reason


def test_a_firm_that_is_offboarded_reaches_nothing_from_its_next_request_on(house: TestHouse) -> None:
    partner = house.attach()
    made = link(house, partner)
    house.run("plan.add_step", {"partner_id": partner, "title": "Sign", "owner_side": "partner"})
    house.work()
    kim = Visitor(house, made, KIM)
    assert (kim.enter(), kim.room()) == (303, 200)

    done = end(house, partner_id=partner)

    assert done.result["links"] == done.result["sessions"] == 1
    assert kim.room() == 404
    assert kim.client.get(kim.path, base_url=ORIGIN).status_code == 404
    with house.house.database.read() as connection:
        assert link_of(connection, house.tenant.id, str(made["link_id"])).revoked_at is not None
        assert connection.execute(select(viewer_session)).all() == []
        assert connection.execute(select(viewer_code)).all() == []
        assert not partners.is_on(connection, house.tenant.id, DEAL, partner)
        (step,) = steps.on_record(connection, house.tenant.id, DEAL)
        assert step.owner_side is Side.US


def test_a_person_who_left_a_firm_is_out_while_the_others_stay_in(house: TestHouse) -> None:
    partner = house.attach()
    made = link(house, partner, also_for="@northwind.example")
    house.work()
    kim, ana = Visitor(house, made, KIM), Visitor(house, made, ANA)
    assert (kim.enter(), ana.enter(), ana.room()) == (303, 303, 200)

    end(house, contact=ANA)

    assert (kim.room(), ana.room()) == (200, 404)
    again = Visitor(house, made, ANA)
    assert again.enter() == 0
    assert refusal(lambda: link(house, partner, also_for=ANA)) is Reason.FORBIDDEN
    assert refusal(lambda: link(house, partner, contact_email=ANA)) is Reason.FORBIDDEN


def test_the_link_that_was_made_for_a_person_ends_with_them(house: TestHouse) -> None:
    made = link(house, house.attach())

    end(house, contact=KIM.upper())

    with house.house.database.read() as connection:
        assert link_of(connection, house.tenant.id, str(made["link_id"])).revoked_at is not None


def test_what_a_firm_sent_and_nobody_executed_yet_is_refused(house: TestHouse) -> None:
    partner = house.attach()
    made = link(house, partner)
    house.work()
    kim = Visitor(house, made, KIM)
    kim.enter()
    page = kim.client.get(f"/s/room/{made['code']}", base_url=ORIGIN).get_data(as_text=True)
    key = page.partition('name="key" value="')[2].partition('"')[0]
    sent = {"body": "Hello", "key": key}
    kim.client.post(f"/s/room/{made['code']}/reply", data=sent, base_url=ORIGIN)

    end(house, partner_id=partner)

    with house.house.database.read() as connection:
        assert connection.scalars(select(partner_inbox.c.state)).all() == ["refused"]


def test_nobody_lets_a_firm_in_again_before_an_admin_lifts_it(house: TestHouse) -> None:
    partner = house.attach()
    done = end(house, partner_id=partner)
    attach = lambda: house.run("partner.attach", {"partner_id": partner})  # noqa: E731
    assert refusal(attach) is Reason.FORBIDDEN

    lift = {"offboarding_id": done.result["offboarding_id"]}
    house.run("partner.lift_offboarding", lift, actor=ADMIN, record=None)

    attach()
    assert link(house, partner)["url"]
    again = lambda: house.run("partner.lift_offboarding", lift, actor=ADMIN, record=None)  # noqa: E731
    assert refusal(again) is Reason.NOT_FOUND


def test_offboarding_is_an_admins_and_names_one_firm_or_one_person(house: TestHouse) -> None:
    partner = house.attach()
    run = lambda fields, actor=ADMIN: house.run(  # noqa: E731
        "partner.offboard", {"reason": "x", **fields}, actor=actor, record=None
    )

    assert refusal(lambda: run({"partner_id": partner}, SELLER)) is Reason.FORBIDDEN
    assert refusal(lambda: run({})) is Reason.INVALID
    assert refusal(lambda: run({"partner_id": partner, "contact": KIM})) is Reason.INVALID


def packed(house: TestHouse, tenant_id: str, offboarding_id: str) -> bytes:
    ours = house.house
    return pack(ours.database, ours.vault, ours.clock, tenant_id, offboarding_id)


def test_the_evidence_is_signed_and_checked_without_us(house: TestHouse, tmp_path) -> None:
    partner = house.attach()
    made = link(house, partner)
    done = end(house, partner_id=partner)

    with zipfile.ZipFile(io.BytesIO(packed(house, house.tenant.id, str(done.result["offboarding_id"])))) as z:
        z.extractall(tmp_path)
    evidence = json.loads((tmp_path / "evidence.json").read_text())
    key = json.loads((tmp_path / "signature.json").read_text())["public_key"]

    def check(*more: str) -> str:
        command = [sys.executable, "verify.py", "evidence.json", "signature.json", *more]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False
        ).stdout.strip()

    assert [one["code"] for one in evidence["links"]] == [made["code"]]
    assert evidence["reason"] == "Contract ended"
    assert evidence["audit_log"]["sequence"] >= 1
    assert made["url"].rpartition("/")[2] not in json.dumps(evidence)
    assert check(key) == "holds"
    assert check("another key") == "NOT SIGNED BY THIS KEY"
    (tmp_path / "evidence.json").write_text(json.dumps(evidence | {"by": "somebody else"}))
    assert check(key).startswith("CHANGED")


def test_the_evidence_of_another_tenant_is_not_there(house: TestHouse) -> None:
    done = end(house, partner_id=house.attach())

    call = lambda: packed(house, "another", str(done.result["offboarding_id"]))  # noqa: E731
    assert refusal(call) is Reason.NOT_FOUND


def test_the_command_line_ends_access_and_writes_the_evidence(
    house: TestHouse, tmp_path, monkeypatch
) -> None:
    from contextlib import contextmanager

    @contextmanager
    def ours(_):
        yield house.house, house.tenant

    monkeypatch.setattr("app.offboarding.house_of", ours)
    house.attach()
    out = tmp_path / "pack.zip"
    options = ["--tenant", house.tenant.id, "--partner", "Northwind", "--reason", "Left", "--out", str(out)]

    answer = CliRunner().invoke(offboard, [*options, "--json"])

    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output.splitlines()[-1])["file"] == str(out)
    assert zipfile.is_zipfile(out)
