"""The audit on the real stack: books that are broken for real, and books beside live traffic."""
