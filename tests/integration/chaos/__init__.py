"""Chaos on real parts, short enough for every change."""
