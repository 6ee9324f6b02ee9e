"""`alongside doctor`: goes through the set-up step by step, and says what to do about what is not right."""

from app.doctor import accounts, clocks, machine
from app.doctor.finding import Finding
from app.ground.clock import Clock, utc_now
from app.ground.config import Config, read_config
from app.ground.errors import AppError

__all__ = ["Finding", "examine"]


def examine(clock: Clock = utc_now) -> list[Finding]:
    """One finding for each step, in the order one sets things up. Never raises, quotes no secret, and writes nothing
    but a renewed token and what it learns of the connection."""
    found = [machine.python()]
    try:
        config = read_config()
    except AppError as refusal:
        return [*found, Finding(name="settings", ok=False, sentence=refusal.message)]
    found.append(Finding(name="settings", ok=True, sentence="All settings can be read."))
    return [*found, *_steps(config, clock)]


def _steps(config: Config, clock: Clock) -> list[Finding]:
    stored = machine.database(config)
    found = [machine.keys(config), *machine.origins(config), *stored, machine.redis_server(config)]
    found += [machine.crm(config), *clocks.against_crms(config, clock), machine.mail(config)]
    if all(one.ok for one in stored) and config.secret_keys:
        found += machine.queue(config, clock)
        found += accounts.every(config, clock)
    return found
