"""Pages that look like the CRM's own record pages and embed the panel as the CRM would."""
