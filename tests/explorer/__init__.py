"""The search for stories in which the sagas break an invariant, and its ability to find them."""
