"""Extensions by which a route describes itself beside its models; the finished document does not hold them."""

from typing import Any

from pydantic import BaseModel

from lib.webapi.problem_types import ProblemType

PROBLEMS = "x-problem-types"
RAW = "x-raw"


def problem_responses(*types: ProblemType) -> dict[str, Any]:
    """The problems of a route, beside those that its parameters, body and security imply.

    Use it as `@routes.doc(extensions=problem_responses(SOLD_OUT, PRICE_CHANGED))`.
    """
    return {PROBLEMS: types}


def reads_raw(*, headers: type[BaseModel], body: type[BaseModel]) -> dict[str, Any]:
    """What a route takes that reads the request by itself, for the bytes matter."""
    return {RAW: (headers, body)}
