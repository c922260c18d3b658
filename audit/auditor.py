"""An audit from beginning to end: read everything, compare, and read each suspect again.

The stores are read in the reverse order of a purchase's life: Temporal, the Notifier, Users and Projects first,
Payments last. So no record that was read names a payment that Payments creates later. Live traffic can make only one
kind of purchase look wrong: one whose end was recorded while we read. It is read again until it no longer changes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from temporalio.client import Client

from audit.http_records import HttpRecords
from audit.report import Report, counted
from audit.rules.cases import gather
from audit.rules.findings import Finding, Weight
from audit.rules.purchase import examine
from audit.rules.records import Case, PaymentEntry, ReservationEntry, SagaRecord
from audit.rules.stock import Tally, tally
from audit.temporal_records import TemporalRecords
from clients.http import pooled_client
from domain.errors import ContractBroken, Unavailable

# Seconds before the suspects are read again, 7.5 in all: a notification has passed the broker by then.
READ_AGAIN_S = (0.5, 1.0, 2.0, 4.0)
# Readings of the stock: under live traffic the second or third usually meets a quiet moment.
STOCK_READINGS = 3
# Purchases that are read one by one at the same time.
CASES_MAX = 32
# Progress is reported after so many payments: every few seconds at the pace of a real provider.
TELL_EVERY = 500

Tell = Callable[[str], None]


class CouldNotRead(Exception):
    """A store is away or does not let us in: nothing is known, neither good nor bad."""


async def audit(
    urls: Mapping[str, str],
    token: str,
    temporal: Client,
    tell: Tell = lambda _: None,
    purchase_ids: Sequence[str] = (),
) -> Report:
    """Compare all records, or those of some purchases; `tell` hears of the progress. Raises CouldNotRead.

    `urls` by the services' names, `token` for all of them.
    """
    async with pooled_client() as http:
        auditor = Auditor(HttpRecords(http, urls, token), TemporalRecords(temporal), tell)
        try:
            return await (auditor.report_of(purchase_ids) if purchase_ids else auditor.report())
        except (Unavailable, ContractBroken) as error:
            raise CouldNotRead(str(error)) from error


class Sagas(Protocol):
    """The port to Temporal; see TemporalRecords."""

    async def sagas(self) -> list[SagaRecord]:
        """Every saga of interest."""

    async def sagas_of(self, purchase_id: str | None, payment_id: str | None) -> tuple[SagaRecord, ...]:
        """The sagas of one purchase."""

    async def reason(self, workflow_id: str) -> str | None:
        """Why a saga waits for an operator."""


class Auditor:
    """One audit; `pause` waits so many seconds."""

    def __init__(
        self,
        records: HttpRecords,
        temporal: Sagas,
        tell: Tell,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._records = records
        self._temporal = temporal
        self._tell = tell
        self._pause = pause
        self._at_once = asyncio.Semaphore(CASES_MAX)

    async def report(self) -> Report:
        """Read, compare, read suspects again, report. Raises Unavailable or ContractBroken."""
        started = time.monotonic()
        sagas = await self._temporal.sagas()
        self._tell(f"Temporal has told of {len(sagas)} sagas")
        notices, offsets, (reservations, stock) = await asyncio.gather(
            self._records.notices(), self._records.offsets(), self._stock()
        )
        self._tell(f"read {len(notices)} notifications, {len(offsets)} offsets, {len(reservations)} reservations")
        payments = await self._payments()
        cases = gather(payments, reservations, offsets, notices, sagas)
        return await self._reported(cases, stock, started)

    async def report_of(self, purchase_ids: Sequence[str]) -> Report:
        """The same for some purchases; without the stock, which belongs to all purchases."""
        started = time.monotonic()
        cases = await asyncio.gather(*map(self._case, purchase_ids))
        return await self._reported(list(cases), [], started)

    async def _case(self, purchase_id: str) -> Case:
        """A purchase read alone: first its payment, which names its other entries."""
        async with self._at_once:
            payment = await self._records.payment_of(purchase_id)
        known = payment.payment_id if payment else None
        return await self._read_again(Case(purchase_id, known, payment))

    async def _reported(self, cases: list[Case], stock: list[Tally], started: float) -> Report:
        cases, in_flight = await self._recheck(cases)
        findings = [finding for case in cases for finding in examine(case)]
        ends, sums = counted(cases + in_flight)
        return Report(
            seconds=time.monotonic() - started,
            ends=ends,
            sums=sums,
            stock=tuple(stock),
            findings=(
                *(finding for each in stock for finding in each.faults()),
                *await asyncio.gather(*map(self._with_reason, findings)),
            ),
            in_flight=tuple(case.purchase_id or str(case.payment_id) for case in in_flight),
        )

    async def _payments(self) -> list[PaymentEntry]:
        """Every payment as the provider shows it: only it knows of refunds and disputes by hand."""
        recorded = await self._records.payments()
        self._tell(f"asking the provider for {len(recorded)} payments")
        done = 0

        async def retrieve(payment: PaymentEntry) -> PaymentEntry:
            nonlocal done
            seen = await self._records.retrieve(payment.payment_id) if payment.payment_id else None
            done += 1
            if done % TELL_EVERY == 0:
                self._tell(f"{done} of {len(recorded)} payments")
            return seen or payment

        return list(await asyncio.gather(*map(retrieve, recorded)))

    async def _stock(self) -> tuple[Mapping[str, ReservationEntry], list[Tally]]:
        """The reservations and the stock; read again while traffic moves them, or they do not add up."""
        rows = await self._records.reservations()
        for _ in range(STOCK_READINGS):
            before, catalogue = rows, await self._records.catalogue()
            rows = await self._records.reservations()
            stock = tally(before, catalogue, rows)
            if all(each.exact and not each.faults() for each in stock):
                break
        return rows, stock

    async def _recheck(self, cases: list[Case]) -> tuple[list[Case], list[Case]]:
        """The cases, suspects as last read; and apart those that had still changed at the last reading."""
        decided = [case for case in cases if not _suspect(case)]
        suspects = [(case, case) for case in cases if _suspect(case)]
        for wait_s in READ_AGAIN_S:
            if not suspects:
                break
            self._tell(f"reading {len(suspects)} suspects once more")
            await self._pause(wait_s)
            again = await asyncio.gather(*(self._read_again(case) for _, case in suspects))
            decided += [now for now in again if not _suspect(now)]
            suspects = [(before, now) for (_, before), now in zip(suspects, again, strict=True) if _suspect(now)]
        stable = [now for before, now in suspects if now == before]
        return decided + stable, [now for before, now in suspects if now != before]

    async def _read_again(self, case: Case) -> Case:
        """The same purchase, read alone and in the same order."""
        async with self._at_once:
            sagas = await self._temporal.sagas_of(case.purchase_id, case.payment_id)
            notices = await self._records.notices(case.purchase_id) if case.purchase_id else []
            owner = case.offset.user_id if case.offset else case.payment and case.payment.buyer_id
            known = case.payment_id
            offset = await self._records.offset(owner, known) if owner and known else None
            reservation = await self._records.reservation(known) if known else None
            if case.purchase_id:
                payment = await self._records.payment_of(case.purchase_id)
            else:
                payment = await self._records.retrieve(known) if known else None
        return replace(
            case,
            payment_id=(payment and payment.payment_id) or known,
            payment=payment,
            reservation=reservation,
            offset=offset,
            notices=tuple(notices),
            sagas=sagas,
        )

    async def _with_reason(self, finding: Finding) -> Finding:
        """The finding with the reason for which its saga is parked."""
        if finding.weight is not Weight.PARKED or finding.workflow_id is None:
            return finding
        reason = await self._temporal.reason(finding.workflow_id)
        return replace(finding, says=f"{finding.says}: {reason or 'its worker does not tell why'}")


def _suspect(case: Case) -> bool:
    return any(finding.weight is Weight.FAULT for finding in examine(case))
