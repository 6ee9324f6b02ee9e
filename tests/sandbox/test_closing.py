"""A stand-in that closes lets go of the calls that hang in it, and says nothing of them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from app.sandbox import hubspot, salesforce
from app.sandbox.hubspot.limits import Fault as HubspotFault
from app.sandbox.salesforce.faults import Fault as SalesforceFault
from tests.sandbox.hubspot_over_http import V, config
from tests.sandbox.salesforce_org import DATA, org_config


def a_portal(folder: Path) -> tuple[Flask, str]:
    app = hubspot.create_app(config(folder))
    app.extensions["sandbox"].faults.add(HubspotFault(kind="hang", seconds=60))
    return app, f"/account-info/{V}/details"


def an_org(folder: Path) -> tuple[Flask, str]:
    app = salesforce.create_app(org_config(folder))
    app.extensions["salesforce"].faults.add(SalesforceFault(kind="hang", seconds=60))
    return app, f"{DATA}/limits"


@pytest.mark.parametrize("opened", [a_portal, an_org])
def test_a_call_that_hangs_ends_quietly_when_the_stand_in_closes(
    tmp_path: Path, opened: Callable[[Path], tuple[Flask, str]], capfd: pytest.CaptureFixture[str]
) -> None:
    app, path = opened(tmp_path)
    (state,) = app.extensions.values()

    with ThreadPoolExecutor(1) as pool:
        hung = pool.submit(app.test_client().get, path)
        time.sleep(0.05)
        state.close()
        answer = hung.result(timeout=60)

    assert answer.status_code == 503
    assert "Traceback" not in capfd.readouterr().err
