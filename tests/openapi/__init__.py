"""The OpenAPI documents of our APIs: complete, equal to their committed copies, and never broken by accident.

The committed copy beside each API is what its clients build upon: the last accepted document. `python -m tests.openapi`
writes it anew, and refuses what would break a client unless it is told to.
"""
