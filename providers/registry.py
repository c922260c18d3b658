"""Which provider carries out which payment method: a new provider is one folder and one line here.

A folder's package has `PROVIDER` (a `Registered`); it is imported when it is asked for, and imports its SDK only when
the provider itself is made: a process that takes orders needs to know limits, and no SDK.
"""

import importlib
from collections.abc import Mapping

from providers.port import Capabilities, Provider, Registered

# Method, as an order names it -> the folder of its provider.
METHODS: Mapping[str, str] = {
    "card": "stripe",
}


def provider_of(method: str) -> str:
    """The name of the provider that carries out a method."""
    return METHODS[method]


def capabilities(method: str) -> Capabilities:
    """What the method's provider can do."""
    return registered(provider_of(method)).capabilities


def currencies() -> tuple[str, ...]:
    """Every currency that some method takes."""
    return tuple(dict.fromkeys(code for method in METHODS for code in capabilities(method).limits))


def registered(name: str) -> Registered:
    """What a provider states of itself."""
    found = importlib.import_module(f"providers.{name}").PROVIDER
    assert isinstance(found, Registered), f"providers.{name} states nothing of itself"
    return found


def make_providers() -> dict[str, Provider]:
    """Every provider by its name; each reads settings of its own."""
    return {name: registered(name).make() for name in dict.fromkeys(METHODS.values())}
