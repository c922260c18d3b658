"""The three ways in which a call does not succeed. What is not one of them is a bug."""

from typing import Any


class Refused(Exception):
    """The callee has decided: no. Asking again gives the same answer.

    `kind` is the last part of the problem's type, `extra` its further members (`current_amount`).
    """

    def __init__(self, kind: str, detail: str, extra: dict[str, Any] | None = None) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.extra = extra or {}


class Unavailable(Exception):
    """No answer, or none that decides: the call may have taken effect. Repeat it with the same key.

    `retry_after_s` is how long the callee asked to be left alone, in seconds.
    """

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ContractBroken(Exception):
    """The callee answers what its contract does not know (a rotated token, a changed API): a human must look."""
