"""The sagas: pure orchestration, each readable as the business process in its `run`.

Here belong decisions, their order, their time limits and what people are shown. Every effect is a step (activities).
"""
