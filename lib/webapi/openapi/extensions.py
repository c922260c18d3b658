"""What a route says about itself beside its models: names within the generator, gone from the finished document."""

from typing import Any

from pydantic import BaseModel

from lib.webapi.problem_types import ProblemType

PROBLEMS = "x-problem-types"
RAW = "x-raw"


def problem_responses(*types: ProblemType) -> dict[str, Any]:
    """What a route may refuse with, beside what its parameters, its body and its security imply.

    Use it as `@routes.doc(extensions=problem_responses(SOLD_OUT, PRICE_CHANGED))`.
    """
    return {PROBLEMS: types}


def reads_raw(*, headers: type[BaseModel], body: type[BaseModel]) -> dict[str, Any]:
    """What a route takes that reads the request by itself, for the bytes matter."""
    return {RAW: (headers, body)}
