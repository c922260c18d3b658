"""Histories of every released version's sagas, one folder each, and the gate through which a change of them must go.

What an open purchase of a released version has written, newer code must be able to go on from (docs/releases.md).
"""
