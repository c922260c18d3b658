"""The sagas' steps: each a thin activity on a port, one class per callee.

Here belongs what turns a step into a port's call and a port's error into Temporal's. No HTTP, no AMQP, no decisions,
but for one: a delivery that begins late asks whether it is still paid for.
"""

from activities.notifier import NotifierSteps
from activities.payments import PaymentsSteps
from activities.projects import ProjectsSteps
from activities.users import UsersSteps

__all__ = ["NotifierSteps", "PaymentsSteps", "ProjectsSteps", "UsersSteps"]
