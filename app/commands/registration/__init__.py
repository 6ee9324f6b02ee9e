"""Everything one may do with a deal registration."""

from app.commands.registration import clock, decide, submit, upkeep

COMMANDS = (*submit.COMMANDS, *decide.COMMANDS, *clock.COMMANDS, *upkeep.COMMANDS)
