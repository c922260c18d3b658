"""What of a new document breaks a client of an old one.

A client may send all that the old document took, and is shown nothing that it would not have shown: a request may only
become wider, an answer only narrower. A new kind of problem breaks nobody (RFC 9457: a client that does not know a type
goes by the status), and neither does a new field of an answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.openapi.schemas import Sided, beyond

Document = Mapping[str, Any]


def breaking(old: Document, new: Document) -> list[str]:
    """Each change that a client feels, in a sentence."""
    return [
        sentence
        for path, methods in old["paths"].items()
        for method, operation in methods.items()
        for sentence in _operation(
            f"{method.upper()} {path}", operation, new["paths"].get(path, {}).get(method), old, new
        )
    ]


def _operation(name: str, was: Any, now: Any, old: Document, new: Document) -> Iterator[str]:
    if now is None:
        yield f"{name} is gone"
        return
    yield from _security(name, was, now)
    yield from _parameters(name, was, now, old, new)
    yield from _request(name, was, now, old, new)
    for status, answer in was["responses"].items():
        if status not in now["responses"]:
            yield f"{name} does not answer {status} any more"
        else:
            yield from _answer(f"{name} {status}", answer, now["responses"][status], old, new)


def _security(name: str, was: Any, now: Any) -> Iterator[str]:
    allowed, asked = was.get("security", []), now.get("security", [])
    if asked and not allowed:
        yield f"{name} asks for credentials"
    for scheme in allowed if asked else []:
        if scheme not in asked:
            yield f"{name} does not take {' with '.join(scheme)} as before"


def _parameters(name: str, was: Any, now: Any, old: Document, new: Document) -> Iterator[str]:
    known, taken = _by_name(was["parameters"]), _by_name(now["parameters"])
    for (place, parameter), before in known.items():
        after = taken.get((place, parameter))
        if after is None:
            yield f"{name} does not take {parameter} in the {place} any more"
        else:
            sent, read = Sided(before["schema"], old), Sided(after["schema"], new)
            yield from (f"{name} does not take as {place} {one}" for one in beyond(sent, read, parameter))
    for (place, parameter), after in taken.items():
        if after.get("required") and not known.get((place, parameter), {}).get("required"):
            yield f"{name} needs {parameter} in the {place}"


def _by_name(parameters: Iterable[Any]) -> dict[tuple[str, str], Any]:
    """Parameters by place and name; a header's may be written in any case."""
    return {(each["in"], each["name"].lower() if each["in"] == "header" else each["name"]): each for each in parameters}


def _request(name: str, was: Any, now: Any, old: Document, new: Document) -> Iterator[str]:
    before, after = was.get("requestBody"), now.get("requestBody")
    if after and after.get("required") and not (before and before.get("required")):
        yield f"{name} needs a body"
    for media, content in (before or {}).get("content", {}).items():
        taken = (after or {}).get("content", {}).get(media)
        if taken is None:
            yield f"{name} does not take {media} any more"
        else:
            sent, read = Sided(content["schema"], old), Sided(taken["schema"], new)
            yield from (f"{name} does not take {one}" for one in beyond(sent, read, "body"))


def _answer(name: str, was: Any, now: Any, old: Document, new: Document) -> Iterator[str]:
    for header in map(str.lower, was.get("headers", {})):
        if header not in map(str.lower, now.get("headers", {})):
            yield f"{name} does not come with {header} any more"
    for media, content in was.get("content", {}).items():
        shown = now.get("content", {}).get(media)
        if shown is None:
            yield f"{name} is not {media} any more"
        elif media == "application/problem+json":
            yield from _problems(name, content["schema"], shown["schema"], old, new)
        else:
            yield from _shown(name, Sided(content["schema"], old), Sided(shown["schema"], new))


def _problems(name: str, was: Any, now: Any, old: Document, new: Document) -> Iterator[str]:
    told = {each["$ref"]: each for each in now.get("oneOf", [now])}
    for each in was.get("oneOf", [was]):
        reference = each["$ref"]
        if reference in told:
            yield from _shown(name, Sided(each, old), Sided(told[reference], new))
        else:
            yield f"{name} does not tell {reference.rpartition('/')[2]} any more"


def _shown(name: str, was: Sided, now: Sided) -> Iterator[str]:
    yield from (f"{name} may show {one}" for one in beyond(now, was, "body"))
