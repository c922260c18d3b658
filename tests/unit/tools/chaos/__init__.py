"""Chaos without a stack: its plans, its buyers and its verdict."""
