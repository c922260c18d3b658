"""Reading settings: the form of lists, and the end of a process whose settings are wrong."""

import re
import sys
from functools import cache
from typing import Annotated, TypeVar, cast

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode

Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
# As a browser writes it into the header Origin: lower case, without a path or a default port.
Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]

Settings = TypeVar("Settings", bound=BaseSettings)
Element = TypeVar("Element")


def _split(value: object) -> object:
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


# In the environment a list is one text, with commas between.
Separated = Annotated[tuple[Element, ...], NoDecode, BeforeValidator(_split)]


def read(settings: type[Settings]) -> Settings:
    """The settings of this process, read once; or one readable line that names every fault and exit code 1."""
    return cast("Settings", once(settings))


@cache
def once(settings: type[BaseSettings]) -> BaseSettings:
    """What `read` keeps; a test that changes the environment clears it."""
    try:
        return settings()
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors())
        sys.exit("The settings are wrong: " + "; ".join(faults))


def checked(entries: tuple[str, ...], form: re.Pattern[str], form_in_words: str) -> tuple[str, ...]:
    """The entries of a list, each of a form; the error names an entry's position, for its text may be a secret."""
    for place, entry in enumerate(entries, 1):
        if not form.fullmatch(entry):
            raise ValueError(f"entry {place} is not {form_in_words}")
    return entries
