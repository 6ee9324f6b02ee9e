"""Checks an exported audit log without Alongside. Needs Python 3.9 and the package `cryptography`, and nothing else.

    python audit_verifier.py audit.jsonl [--key=PUBLIC_KEY]

It says which row or checkpoint does not hold, and exits with 1. Give `--key=` with the public key that the vendor
told you by another way (a call, a contract): a file can only show that it fits the keys it brings along.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GENESIS = "0" * 64
Body = dict[str, Any]


class Broken(Exception):
    """What does not hold, in a sentence."""


def check(lines: Iterable[str], trusted: set[str]) -> tuple[Body, list[Body], list[Body]]:
    """What the file holds, once everything in it fits. Raises Broken naming the first thing that does not."""
    head, rows, points, end = _read(lines)
    hashes = _check_rows(rows, head["tenant_id"])
    keys = {key["id"]: key["public"] for key in head["keys"]}
    if trusted:
        keys = {id_: public for id_, public in keys.items() if public in trusted}
    _check_points(points, head["tenant_id"], hashes, keys)
    if end != {"rows": len(rows), "checkpoints": len(points)}:
        raise Broken("the file is cut off, or something was added to it")
    return head, rows, points


def _read(lines: Iterable[str]) -> tuple[Body, list[Body], list[Body], Body]:
    try:
        bodies = [json.loads(line) for line in lines]
        head, end = bodies[0], bodies[-1]
        if head["alongside_audit"] != 1:
            raise Broken("this verifier does not know the form of the file")
        rows = [body["row"] for body in bodies[1:-1] if "row" in body]
        points = [body["checkpoint"] for body in bodies[1:-1] if "checkpoint" in body]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise Broken("this is not an exported audit log") from error
    return head, rows, points, end


def _check_rows(rows: list[Body], tenant_id: str) -> dict[int, str]:
    """The hash of each row by its number, with its words as they were written down."""
    previous = GENESIS
    hashes: dict[int, str] = {}
    for expected, row in enumerate(rows, 1):
        fits = (
            row.get("sequence") == expected
            and row.get("tenant_id") == tenant_id
            and row.get("previous") == previous
            and _vouched(rows, row) == (row.get("hash") if row.get("erased_by") is None else _digest(row))
        )
        if not fits:
            raise Broken(f"row {expected} was changed, taken out or moved")
        previous = hashes[expected] = row["hash"]
    return hashes


def _digest(row: Body) -> str:
    body = {name: value for name, value in row.items() if name not in ("hash", "erased_by")}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _vouched(rows: list[Body], row: Body) -> str:
    """What the row has to say. One that a person was erased from says less than its hash: the later row of the
    erasure, which is in the chain itself, holds the hash of what it says now."""
    by = row.get("erased_by")
    if by is None:
        return _digest(row)
    later = rows[by - 1] if isinstance(by, int) and row["sequence"] < by <= len(rows) else {}
    kept = later.get("detail", {}).get("rows") if later.get("command") == "person.erase" else None
    return str(kept.get(str(row["sequence"]), "")) if isinstance(kept, dict) else ""


def _check_points(points: list[Body], tenant_id: str, hashes: dict[int, str], keys: dict[str, str]) -> None:
    previous = GENESIS
    for expected, point in enumerate(points, 1):
        names = ("tenant_id", "number", "sequence", "hash", "previous", "at")
        said = json.dumps(
            {name: point.get(name) for name in names}, sort_keys=True, ensure_ascii=False
        ).encode()
        if (point.get("number"), point.get("previous"), point.get("tenant_id")) != (
            expected,
            previous,
            tenant_id,
        ):
            raise Broken(f"checkpoint {expected} is missing or out of order")
        if hashes.get(point.get("sequence", 0)) != point.get("hash"):
            raise Broken(f"checkpoint {expected}: row {point.get('sequence')} is not the one that was signed")
        public = keys.get(point.get("key_id", ""))
        if public is None:
            raise Broken(
                f"checkpoint {expected} was signed with a key you do not trust: {point.get('key_id')}"
            )
        try:
            Ed25519PublicKey.from_public_bytes(_octets(public)).verify(
                _octets(point["signature"]), b"alongside/audit-checkpoint/v1\n" + said
            )
        except (ValueError, InvalidSignature) as error:
            raise Broken(f"checkpoint {expected}: its signature does not fit") from error
        previous = hashlib.sha256(said).hexdigest()


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an exported audit log.")
    parser.add_argument("file")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY",
        help="--key=KEY, a public key that you trust; repeatable",
    )
    given = parser.parse_args()
    try:
        with open(given.file, encoding="ascii") as lines:
            head, rows, points = check(lines, set(given.key))
    except (Broken, OSError, UnicodeDecodeError) as error:
        print(f"BROKEN: {error}", file=sys.stderr)
        return 1
    print(f"The {len(rows)} rows of {head['name']} fit together, and so do {len(points)} signed checkpoints.")
    if points and points[-1]["sequence"] < len(rows):
        print(
            f"The last {len(rows) - points[-1]['sequence']} rows are newer than the last checkpoint: unsigned."
        )
    if not given.key:
        print(
            "The file brought its own public keys. Compare them with what the vendor told you by another way:"
        )
        for key in head["keys"]:
            print(f"  {key['public']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
