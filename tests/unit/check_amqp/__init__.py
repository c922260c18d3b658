"""Whether the broker is there: every kind of answer and of error as one line, on a connection that is none."""
