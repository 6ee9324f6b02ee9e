"""What every card document ends with: its version."""

import hashlib
import json
from dataclasses import replace

from cards.blocks import Card, to_json


def finish(card: Card) -> Card:
    """The card with its version: a short hash of everything it says."""
    said = json.dumps(to_json(replace(card, version="", as_of="")), sort_keys=True)
    return replace(card, version=hashlib.sha256(said.encode()).hexdigest()[:12])
