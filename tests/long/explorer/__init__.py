"""The search for stories in which the sagas break the books, for longer than each change waits for."""
