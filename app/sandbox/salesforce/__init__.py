"""A stand-in for a Salesforce org that speaks its REST wire format."""
