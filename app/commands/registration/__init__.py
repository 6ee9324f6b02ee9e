"""Everything one may do with a deal registration."""

from app.commands.registration import clock, decide, submit, table, upkeep

COMMANDS = (*submit.COMMANDS, *table.COMMANDS, *decide.COMMANDS, *clock.COMMANDS, *upkeep.COMMANDS)
