"""Payment providers, one folder each.

Here belongs how providers move money: `port` says what is asked of a provider and what it states about itself,
`registry` which provider carries out which method. Nothing here knows a purchase, a saga or a database.
"""
