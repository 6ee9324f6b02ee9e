"""Everything one may do with a deal registration."""

from app.commands.registration import amending, clock, decide, submit, table, upkeep

COMMANDS = (
    *submit.COMMANDS,
    *table.COMMANDS,
    *amending.COMMANDS,
    *decide.COMMANDS,
    *clock.COMMANDS,
    *upkeep.COMMANDS,
)
