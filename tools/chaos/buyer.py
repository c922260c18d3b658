"""A buyer as the web UI is one: opens with one key however often it takes, pays, and leaves."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tools.chaos.seen import GIVEN_UP, NEVER_OPENED, REFUSAL_OF, Seen
from tools.chaos.stories import Behaviour, Story
from tools.devstack.description import token

# 20 s: an answer takes the intake 15 s at most; a page that waits longer has lost its connection.
ANSWER_TIMEOUT_S = 20.0
# A page repeats at a 503 after Retry-After, and never more often than this or less often than that.
REPEAT_MIN_S, REPEAT_MAX_S = 0.5, 5.0
# 90 s: longer than the longest fault and the restart after it, so that only a stack that does not recover is left.
PATIENCE_S = 90.0
# A page that pays repeats when the provider is away: as often as a fault of the simulator lasts seconds, and some more.
PAY_TRIES = 30
PAY_AGAIN_S = 1.0
# How long before its deadline a purchase is paid by those who love a race.
RACE_S = 0.3
# What the provider's page shows once the money is taken, held, or on its way.
CHARGED, AUTHORISED = "succeeded", "requires_capture"


@dataclass(frozen=True)
class Market:
    """Where buyers go: addresses, the environment that makes their tokens, and the prices that they are shown."""

    intake_url: str
    stripe: Mapping[str, Any]
    environ: Mapping[str, str]
    # By milestone: project_id, unit_amount and currency.
    milestones: Mapping[str, Mapping[str, Any]]


class ChaosBuyer:
    """Lives one story; `seen` tells what came of it."""

    def __init__(self, http: httpx.AsyncClient, market: Market, story: Story) -> None:
        self.seen = Seen(story)
        self._http = http
        self._market = market
        self._story = story

    async def live(self) -> Seen:
        """The story from the first request until the buyer leaves."""
        behaviour = self._story.behaviour
        if behaviour in {Behaviour.COMES_BACK, Behaviour.VANISHES}:
            await self._lose_connection()
            if behaviour is Behaviour.VANISHES:
                return self.seen
            await asyncio.sleep(self._story.away_s)
        clicks = 2 if behaviour is Behaviour.DOUBLE_CLICKS else 1
        answers = await asyncio.gather(*(self._open() for _ in range(clicks)))
        if answers[0] and self._story.cards:
            await self._pay_all(answers[0])
        if behaviour is Behaviour.COMES_BACK:
            answers.append(await self._open())
        self._compare(answers)
        return self.seen

    # ---- opening ----------------------------------------------------------------------------------------------------

    async def _lose_connection(self) -> None:
        try:
            await self._post(self._story.lost_after_s)
        except httpx.HTTPError:
            return

    async def _open(self) -> dict[str, Any] | None:
        """The answer, or None when the purchase was refused or the buyer has lost patience."""
        give_up_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up_at:
            try:
                response = await self._post(ANSWER_TIMEOUT_S)
            except httpx.HTTPError:
                await asyncio.sleep(REPEAT_MIN_S)
                continue
            if response.status_code not in {429, 503}:
                return self._read(response)
            after = float(response.headers.get("Retry-After", REPEAT_MIN_S))
            await asyncio.sleep(min(max(after, REPEAT_MIN_S), REPEAT_MAX_S))
        return None

    async def _post(self, timeout_s: float) -> httpx.Response:
        story = self._story
        return await self._http.post(
            f"{self._market.intake_url}/purchases",
            json={"items": self._items(), "amount": self._amount(), "currency": "usd"},
            headers={
                "Authorization": f"Bearer {token(self._market.environ, story.buyer)}",
                "Idempotency-Key": story.key,
            },
            timeout=timeout_s,
        )

    def _read(self, response: httpx.Response) -> dict[str, Any] | None:
        body = dict(response.json())
        if response.status_code == 201:
            self.seen.payment_id = body["payment_id"]
            if body["purchase_id"] != self.seen.purchase_id:
                self.seen.wrong.append(f"the key led to another purchase, {body['purchase_id']}")
            if why := NEVER_OPENED.get(self._story.behaviour):
                self.seen.wrong.append(why)
            return body
        self.seen.refusal = str(body.get("type", "")).rpartition("/")[2]
        if self.seen.refusal not in {GIVEN_UP, REFUSAL_OF.get(self._story.behaviour)}:
            self.seen.wrong.append(f"POST /purchases answered {response.status_code}: {response.text}")
        return None

    def _compare(self, answers: list[dict[str, Any] | None]) -> None:
        told = [answer for answer in answers if answer]
        if told and (self.seen.refusal or any(answer != told[0] for answer in told)):
            self.seen.wrong.append(f"one key got different answers: {answers}, refusal {self.seen.refusal}")

    def _items(self) -> list[dict[str, str]]:
        return [
            {
                "project_id": self._market.milestones[milestone]["project_id"],
                "milestone_id": milestone,
                "quantity": f"{kg // 1000}.{kg % 1000:03d}",
            }
            for milestone, kg in self._story.items
        ]

    def _amount(self) -> int:
        """In minor units: each item rounded half up, then summed (design, "Contracts")."""
        prices = (self._market.milestones[milestone]["unit_amount"] * kg for milestone, kg in self._story.items)
        agreed: int = sum((2 * price + 1000) // 2000 for price in prices)
        return agreed - 1 if self._story.behaviour is Behaviour.SAW_AN_OLD_PRICE else agreed

    # ---- paying -----------------------------------------------------------------------------------------------------

    async def _pay_all(self, answer: Mapping[str, Any]) -> None:
        if self._story.behaviour is Behaviour.PAYS_AT_THE_DEADLINE:
            deadline = datetime.fromisoformat(answer["expires_at"])
            await asyncio.sleep(max(0.0, (deadline - datetime.now(UTC)).total_seconds() - RACE_S))
        for card in self._story.cards:
            await asyncio.sleep(self._story.pause_s)
            intent = await self._confirm(answer, card)
            if intent and intent.get("status") == "requires_action":
                intent = await self._ask_bank(answer, intent)
            if intent is None:
                self.seen.unsure = True
                return
            self.seen.charged = intent.get("status") == CHARGED
            self.seen.authorised = intent.get("status") == AUTHORISED

    async def _confirm(self, answer: Mapping[str, Any], card: str) -> dict[str, Any] | None:
        """The payment after an attempt, as the provider shows it to the page; None if it does not answer any more."""
        action = answer["next_action"]
        data = {"client_secret": action["client_secret"], "payment_method": card}
        path = f"/v1/payment_intents/{action['payment_intent']}/confirm"
        body = await self._ask_provider("POST", path, data)
        # A repeat of an attempt whose answer was lost, or one too late, is refused; the refusal shows the payment.
        return body and dict(body.get("error", {}).get("payment_intent", body))

    async def _ask_bank(self, answer: Mapping[str, Any], intent: Mapping[str, Any]) -> dict[str, Any] | None:
        action = answer["next_action"]
        outcome = "decline" if self._story.behaviour is Behaviour.BANK_ASKS_DECLINED else "approve"
        page = intent["next_action"]["redirect_to_url"]["url"].removeprefix(self._market.stripe["api_base"])
        await self._ask_provider("POST", page, {"outcome": outcome, "client_secret": action["client_secret"]})
        path = f"/v1/payment_intents/{action['payment_intent']}?client_secret={action['client_secret']}"
        return await self._ask_provider("GET", path, {})

    async def _ask_provider(self, method: str, path: str, data: Mapping[str, str]) -> dict[str, Any] | None:
        """The provider's JSON object ({} where it answers a page); None if it does not answer."""
        headers = {"Authorization": f"Bearer {self._market.stripe['publishable_key']}"}
        url = f"{self._market.stripe['api_base']}{path}"
        for _ in range(PAY_TRIES):
            try:
                response = await self._http.request(method, url, data=dict(data), headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(PAY_AGAIN_S)
                continue
            if response.status_code < 500:
                return dict(response.json()) if "json" in response.headers["Content-Type"] else {}
            await asyncio.sleep(PAY_AGAIN_S)
        return None
