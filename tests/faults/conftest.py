"""Houses over both vendors' stand-ins."""

from tests.sync.conftest import connected, on_hubspot, on_salesforce

__all__ = ["connected", "on_hubspot", "on_salesforce"]
