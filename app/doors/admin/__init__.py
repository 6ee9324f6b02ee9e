"""The door for admins: the safelist, its preview, partners and the audit log. It knows no rule and no table."""
