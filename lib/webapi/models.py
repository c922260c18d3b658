"""The bases of what our APIs take and show; the same models validate and make the OpenAPI document."""

from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

LIMIT_DEFAULT = 20
# 100: a page that a client can show and that one query answers in milliseconds.
LIMIT_MAX = 100

# A cursor names the row after which a page begins; its prefix lets the document describe its form.
CURSOR = "after-"
NextCursor = Annotated[
    str | None, Field(description="`cursor` of the next page; null on the last one", examples=[f"{CURSOR}42"])
]


class RequestModel(BaseModel):
    """What a client sends: unknown fields and other types than the declared ones are refused."""

    # An error names the field but not the value, which must not stand in a log.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _all_are_there(schema: dict[str, Any]) -> None:
    """Make every field of an answer required in the document: a default is only a convenience of our code."""
    schema["required"] = list(schema.get("properties", {}))


class ResponseModel(BaseModel):
    """What a client is shown."""

    model_config = ConfigDict(frozen=True, json_schema_extra=_all_are_there, hide_input_in_errors=True)


def one_of(values: Collection[str]) -> Callable[[str], str]:
    """A validator of a text that is one of these, which are known when the process starts."""

    def check(value: str) -> str:
        if value not in values:
            raise ValueError(f"it must be one of {', '.join(values)}")
        return value

    return check


def _plain(value: object) -> object:
    """Refuse numbers like "1_0" or "5.0", which pydantic takes and other readers do not."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("write it in digits")
    return value


class PageQuery(BaseModel):
    """Which page of a list: `limit` rows, from where the last page's `next_cursor` points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, BeforeValidator(_plain)] = Field(
        default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX, description="rows of a page", examples=[20]
    )
    cursor: str | None = Field(
        default=None,
        pattern=rf"^{CURSOR}[A-Za-z0-9._-]{{1,64}}$",
        description="`next_cursor` of the page before",
        examples=[f"{CURSOR}mangrove"],
    )

    @property
    def after(self) -> str | None:
        """The id behind which the page begins."""
        return self.cursor.removeprefix(CURSOR) if self.cursor else None


class NumberedPageQuery(PageQuery):
    """Which page of a list in the order of its rows' numbers."""

    # 18 digits: every database keeps such a number.
    cursor: str | None = Field(
        default=None,
        pattern=rf"^{CURSOR}[1-9][0-9]{{0,17}}$",
        description="`next_cursor` of the page before",
        examples=[f"{CURSOR}42"],
    )

    @property
    def after_number(self) -> int | None:
        """The number behind which the page begins."""
        return int(self.after) if self.after else None


class HealthResponse(ResponseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class ReadyResponse(ResponseModel):
    """The process and all that it cannot work without answer."""

    status: Literal["ready"] = "ready"
