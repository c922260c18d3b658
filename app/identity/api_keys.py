"""API keys of servers: `bpk_<id>_<secret>`, of which we keep the hash alone."""

from collections.abc import Collection, Iterable

from app.identity.caller import Caller, Scope
from app.settings import API_KEY
from lib import tokens

# Scanners of code and logs find a leaked key by its prefix, and we tell a key from a JWT, which begins with `eyJ`.
PREFIX = "bpk_"


class ApiKeys:
    """The keys in use, from the entries of API_KEYS."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._callers = [_parsed(entry) for entry in entries]

    def holder(self, key: str) -> Caller | None:
        """The caller of this key, or None; the time it takes reveals nothing about the keys."""
        return tokens.holder(key, self._callers)


def new_api_key(key_id: str, scopes: Collection[Scope]) -> tuple[str, str]:
    """A new key, which is shown only once, and its entry for API_KEYS."""
    key = tokens.new_token(f"{PREFIX}{key_id}_")
    return key, f"{key_id}:{'+'.join(sorted(scopes))}:{tokens.digest(key)}"


def _parsed(entry: str) -> tuple[str, Caller]:
    parts = API_KEY.fullmatch(entry)
    assert parts, "the settings take no other entry"
    return parts["sha256"], Caller(scopes=frozenset(map(Scope, parts["scopes"].split("+"))))
