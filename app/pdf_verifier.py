"""Checks a PDF of Alongside without Alongside. Needs Python 3.9 and the package `cryptography`, and nothing else.

    python pdf_verifier.py FILE.pdf [--key=PUBLIC_KEY]

It says for whom, over which link and when the file was made, and exits with 1 where a single byte is another. Give
`--key=` with the public key that the vendor told you by another way (a call, a contract): a file can only show that
it fits the key it brings along.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BLOCK = re.compile(rb"(?:%alongside [A-Za-z0-9_=-]+\n)+")


class Broken(Exception):
    """What does not hold, in a sentence."""


def check(file: bytes, trusted: set[str]) -> tuple[dict[str, Any], str]:
    """What the file says of itself, and the public key behind it. Raises Broken naming what does not hold."""
    body, block = _parted(file)
    try:
        root, said, key = block["root"], json.loads(block["said"]), json.loads(block["key"])
        _hold(root, "copy-key", block["key"], block["certificate"])
        _hold(key["key"], "copy", block["said"], block["signature"])
        in_time = key["from"] <= said["at"] < key["until"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken("its signature cannot be read") from error
    except InvalidSignature as error:
        raise Broken("its signature does not fit") from error
    if trusted and root not in trusted:
        raise Broken(f"it was signed by a key you do not trust: {root}")
    if not in_time:
        raise Broken("its key was not good at the time it names")
    if said["sha256"] != hashlib.sha256(body).hexdigest():
        raise Broken("it was changed after it was signed")
    return said, root


def _parted(file: bytes) -> tuple[bytes, dict[str, Any]]:
    """The file as it was signed, and the signature. Behind that stands the end of the file again and nothing else."""
    blocks = list(BLOCK.finditer(file))
    if not blocks:
        raise Broken("it bears no signature")
    found = blocks[-1]
    body = file[: found.start()]
    end = body.rfind(b"startxref")
    if end < 0 or file[found.end() :] != body[end:]:
        raise Broken("something was added to it after it was signed")
    text = b"".join(line[len(b"%alongside ") :] for line in found.group().splitlines())
    try:
        return body, dict(json.loads(base64.urlsafe_b64decode(text)))
    except (ValueError, TypeError) as error:
        raise Broken("its signature cannot be read") from error


def _hold(public: str, purpose: str, message: str, signature: str) -> None:
    Ed25519PublicKey.from_public_bytes(_octets(public)).verify(
        _octets(signature), f"alongside/{purpose}/v1\n{message}".encode()
    )


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a PDF that was saved from a shared page.")
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY",
        help="--key=KEY, a public key that you trust; repeatable",
    )
    given = parser.parse_args()
    try:
        said, root = check(given.file.read_bytes(), set(given.key))
    except (Broken, OSError) as error:
        print(f"NOT PROVEN: {error}", file=sys.stderr)
        return 1
    print(f"Genuine: made for {said['viewer']} over link {said['link']} at {said['at']}.")
    if not given.key:
        print("The file brought its own public key. Compare it with what the vendor told you by another way:")
        print(f"  {root}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
