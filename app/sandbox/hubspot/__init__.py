"""A stand-in for HubSpot that speaks its wire format over HTTP and refuses what HubSpot refuses."""

from app.sandbox.hubspot.app import create_app
from app.sandbox.hubspot.config import HubspotSandboxConfig
from app.sandbox.hubspot.state import HubspotSandbox, Seed

__all__ = ["HubspotSandbox", "HubspotSandboxConfig", "Seed", "create_app"]
