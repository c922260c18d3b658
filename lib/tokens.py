"""Tokens of which we keep the hash alone: made once, shown once, and known again by whoever bears them."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import TypeVar

# 256 bits: nobody guesses them, and so a fast hash without salt hides them as well as a slow one.
SECRET_BYTES = 32

Holder = TypeVar("Holder")


def new_token(prefix: str) -> str:
    """A new token, which nobody can learn again; by its prefix scanners of code and logs know a leaked one."""
    return f"{prefix}{secrets.token_urlsafe(SECRET_BYTES)}"


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def holder(token: str, known: Iterable[tuple[str, Holder]]) -> Holder | None:
    """Who bears a token, by the hash of each; which of them it nearly is, the time does not tell."""
    given = digest(token)
    found = [who for each, who in known if hmac.compare_digest(each, given)]
    return found[0] if found else None
