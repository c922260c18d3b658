"""Stripe's form encoding: `metadata[a]=1&expand[]=x&expand[0]=y` as nested values (no library at hand reads it)."""

import re
from collections.abc import Iterable

from simulators.stripe.errors import InvalidParameters

# A value, or values by name; a list is a form whose names are numbers, for only the schema knows that it is one.
Form = dict[str, "str | Form"]

NAME = re.compile(r"[^\[\]]+(\[[^\[\]]*\])*")
# Five: the deepest of Stripe's parameters (payment_method_data[billing_details][address][city]) has four.
DEPTH_MAX = 5


def nest(pairs: Iterable[tuple[str, str]]) -> Form:
    """The nested values of a form's pairs; `[]` counts on, of a doubled name the last value stands."""
    root: Form = {}
    for name, value in pairs:
        node, last = _place(root, name)
        if isinstance(node.get(last), dict):
            raise InvalidParameters(f"Invalid hash: {name}", param=name)
        node[last] = value
    return root


def _place(root: Form, name: str) -> tuple[Form, str]:
    """The innermost form that a bracketed name stands in, and its name there."""
    head, _, rest = name.partition("[")
    parts = [head, *rest[:-1].split("][")] if rest else [head]
    if not NAME.fullmatch(name) or len(parts) > DEPTH_MAX:
        raise InvalidParameters(f"Invalid request: the parameter name {name!r} is not valid.", param=name)
    node = root
    for part in parts[:-1]:
        child = node.setdefault(part or str(len(node)), {})
        if not isinstance(child, dict):
            raise InvalidParameters(f"Invalid hash: {name}", param=name)
        node = child
    return node, parts[-1] or str(len(node))
