"""A stand-in for a Salesforce org that speaks its REST wire format.

It shares nothing with the product but time and the names of the package's own objects and fields.
"""

from app.sandbox.salesforce.org import Org, SalesforceSandboxConfig
from app.sandbox.salesforce.web import create_app

__all__ = ["Org", "SalesforceSandboxConfig", "create_app"]
