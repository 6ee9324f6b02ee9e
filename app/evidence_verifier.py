"""Checks an evidence pack of Alongside without Alongside: python verify.py evidence.json signature.json [KEY]

Needs Python and the package `cryptography`. Give the public KEY that you were told by another way: the key inside the
pack alone proves only that nothing was changed after it was signed.
"""

import base64
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main(arguments: list[str]) -> int:
    """0 when the signature holds, 1 when it does not, 2 when it cannot be told."""
    try:
        evidence, signature, *given = arguments
        message = Path(evidence).read_bytes()
        said = json.loads(Path(signature).read_text(encoding="utf-8"))
        key = Ed25519PublicKey.from_public_bytes(octets(said["public_key"]))
        if given and given[0] != said["public_key"]:
            print("NOT SIGNED BY THIS KEY")  # noqa: T201 - this is a program
            return 1
        key.verify(octets(said["signature"]), f"alongside/{said['purpose']}/v1\n".encode() + message)
    except InvalidSignature:
        print("CHANGED: the signature does not hold")  # noqa: T201
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot tell: {type(error).__name__}")  # noqa: T201
        return 2
    print("holds")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
