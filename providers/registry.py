"""Which provider carries out which payment method: a new provider is one folder and one line here.

A folder's package has `PROVIDER` (a `Registered`); it is imported when it is first needed, and imports its SDK only
when the client is made: the intake needs the limits, and no SDK.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lib.settings import ProcessSettings
from providers.port import Capabilities, Provider, Registered


def _of_folder(name: str) -> Registered:
    found = importlib.import_module(f"providers.{name}").PROVIDER
    assert isinstance(found, Registered), f"providers.{name} states nothing of itself"
    return found


@dataclass(frozen=True)
class Registry:
    """Providers by the methods that they carry out; tests bring one of their own."""

    # Method, as an order names it -> the name of its provider.
    methods: Mapping[str, str]
    # What the provider of a name states of itself.
    registered: Callable[[str], Registered] = _of_folder

    def capabilities(self, method: str) -> Capabilities:
        """What the method's provider can do."""
        return self.registered(self.methods[method]).capabilities

    def currencies(self) -> tuple[str, ...]:
        """Every currency that some method takes."""
        return tuple(dict.fromkeys(code for method in self.methods for code in self.capabilities(method).limits))

    def alternatives(self, method: str) -> list[dict[str, Any]]:
        """The JSON Schema alternatives of method, currency and amount; `method` is the name of an order's field."""
        return [
            {
                "properties": {
                    method: {"const": name},
                    "currency": {"const": currency},
                    "amount": {"minimum": limits.least, "maximum": limits.most},
                }
            }
            for name in self.methods
            for currency, limits in self.capabilities(name).limits.items()
        ]

    def settings(self) -> list[type[ProcessSettings]]:
        """The settings classes of the process that calls the providers."""
        stated = (self.registered(name).settings for name in dict.fromkeys(self.methods.values()))
        return [settings for settings in stated if settings]

    def make(self) -> dict[str, Provider]:
        """One client of each provider for this process, by the provider's name; each reads its own settings."""
        return {name: self.registered(name).make() for name in dict.fromkeys(self.methods.values())}


# Method -> the folder of its provider.
REGISTRY = Registry(
    {
        "card": "stripe",
    }
)
