"""The words that all share."""
