"""Payment providers, one folder each.

Here belongs how money is moved by others: `port` says what is asked of a provider and what it states of itself,
`registry` which provider carries out which method. Nothing here knows a purchase, a saga or a database.
"""
