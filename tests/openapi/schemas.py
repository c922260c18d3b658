"""Whether every value of one schema is a value of another one, for the keywords that our documents use.

There is no general answer for JSON Schema; what is not understood and differs counts as a difference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Schema = Mapping[str, Any]

# They say something to people, or to generators of clients, and take no value away.
ANNOTATIONS = {"title", "description", "examples", "example", "default", "discriminator", "$ref"}
STRUCTURE = {
    "type",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "allOf",
    "properties",
    "required",
    "additionalProperties",
    "items",
}
UNIONS = ("anyOf", "oneOf")
UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems"}
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems"}


@dataclass(frozen=True)
class Sided:
    """A schema in its document."""

    schema: Schema
    document: Schema

    def at(self, schema: Schema) -> "Sided":
        """Another schema of the same document, with its reference followed and its parts put together."""
        while "$ref" in schema:
            found: Any = self.document
            for name in schema["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            schema = found
        whole: Schema = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema.get("allOf", []):
            whole = _both(whole, self.at(part).schema)
        return replace(self, schema=whole)

    def alternatives(self) -> "list[Sided]":
        """The schemas one of which a value fits."""
        rest = {key: value for key, value in self.schema.items() if key not in UNIONS}
        parts = [part for name in UNIONS for part in self.schema.get(name, [])]
        found = [replace(self, schema=_both(rest, self.at(part).schema)) for part in parts]
        return [each for one in found for each in one.alternatives()] or [self]

    def values(self) -> list[Any] | None:
        """The values that it lists, if it lists them."""
        return [self.schema["const"]] if "const" in self.schema else self.schema.get("enum")

    @property
    def types(self) -> set[str]:
        """The types that it admits; integers are numbers."""
        said = self.schema.get("type", [])
        return {said} if isinstance(said, str) else set(said)


def _both(one: Schema, other: Schema) -> Schema:
    """A schema whose values both admit, as far as they speak of different things."""
    both = {**one, **other}
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(one.get(name), dict):
            both[name] = _both(one[name], value)
    if "required" in one and "required" in other:
        both["required"] = [*one["required"], *other["required"]]
    return both


def beyond(one: Sided, other: Sided, where: str) -> Iterator[str]:
    """What `one` admits and `other` does not, each with its place; nothing where `other` admits all of `one`."""
    one, other = one.at(one.schema), other.at(other.schema)
    theirs = other.alternatives()
    for mine in one.alternatives():
        found = [list(_beyond_one(mine, their, where)) for their in theirs]
        if all(found):
            # The nearest alternative explains best.
            yield from min(found, key=len)


def _beyond_one(one: Sided, other: Sided, where: str) -> Iterator[str]:
    listed, known = one.values(), other.values()
    if known is not None:
        yield from (f"{where}: {value!r}" for value in listed or ["any value"] if value not in known)
        return
    if other.types and not one.types <= other.types and not (one.types == {"integer"} and "number" in other.types):
        yield f"{where}: type {' or '.join(sorted(one.types)) or 'any'}"
        return
    yield from _beyond_limits(one.schema, other.schema, where)
    yield from _beyond_members(one, other, where)
    if "items" in other.schema:
        yield from beyond(one.at(one.schema.get("items", {})), other.at(other.schema["items"]), f"{where}[]")


def _beyond_limits(one: Schema, other: Schema, where: str) -> Iterator[str]:
    for keyword in other.keys() - ANNOTATIONS - STRUCTURE:
        mine, their = one.get(keyword), other[keyword]
        if keyword in UPPER | LOWER and mine is not None:
            wider = mine > their if keyword in UPPER else mine < their
        else:
            wider = mine != their
        if wider:
            yield f"{where}: {keyword} {mine} instead of {their}"


def _beyond_members(one: Sided, other: Sided, where: str) -> Iterator[str]:
    mine, theirs = one.schema.get("properties", {}), other.schema.get("properties", {})
    for name in other.schema.get("required", []):
        if name not in one.schema.get("required", []):
            yield f"{where}.{name}: not there"
    for name in mine:
        if name in theirs:
            yield from beyond(one.at(mine[name]), other.at(theirs[name]), f"{where}.{name}")
        elif other.schema.get("additionalProperties") is False:
            yield f"{where}.{name}: there"
