"""What takes minutes, or a program that takes minutes to build: `make prove` runs it, `make test` does not."""
