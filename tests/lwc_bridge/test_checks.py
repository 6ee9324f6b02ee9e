"""The package's own checks find what an org would refuse: each fault below is put into a copy and has to be named."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lwc_bridge"
SOURCE = "lwc_bridge/main/default"

FAULTS = (
    ("objects/Plan_Item__c/Plan_Item__c.object-meta.xml", ">Read<", ">Reed<", "cannot be “Reed”"),
    (
        "objects/Plan_Item__c/fields/Order__c.field-meta.xml",
        "precision>",
        "presision>",
        "has no element presision",
    ),
    ("namedCredentials/Alongside.namedCredential-meta.xml", ">Url<", ">Address<", "cannot be “Address”"),
    (
        "extlClntAppCanvasSettings/Alongside_canvasSettings.ecaCanvas-meta.xml",
        "canvasUrl>",
        "label>",
        "lacks canvasUrl",
    ),
    ("cspTrustedSites/Alongside.cspTrustedSite-meta.xml", ">true<", ">yes<", "is no boolean: “yes”"),
    ("permissionsets/Alongside_User.permissionset-meta.xml", "Rule__c", "Roll__c", "Roll__c, not there"),
    (
        "permissionsets/Alongside_User.permissionset-meta.xml",
        ">AlongsideMint<",
        ">AlongsideMinute<",
        "AlongsideMinute",
    ),
    ("objects/Plan_Item__c/listViews/All.listView-meta.xml", "Title__c", "Titel__c", "Titel__c, not there"),
    (
        "reportTypes/Opportunities_with_Registrations.reportType-meta.xml",
        "Received_At__c",
        "Got_At__c",
        "reports Deal_Registration__c.Got_At__c",
    ),
    (
        "platformEventChannelMembers/Alongside_TaskChangeEvent.platformEventChannelMember-meta.xml",
        "Alongside__chn",
        "Along__chn",
        "belongs to Along__chn",
    ),
    ("tabs/Alongside_Settings.tab-meta.xml", "alongsideAdmin", "alongsideBoss", "shows alongsideBoss"),
    (
        "flexipages/Alongside_Account.flexipage-meta.xml",
        ">alongsideShell<",
        ">alongsideHull<",
        "shows alongsideHull",
    ),
    ("flexipages/Alongside_Opportunity.flexipage-meta.xml", "PlanItems__r", "Plans__r", "lists Plans__r"),
    (
        "layouts/Share_Link__c-Share Link Layout.layout-meta.xml",
        "Views__c",
        "Looks__c",
        "shows Share_Link__c.Looks__c",
    ),
    (
        "lwc/alongsideEmbed/alongsideEmbed.html",
        "c-alongside-status",
        "c-alongside-state",
        "uses alongsideState",
    ),
    ("lwc/alongsideEmbed/alongsideEmbed.js", "AlongsideMint.mint", "AlongsideMint.coin", "AlongsideMint.coin"),
    ("classes/AlongsideMint.cls", "WITH USER_MODE", "", "reads beyond its user"),
    ("classes/AlongsideMint.cls", "'callout:Alongside/", "'callout:Along/", "calls Along,"),
    ("classes/AlongsideAccess.cls", "with sharing", "without sharing", "must say “with sharing”"),
    ("classes/AlongsideAccessTest.cls", "@IsTest\nprivate", "@IsTest\nprivate private private(", "AlongsideAccessTest.cls: "),
)  # fmt: skip


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    copy = tmp_path_factory.mktemp("package")
    for name in ("sfdx-project.json", ".forceignore"):
        shutil.copy(ROOT / name, copy / name)
    for name in ("main", "scripts"):
        shutil.copytree(PACKAGE / name, copy / "lwc_bridge" / name)
    (copy / "lwc_bridge" / "node_modules").symlink_to(PACKAGE / "node_modules")
    for path, right, wrong, _ in FAULTS:
        file = copy / SOURCE / path
        text = file.read_text(encoding="utf-8")
        assert right in text, f"{path} holds no {right}"
        file.write_text(text.replace(right, wrong), encoding="utf-8")
    done = subprocess.run(
        ["node", "lwc_bridge/scripts/check-metadata.mjs"],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


@pytest.mark.timeout(150)
@pytest.mark.parametrize("complaint", [fault[3] for fault in FAULTS])
def test_a_fault_is_named(complaints: str, complaint: str) -> None:
    assert complaint in complaints
