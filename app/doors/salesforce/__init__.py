"""The door for Salesforce: the canvas page and what its panel asks for."""

from app.doors.salesforce.door import CrmSession, SalesforceDoor
from app.doors.salesforce.routes import create_blueprint

__all__ = ["CrmSession", "SalesforceDoor", "create_blueprint"]
