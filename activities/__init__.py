"""The sagas' steps: each a thin activity on a port, one class per callee.

Here belongs what turns a step into a port's call and a port's error into Temporal's. No HTTP, no AMQP, and only
one decision: a delivery that begins late first asks whether the payment is still there.
"""

from activities.notifier import NotifierSteps
from activities.payments import PaymentsSteps
from activities.projects import ProjectsSteps
from activities.users import UsersSteps

__all__ = ["NotifierSteps", "PaymentsSteps", "ProjectsSteps", "UsersSteps"]
