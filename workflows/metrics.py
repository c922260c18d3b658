"""What sagas count: by the workflow's own meter, which is silent under replay, so that what has happened counts once.

The SDK adds the labels namespace, task_queue and workflow_type. docs/telemetry.md tells what each metric means.
"""

from collections.abc import Mapping, Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import PurchaseResult

COMPLETED = "buy_projects_purchases_completed"
LIFE = "buy_projects_purchase_life"
PARKED = "buy_projects_sagas_parked"

# Seconds for buyers who pay at once, around 30 min for the deadline and what follows it, days for parked purchases.
LIFE_BUCKETS_S = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 1860, 2100, 3600, 4 * 3600, 86_400, 3 * 86_400)
BUCKETS_S: Mapping[str, Sequence[float]] = {LIFE: LIFE_BUCKETS_S}


def count_completed(result: PurchaseResult) -> None:
    """Count a purchase that has reached its end, and how long that took since its saga began."""
    meter = workflow.metric_meter()
    how = {"outcome": result.status.value, "reason": result.reason or ""}
    meter.create_counter(COMPLETED, "Purchases that have ended, by outcome and reason.").add(1, how)
    took = workflow.now() - workflow.info().workflow_start_time
    meter.create_histogram_timedelta(LIFE, "From a purchase's start to its recorded end, by outcome.").record(
        took, {"outcome": result.status.value}
    )


def count_parked(reason: str) -> None:
    """Count a saga that begins to wait for an operator."""
    says = "Sagas that began to wait for an operator, by reason."
    workflow.metric_meter().create_counter(PARKED, says).add(1, {"reason": reason})
