"""What production refuses: development's secrets, wherever they stand, and keys that travel unencrypted.

A field's metadata says what is required of it: `service_token: Annotated[str, SECRET]`. Passwords in URLs are checked
without it. Inside a cluster services, broker and databases may be reached unencrypted; docs/operations.md says what
then protects them.
"""

import hashlib
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings


class _Rule(Enum):
    SECRET = "no element of it, and no password in it, may be one that everybody knows"  # noqa: S105
    REQUIRED = "empty is development's"
    HTTPS = "keys or tokens travel there, or pages that hold them come from there"


SECRET: Final = _Rule.SECRET
REQUIRED: Final = _Rule.REQUIRED
HTTPS: Final = _Rule.HTTPS

# All of development's secrets contain this word; a copy that was changed a little still does.
DEVELOPMENT = "development"
# Default passwords of programs and examples.
WELL_KNOWN = frozenset(
    {"admin", "changeme", "default", "guest", "pass", "password", "postgres", "rabbitmq", "redis", "root", "test"}
)
# Development's tokens, whose hashes stand in lists.
TOKENS = (
    "development-codec-token",
    "development-intake-token",
    "development-worker-token",
    "development-auditor-token",
    "development-service-token",
)
DIGESTS = frozenset(hashlib.sha256(token.encode()).hexdigest() for token in TOKENS)


def faults(settings: BaseSettings) -> Iterator[str]:
    """What production refuses of these settings, each by its name and without its value."""
    left = []
    for name, field in type(settings).model_fields.items():
        rules = {rule for rule in field.metadata if isinstance(rule, _Rule)}
        values = _elements(getattr(settings, name))
        if (REQUIRED in rules and not values) or any(_is_known(value, SECRET in rules) for value in values):
            left.append(name.upper())
        if HTTPS in rules and not all(value.startswith("https://") for value in values):
            yield f"{name.upper()} is not https, which production needs"
    if left:
        yield f"production needs its own {', '.join(left)}"


def _elements(value: Any) -> list[str]:
    """The texts of a setting; a number or an enum has none that could be a secret."""
    each = value if isinstance(value, tuple) else (value,)
    texts = [one.get_secret_value() if isinstance(one, SecretStr) else one for one in each]
    return [text for text in texts if isinstance(text, str) and text]


def _is_known(value: str, is_secret: bool) -> bool:
    """Whether a text is, or contains, a secret that everybody knows."""
    if "://" in value:
        url = urlsplit(value)
        passwords = _passwords(url)
        # Without a password RabbitMQ's clients use guest's.
        return any(_is_weak(word, url.username) for word in passwords) or (is_secret and not passwords)
    return is_secret and _is_weak(value)


def _passwords(url: SplitResult) -> list[str]:
    """Those in a URL: before its host, or among the parameters, where libpq takes one too."""
    return [*filter(None, [url.password]), *parse_qs(url.query).get("password", [])]


def _is_weak(secret: str, user: str | None = None) -> bool:
    word = unquote(secret).lower()
    is_published = DEVELOPMENT in word or any(digest in word for digest in DIGESTS)
    return is_published or word in WELL_KNOWN or (user is not None and word == unquote(user).lower())
