"""The door for partners: neutral front pages, rooms, answers and login-free forms. It reaches published data only:
no CRM, no live table, no command (law 2)."""
