"""The step at RabbitMQ."""

from activities.step import DONE, step, step_key
from domain.messages import Notification, cloud_event, purchase_workflow_id
from domain.ports import Notifications


class NotifierSteps:
    """The one step by which a saga publishes what has happened."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications

    @step("publish-notification")
    async def publish_notification(self, notification: Notification) -> bool:
        """Publish the event under the step's key as its id, so that a repeat is seen as one.

        A purchase's end has the id that its own saga gives it, also where another one publishes it: that saga may have
        been terminated, and publish it once more when it is repaired.
        """
        whose = purchase_workflow_id(notification.order.purchase_id) if notification.status.ends else ""
        await self._notifications.publish(cloud_event(notification, step_key(whose)))
        return DONE
