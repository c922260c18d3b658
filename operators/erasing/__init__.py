"""`flask buyer erase`: a buyer is forgotten in every store of ours, as far as the records allow.

Here belongs the way through the stores and what people are told of it; how a store forgets stands in its service.
"""
