"""The protocol of the sagas as a model, apart from any code: every order of one purchase's events is walked.

A rule of the protocol changes here before it changes in a saga. `python tests/model/saga_model.py` walks all of it.
"""
