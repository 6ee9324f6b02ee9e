"""The table of docs/sample.md: which state is to be seen where."""

from app.demo.states.scenes import SCENES

HEADER = ("| What | State | Name | Where |", "|---|---|---|---|")


def table() -> str:
    """One row for each state that a scene shows, in the order in which they are told."""
    rows = [
        f"| {one.subject} | {one.state} | {one.record} | {one.where} |"
        for scene in SCENES
        for one in scene.shows
    ]
    return "\n".join((*HEADER, *rows))
