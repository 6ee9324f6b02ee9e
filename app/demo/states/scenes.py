"""All the scenes, in the order in which they are told."""

from app.demo.states.content import CONTENT
from app.demo.states.registrations import REGISTRATIONS

SCENES = (*REGISTRATIONS, *CONTENT)
