"""What operators do with purchases from the command line: show them, decide on parked sagas, repair terminated ones.

The commands themselves stand in `operators.cli`; here is their work, on the ports `TemporalAdmin` and `Readers`.
"""
