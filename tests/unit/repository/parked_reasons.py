"""Every reason for which a saga can park, read from the workflows' code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.unit.lib.settings.classes import REPOSITORY

# In place of what a reason fills in.
FIELD = "…"
REFUSED, FOR_AN_HOUR = ": refused, ", ", for an hour"


def steps(*, must_succeed: bool = False) -> set[str]:
    """What the steps are called; with `must_succeed` only those that park when they are refused."""
    calls = [
        call for call in _calls("take") if not must_succeed or "must_succeed" in {word.arg for word in call.keywords}
    ]
    return {text for call in calls for word in call.keywords if word.arg == "summary" for text in _texts(word.value)}


def reasons() -> set[str]:
    """What `show` can name as the reason, with `…` in place of what is filled in."""
    parked = {text for call in _calls("park") for text in _texts(call.args[1])}
    parked |= {text for function in _functions("_why_parked") for text in _returned(function)}
    refused = {text for text in parked if REFUSED in text}
    later = {text for text in parked if text.endswith(FOR_AN_HOUR)}
    asked = {text for call in _calls("ask_again_later") for text in _texts(call.args[1])}
    named = {f"{summary}{REFUSED}{FIELD}" for summary in steps(must_succeed=True)}
    return (parked - refused - later - {FIELD}) | named | {text + FOR_AN_HOUR for text in asked}


def _trees() -> Iterator[ast.Module]:
    for path in sorted(Path(REPOSITORY / "workflows").glob("*.py")):
        yield ast.parse(path.read_text())


def _functions(name: str = "") -> Iterator[ast.AST]:
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and name in {"", node.name}:
                yield node


def _calls(name: str) -> Iterator[ast.Call]:
    """The calls of a method; a variable in them is replaced by what its function assigns to it."""
    for function in _functions():
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == name:
                yield _resolved(call, function)


def _resolved(call: ast.Call, function: ast.AST) -> ast.Call:
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)

    def value(node: ast.expr) -> ast.expr:
        known = assigned.get(node.id, []) if isinstance(node, ast.Name) else []
        return ast.Tuple(elts=known, ctx=ast.Load()) if known else node

    keywords = [ast.keyword(arg=word.arg, value=value(word.value)) for word in call.keywords]
    return ast.Call(func=call.func, args=[value(each) for each in call.args], keywords=keywords)


def _returned(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            yield from _texts(node.value.elts[1])


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can be."""
    if isinstance(node, ast.Tuple):
        for each in node.elts:
            yield from _texts(each)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else FIELD for part in node.values)
