"""The search for stories in which the sagas break the books, and its ability to find them."""
