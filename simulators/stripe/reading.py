"""From a form to parameters, or to Stripe's words for what is wrong with it."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from simulators.stripe.errors import InvalidParameters
from simulators.stripe.forms import Form

P = TypeVar("P", bound=BaseModel)

# Stripe's code and words for what pydantic finds.
CODES = {
    "extra_forbidden": "parameter_unknown",
    "missing": "parameter_missing",
    "invalid_integer": "parameter_invalid_integer",
    "greater_than_equal": "parameter_invalid_integer",
    "less_than_equal": "parameter_invalid_integer",
    "string_too_short": "parameter_invalid_empty",
}
WORDS = {
    "extra_forbidden": "Received unknown parameter: {param}",
    "missing": "Missing required param: {param}.",
    "greater_than_equal": "This value must be greater than or equal to {ge}.",
    "less_than_equal": "This value must be less than or equal to {le}.",
    "string_too_short": "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a "
    "parameter; however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty "
    "value.",
    "string_type": "Invalid string",
    "literal_error": "Invalid {param}: must be one of {expected}",
    "model_type": "Invalid object",
}


def read(model: type[P], form: Form) -> P:
    """The form as parameters; raises InvalidParameters with Stripe's words for the first thing that is wrong."""
    try:
        return model.model_validate(form)
    except ValidationError as error:
        faults = error.errors()
    unknown = [fault for fault in faults if fault["type"] == "extra_forbidden"]
    raise _in_stripes_words((unknown or faults)[0])


def _in_stripes_words(fault: ErrorDetails) -> InvalidParameters:
    head, *rest = [str(part) for part in fault["loc"]]
    param = head + "".join(f"[{part}]" for part in rest)
    context = {name: str(value).replace("'", "") for name, value in fault.get("ctx", {}).items()}
    words = WORDS.get(fault["type"], fault["msg"].replace("{", "{{").replace("}", "}}"))
    return InvalidParameters(words.format(param=param, **context), code=CODES.get(fault["type"]), param=param)
