"""The audit: compares the records of Payments, Projects, Users, the Notifier and Temporal, and names what does not fit.

Here belongs what must hold between them (`rules`: pure) and how they are read beside live traffic (`http_records`,
`temporal_records`, `auditor`). It only reads.
"""
