"""The repository itself: its documents and what they point to."""
