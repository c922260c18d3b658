"""The caller of a write, by its Idempotency-Key: writes may be repeated, and a reservation records who closed it."""

from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from lib.webapi.problem_types import KEY_MISSING
from services.common.values import PAYMENT_ID_EXAMPLE


class CallerHeader(BaseModel):
    """The headers of a write; use it as `@api.input(CallerHeader, location="headers", arg_name="caller")`.

    Raises 400 `idempotency-key-missing` without the header, 422 when it is not 1 to 255 printable ASCII characters.
    """

    model_config = ConfigDict(frozen=True)

    # Clients know the first name; APIFlask gives the header the second one.
    key: str = Field(
        validation_alias=AliasChoices("Idempotency-Key", "idempotency_key"),
        pattern=r"^[\x20-\x7e]{1,255}$",
        description="names the caller: `<workflow id>/<step>`, the same on every attempt",
        examples=[f"payment-success/{PAYMENT_ID_EXAMPLE}/commit-offset"],
    )

    @model_validator(mode="before")
    @classmethod
    def refuse_the_nameless(cls, headers: dict[str, Any]) -> dict[str, Any]:
        """Raise the refusal that the design has for a write without a key."""
        if not headers.get("idempotency_key"):
            raise KEY_MISSING.problem("Name yourself by the header Idempotency-Key.")
        return headers
