"""Everything at once on real parts."""
