"""The address of a share link as a QR code, for a slide, a badge or a phone held over a table.

It is made where the address is made and travels in the same answer: no route leads to it, so no log can hold what it
says, and no third party draws it.
"""

import segno

SCALE = 5
"""Pixels for each module: about 230 to a side, which a phone reads from a screen across a table."""


def qr_code(url: str) -> str:
    """A PNG as a data URI, with the quiet border that readers need. A glare or a thumb may hide 15 % of it."""
    return segno.make_qr(url, error="m").png_data_uri(scale=SCALE)
