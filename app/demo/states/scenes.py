"""All the scenes, in the order in which they are told."""

from app.demo.states.certifications import CERTIFICATIONS
from app.demo.states.conflicts import CONFLICTS
from app.demo.states.content import CONTENT
from app.demo.states.files import FILES
from app.demo.states.plans import PLANS
from app.demo.states.registrations import REGISTRATIONS
from app.demo.states.sharing import SHARING

SCENES = (*REGISTRATIONS, *FILES, *CONFLICTS, *PLANS, *CERTIFICATIONS, *CONTENT, *SHARING)
