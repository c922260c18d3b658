"""The audit on the real stack: records that are broken for real, and records beside live traffic."""
