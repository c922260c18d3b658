"""Whether the broker is there: the program as an operator runs it, on a real broker and on ports that are none."""
