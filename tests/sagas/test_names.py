"""The names by which sagas, their steps and their messages are known: histories, keys and other programs hold them."""

from activities import NotifierSteps, PaymentsSteps, ProjectsSteps, UsersSteps
from activities.step import step_name
from tests.sagas.sdk import activity_type, definition
from tests.sagas.world import public
from workers.sagas import ALL_SAGAS

STEPS = {
    PaymentsSteps: (
        "create-payment",
        "retrieve-payment",
        "find-payment",
        "cancel-payment",
        "cancel-payment-of",
        "capture-payment",
        "refund-payment",
        "record-outcome",
    ),
    ProjectsSteps: ("reserve-offset", "commit-offset", "release-offset", "restock-offset", "retrieve-reservation"),
    UsersSteps: ("deliver-offset", "revoke-offset", "retrieve-offset"),
    NotifierSteps: ("publish-notification",),
}
OPERATED = {"updates": {"resolve"}, "queries": {"parked"}, "signals": set[str]()}
SAGAS = {
    "StartPayment": {
        "updates": {"resolve", "open", "cancel"},
        "queries": {"parked", "view"},
        "signals": {"complete", "progress"},
    },
    "PaymentSuccess": OPERATED,
    "PaymentFailed": OPERATED,
    "RefundFailed": OPERATED,
}


def test_steps_are_known_by_their_own_names() -> None:
    """Not by their methods'; no two share one, as the name is a part of the key at the callee."""
    for group, names in STEPS.items():
        methods = [vars(group)[name] for name in public(group)]
        assert tuple(map(step_name, methods)) == tuple(map(activity_type, methods)) == names
    every = [name for names in STEPS.values() for name in names]
    assert len(every) == len(set(every))


def test_sagas_and_their_messages_are_known_by_their_own_names() -> None:
    """What starts, signals, updates and asks a saga, of this version or another."""
    found = {definition(saga).name: definition(saga) for saga in ALL_SAGAS}
    assert {
        name: {"updates": set(known.updates), "queries": set(known.queries), "signals": set(known.signals)}
        for name, known in found.items()
    } == SAGAS
