"""The OpenAPI document of one of our APIs, made of the models that validate.

Here belongs what makes APIFlask's document complete: problems for what a route may refuse, one name for each schema,
examples, headers and links. Nothing of it is written by hand a second time: a route names what it may refuse, a model
its fields' examples.
"""

from lib.webapi.openapi.document import describe
from lib.webapi.openapi.extensions import problem_responses, reads_raw

__all__ = ["describe", "problem_responses", "reads_raw"]
