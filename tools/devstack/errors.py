"""What goes wrong with a stack."""


class StackError(Exception):
    """A stack cannot start or go on; the text says why, and what to do."""
