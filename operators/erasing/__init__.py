"""`flask buyer erase`: a buyer is erased from every store of ours, as far as the records must not be kept.

Here belongs the order of the stores and the report; how a store erases stands in its service.
"""
