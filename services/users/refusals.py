"""What Users refuses, each in one place: the kinds are part of the contract."""

from lib.webapi.problem_types import ProblemType

REVOKED = ProblemType("offset-revoked", 409, "The offset of this payment was revoked; it is not created again.")
MISMATCH = ProblemType("offset-mismatch", 409, "This payment has bought something else, or for another buyer.")
