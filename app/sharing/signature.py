"""A PDF that says itself who made it: signed for its viewer, so that it can be checked without us.

The signature stands in comments behind the file, and after them the file's own end once more, because that is where
readers begin. It covers every byte before it, and nothing but that end may follow. app/pdf_verifier.py reads it.
"""

import base64
import hashlib
import json
from datetime import datetime

from app.ground.clock import to_iso
from app.identity.signing_key import COPY
from app.storage.published.copy_keys import CopyKey

LINE = 200
"""Characters in a line: the oldest readers take no more than 255."""


def signed(body: bytes, key: CopyKey, *, email: str, code: str, at: datetime) -> bytes:
    """The file with its signature. What does not end like a PDF is given back as it is."""
    end = body.rfind(b"startxref")
    if end < 0 or not body.endswith(b"\n"):
        return body
    said = json.dumps(
        {"viewer": email, "link": code, "at": to_iso(at), "sha256": hashlib.sha256(body).hexdigest()},
        sort_keys=True,
    )
    block = {
        "said": said,
        "signature": key.key.sign(COPY, said.encode()),
        "key": key.said,
        "certificate": key.certificate,
        "root": key.root,
    }
    text = base64.urlsafe_b64encode(json.dumps(block, sort_keys=True).encode()).decode()
    lines = (f"%alongside {text[start : start + LINE]}\n" for start in range(0, len(text), LINE))
    return body + "".join(lines).encode() + body[end:]
