"""The bases of what our APIs take and show; the same models validate and make the OpenAPI document."""

from pydantic import BaseModel, ConfigDict, Field

LIMIT_DEFAULT = 20
# 100: a page that a client can show and that one query answers in milliseconds.
LIMIT_MAX = 100


class Body(BaseModel):
    """What a client sends: unknown fields and other types than the declared ones are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """What a client is shown."""

    model_config = ConfigDict(frozen=True)


class PageQuery(BaseModel):
    """Which page of a list: `limit` rows, from where the last page's `next_cursor` points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of the page before")
