"""What Stripe's endpoint took, as a section of the page."""

from collections.abc import Iterable, Sequence

from tools.bench.load import Sample
from tools.bench.webhooks import (
    FLOOD_PER_S,
    FLOOD_S,
    PURCHASES,
    STOPPED_S,
    TARGET_MS,
    USUAL_PER_S,
    USUAL_S,
    WebhookAnswer,
    WebhookLoad,
)

TITLE = "## Webhooks"
KINDS = ("new", "double", "foreign")


def webhooks_section(webhooks: WebhookLoad, where: str) -> list[str]:
    """The section, its heading first."""
    return [
        TITLE,
        "",
        f"Measured {where}.",
        f"{USUAL_PER_S} signed events a second for {USUAL_S} s: a tenth new, half doubles of the newest hundred, the",
        "others of another type or not ours. A new event starts a saga: one in ten delivers a purchase that is really",
        "paid, the others are late hints at payments that are paid, whose sagas retrieve the payment and end. Then the",
        f"same for {STOPPED_S} s while Temporal stands still (SIGSTOP), and {FLOOD_PER_S} a second for {FLOOD_S} s,",
        "half of them new. A time counts from the moment when the event was due: waiting counts too.",
        "",
        "| load | events | answer | calls | p50 ms | p99 ms | max ms |",
        "|---|---|--:|--:|--:|--:|--:|",
        *_rows(f"{USUAL_PER_S}/s", webhooks.usual),
        *_rows(f"{USUAL_PER_S}/s, Temporal stopped", webhooks.stopped),
        *_rows("buyers and platform meanwhile", webhooks.routes),
        *_rows(f"{FLOOD_PER_S}/s", webhooks.flood),
        "",
        "| | |",
        "|---|--:|",
        *_facts(webhooks),
    ]


def _facts(webhooks: WebhookLoad) -> list[str]:
    p99 = _sample(webhooks.usual).percentile(99)
    taken = f"until a new event is taken within {TARGET_MS} ms"
    return [
        f"| target: p99 of all answers under {USUAL_PER_S} events a second at most {TARGET_MS} ms | {p99:.0f} ms |",
        f"| from Temporal's return {taken} | {webhooks.after_stop_s:.1f} s |",
        f"| from the end of the {FLOOD_PER_S} a second {taken} | {webhooks.after_flood_s:.1f} s |",
        f"| new events: acknowledged; of them not stored | {webhooks.acknowledged}; {webhooks.not_stored} |",
        f"| purchases delivered, of {PURCHASES} paid | {webhooks.delivered} |",
    ]


def _rows(load: str, answers: Sequence[WebhookAnswer]) -> list[str]:
    groups = sorted({(answer.kind, answer.status) for answer in answers}, key=_in_order)
    return [_row(load, kind, status, answers) for kind, status in groups]


def _in_order(group: tuple[str, int]) -> tuple[int, str, int]:
    kind, status = group
    return KINDS.index(kind) if kind in KINDS else len(KINDS), kind, status


def _row(load: str, kind: str, status: int, answers: Sequence[WebhookAnswer]) -> str:
    sample = _sample(answer for answer in answers if (answer.kind, answer.status) == (kind, status))
    return (
        f"| {load} | {kind} | {status or 'none'} | {len(sample.calls_ms)} | {sample.percentile(50):.1f} "
        f"| {sample.percentile(99):.1f} | {sample.percentile(100):.1f} |"
    )


def _sample(answers: Iterable[WebhookAnswer]) -> Sample:
    return Sample([answer.ms for answer in answers], 0)
