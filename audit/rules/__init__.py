"""What must hold of a purchase and of the stock: pure functions of records, which know no way to read them.

It imports `domain` alone, so that whoever has the records (the audit, a job over copies of the databases) judges by the
same sentences.
"""
