"""Looks for a story in which the sagas' own code breaks the books: whatever fails, in any order, and people who meddle.

Here belong the adversarial world of one purchase (town), what can happen in it out of turn (moves), what must hold
(books), and the search (search). A story that breaks a rule is told in the order in which it happened.
"""
