"""API keys of servers: `bpk_<id>_<secret>`, of which we keep the hash alone."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable

from app.identity.caller import Caller, Scope
from config import API_KEY

# By it scanners of code and logs know a leaked key, and we tell a key from a JWT, which begins with `eyJ`.
PREFIX = "bpk_"
# 256 bits: nobody guesses them, and so a fast hash without salt hides them as well as a slow one.
SECRET_BYTES = 32


class ApiKeys:
    """The keys in use, from the entries of API_KEYS."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._callers = [_parsed(entry) for entry in entries]

    def holder(self, key: str) -> Caller | None:
        """Who bears this key, or None; which of the keys it is, or nearly is, the time does not tell."""
        digest = _digest(key)
        found = [caller for known, caller in self._callers if hmac.compare_digest(known, digest)]
        return found[0] if found else None


def new_api_key(key_id: str, scopes: Collection[Scope]) -> tuple[str, str]:
    """A new key, which nobody can learn again, and the entry of API_KEYS that lets it in."""
    key = f"{PREFIX}{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return key, f"{key_id}:{'+'.join(sorted(scopes))}:{_digest(key)}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _parsed(entry: str) -> tuple[str, Caller]:
    parts = API_KEY.fullmatch(entry)
    assert parts, "the settings take no other entry"
    return parts["sha256"], Caller(scopes=frozenset(map(Scope, parts["scopes"].split("+"))))
