"""The README as a reader tries it: what it tells to type is typed, on a running stack."""
