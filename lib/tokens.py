"""Tokens of which we keep only the hash: made and shown once, then recognized by it."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import TypeVar

# 256 bits: they cannot be guessed, so a fast hash without salt protects them as well as a slow one.
SECRET_BYTES = 32

Holder = TypeVar("Holder")


def new_token(prefix: str) -> str:
    """A new token, which is shown only once; scanners of code and logs find a leaked one by its prefix."""
    return f"{prefix}{secrets.token_urlsafe(SECRET_BYTES)}"


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def holder(token: str, known: Iterable[tuple[str, Holder]]) -> Holder | None:
    """The holder of a token, by the known hashes; the time it takes reveals nothing about them."""
    given = digest(token)
    found = [who for each, who in known if hmac.compare_digest(each, given)]
    return found[0] if found else None
