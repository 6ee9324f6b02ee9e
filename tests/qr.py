"""Reads QR codes, with a reader that is not ours."""

import base64
import io

import zxingcpp
from PIL import Image


def said_by(data_uri: str | None) -> list[str]:
    """What the QR codes in a picture say, which is a PNG as a data URI."""
    kind, _, picture = str(data_uri).partition(",")
    assert kind == "data:image/png;base64"
    return [one.text for one in zxingcpp.read_barcodes(Image.open(io.BytesIO(base64.b64decode(picture))))]
