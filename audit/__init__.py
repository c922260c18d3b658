"""The audit: compares the books of Payments, Projects, Users, the Notifier and Temporal, and names what is off.

Here belongs what must hold between the books (`purchase`, `stock`: pure rules) and how they are read beside live
traffic (`http_books`, `temporal_books`, `auditor`). It only reads, and mends nothing.
"""

from audit.auditor import CouldNotRead, Places, audit
from audit.findings import Finding, Rule, Side, Weight
from audit.report import Report

__all__ = ["CouldNotRead", "Finding", "Places", "Report", "Rule", "Side", "Weight", "audit"]
