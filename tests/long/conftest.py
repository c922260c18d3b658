"""The parts that all long proofs share with the other tests on real parts."""

from tests.integration.conftest import postgres

__all__ = ["postgres"]
