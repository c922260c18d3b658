"""The search for stories in which the sagas break an invariant, for longer than each change waits for."""
