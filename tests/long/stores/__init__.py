"""Everything is lost, comes back from its backup, and is mended."""
