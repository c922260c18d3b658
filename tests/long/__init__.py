"""What takes minutes, or needs a program that takes minutes to build: `make prove` runs it before a release."""
