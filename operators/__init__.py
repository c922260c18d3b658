"""What operators do with purchases from the command line: show them, decide on parked sagas, repair terminated ones.

The commands themselves stand in `operators.cli`; what they do stands here, on the ports `TemporalAdmin` and `Readers`.
"""
