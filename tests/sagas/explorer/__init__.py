"""Looks for a story in which the sagas' own code breaks an invariant: whatever fails, in any order, also by people.

Here belong the adversarial world of one purchase (town), what can happen in it out of turn (moves), what must hold
(invariants), and the search (search). A story that breaks a rule is told in the order in which it happened.
"""
