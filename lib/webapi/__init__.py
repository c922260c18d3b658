"""The conventions of our HTTP APIs, the same for the intake and for every service.

Here belongs what all our APIs have in common: strict JSON, problem+json, request ids, cursor
pages, the service token, health and readiness. It knows nothing of the business.
"""

from lib.webapi.application import PLATFORM, create_api
from lib.webapi.models import NextCursor, NumberedPageQuery, PageQuery, RequestModel, ResponseModel, one_of
from lib.webapi.problems import Problem, ProblemResponse

__all__ = [
    "PLATFORM",
    "NextCursor",
    "NumberedPageQuery",
    "PageQuery",
    "Problem",
    "ProblemResponse",
    "RequestModel",
    "ResponseModel",
    "create_api",
    "one_of",
]
