"""A buyer in chaos, who behaves as the web UI does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from domain.keys import purchase_id_of
from tools.chaos.buyer import ChaosBuyer, Market
from tools.chaos.seen import Seen
from tools.chaos.stories import Behaviour, Story

STORY = Story(
    number=1,
    behaviour=Behaviour.PAYS,
    buyer="load-1",
    key="key-1",
    items=(("wind-1", 500),),
    cards=("pm_card_visa",),
    pause_s=0,
    lost_after_s=0.01,
    away_s=0,
)
ANSWER = {
    "purchase_id": purchase_id_of("load-1", "key-1"),
    "payment_id": "payment-1",
    "expires_at": "2026-01-01T00:00:00Z",
    "next_action": {"type": "stripe", "client_secret": "pi_1_secret", "payment_intent": "pi_1"},
}
MARKET = Market(
    intake_url="http://intake",
    stripe={"api_base": "http://stripe", "publishable_key": "pk_test_1"},
    environ={"JWT_SECRET": "s" * 32, "JWT_ISSUER": "issuer", "JWT_AUDIENCE": "audience"},
    milestones={"wind-1": {"project_id": "wind", "unit_amount": 301}},
)
Handler = Callable[[httpx.Request], httpx.Response]


def problem(status: int, kind: str, **headers: str) -> httpx.Response:
    """An error of the intake."""
    return httpx.Response(status, json={"type": f"https://example.com/problems/{kind}"}, headers=headers)


def confirmed(request: httpx.Request) -> httpx.Response:
    """The provider takes the money."""
    assert request.url.path == "/v1/payment_intents/pi_1/confirm"
    return httpx.Response(200, json={"status": "succeeded"})


class ScriptedWorld:
    """The intake's answers in their order, and the provider; keeps what was asked."""

    def __init__(self, *answers: httpx.Response | Exception, provider: Handler = confirmed) -> None:
        self._answers = list(answers)
        self._provider = provider
        self.orders: list[httpx.Request] = []
        self.payments: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "stripe":
            self.payments.append(request)
            return self._provider(request)
        self.orders.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def live(world: ScriptedWorld, story: Story = STORY) -> Seen:
    """What the buyer of the story sees in this world."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(world)) as http:
        return await ChaosBuyer(http, MARKET, story).live()


def opened(**changes: Any) -> httpx.Response:
    """The intake's answer to an open purchase."""
    return httpx.Response(201, json=ANSWER | changes)


@pytest.mark.parametrize("status_and_kind", [(500, "internal-error"), (409, "sold-out"), (409, "price-changed")])
async def test_a_refusal_without_reason_is_noted(status_and_kind: tuple[int, str]) -> None:
    """A 500 is nothing that a buyer may see, and what there is plenty of is not sold out."""
    seen = await live(ScriptedWorld(problem(*status_and_kind)))

    assert len(seen.wrong) == 1


async def test_a_price_that_is_none_must_be_refused() -> None:
    """Projects owns the price."""
    story = replace(STORY, behaviour=Behaviour.SAW_AN_OLD_PRICE, cards=())

    assert (await live(ScriptedWorld(problem(409, "price-changed")), story)).wrong == []
    assert len((await live(ScriptedWorld(opened()), story)).wrong) == 1


async def test_who_comes_back_gets_the_answer_of_the_first_time() -> None:
    """Once more after having paid: another payment for the same key would be paid twice."""
    story = replace(STORY, behaviour=Behaviour.COMES_BACK)

    assert (await live(ScriptedWorld(httpx.ReadTimeout("away"), opened(), opened()), story)).wrong == []
    changed = ScriptedWorld(httpx.ReadTimeout("away"), opened(), opened(payment_id="pi_2"))
    assert len((await live(changed, story)).wrong) == 1


async def test_a_purchase_of_another_key_is_noted() -> None:
    """The purchase's id follows from buyer and key."""
    assert len((await live(ScriptedWorld(opened(purchase_id="f" * 64)))).wrong) == 1
