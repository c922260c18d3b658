#!/usr/bin/env python3
"""Explicit-state model checker of the purchase sagas (StartPayment, PaymentSuccess, PaymentFailed).

One purchase, one unit of stock, and a rival who may take that unit. Breadth first, so that every trace is a
shortest one. Every rule that the design's text lacks (or leaves open) is a RULE below. With all rules the model must
pass; with one rule off it follows the text as it may be read, and must find a violation: so the rule is needed.

What a call can do: be done, be refused, take effect with its result lost (the worker crashes; the step runs again), or
hang in the network and take effect at any later time, after newer calls (once per run). Webhooks may be lost, late,
doubled, in any order; the buyer may pay whenever the provider lets him. Timers may fire at any moment. Steps, timers,
hanging calls and a bank that processes are FAIR (they happen in the end); the buyer, the rival, webhooks and operators
need not do anything.
"""
import argparse
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

RULES = {
    "failed-heeds-cancel": "PaymentFailed: a refused cancel (paid, or processing) ends it; nothing is released",
    "expiry-heeds-processing": "deadline: a cancel refused because the bank processes means retrieve again, not release",
    "one-winner": "the row keeps WHO closed it (claim); only that saga publishes and completes, a loser waits or ends",
    "claim-of-unclaimed": "a row that Projects released by itself has no claim: the first DELETE claims it",
    "retrieve-again": "StartPayment's timer is armed again after every retrieval, until the purchase is complete",
    "every-end-completes": "PaymentSuccess tells the purchase on EVERY end (refunded, failed), not only after step 5",
    "undo-money-by-state": "undo of a payment = cancel, else refund if captured; also when a capture is refused",
    "money-before-offset": "undo the money first, restock the offset after it",
    "closed-is-final": "PaymentSuccess finds the row closed: it claims it (DELETE); won: undo the money; lost: end quietly",
    "payment-tombstone": "cancel by purchase_id of an unknown purchase leaves a tombstone that refuses a late create",
    "reservation-tombstone": "DELETE of an unknown reservation leaves a tombstone, a released row; POST on one is refused",
    "refusal-closes-row": "a refused reserve closes the row, so that a late copy of it does nothing",
    "offset-tombstone": "a refused offset is revoked as well, and a revoked one refuses a late create",
    "capture-by-state": "a refused capture is judged by reading the payment: already captured = done",
    "told-then-published": "the purchase's own saga publishes what it is told; a saga that may still be repeated does not",
    "canceled-is-undone": "PaymentSuccess that reads `canceled` claims the row: a repeated task may have sold the offset",
    "undo-is-recorded": "a step that undoes follows from a decision in the history: no task that is repeated goes over it",
    "record-outlives-workflow": "the outcome is kept in Payments, written once; a saga on a complete purchase ends",
    "success-waits-for-truth": "PaymentSuccess that reads 'not paid yet' reads again; it does not end (id used up)",
    "opening-heeds-payment": "undoing an opening: cancel refused (paid, processing) -> go on opening, not `rejected`",
    "skip-is-verified": "operator's skip is accepted only if reading the callee shows the step's effect",
    "abort-claims-row": "abort of PaymentSuccess before its commit is known: claim the row first",
    "abort-before-pivot": "abort is refused past the pivot (success: offset created; failed: payment canceled)",
    "amounts-compared": "less captured than ordered, or some of it back, is not paid: the purchase is undone",
    "attempt-retrieves": "an attempt to deliver retrieves the payment first, unless the saga's last answer is fresh",
    "fresh-answer": "a delivery that took time counts only once a later answer shows the money: that is the pivot",
}
ALL = frozenset(RULES)
# Rules that cover for each other: only both off shows the harm (alone, a crash only makes a good sale end `refunded`).
TOGETHER = {"capture-by-state": {"capture-by-state", "undo-money-by-state"}}
# Of several violations, the one to show.
WANT = {"capture-by-state": "(6)"}

# ---- the state: a flat tuple of small integers ----------------------------------------------------------------------
FIELDS = "PI RF FAILS SK EVS ROW BY FREE US RV SP SU F1 F2 NOTES SIG ST Z ZB KEEP PKB FR OLD".split()
(PI, RF, FAILS, SK, EVS, ROW, BY, FREE, US, RV, SP, SU, F1, F2, NOTES, SIG, ST, Z, ZB, KEEP, PKB, FR, OLD) = range(len(FIELDS))
# PI provider's payment
P_NONE, P_OPEN, P_PROC, P_HELD, P_PAID, P_CANC, P_TOMB, P_PART = range(8)   # P_PART: a part of the price is captured
# RF the money: 0 kept, 1 back, 2 a part is back; FR = the saga's last answer about the payment is fresh (a hand at the
# provider takes longer than that); OLD = a delivery was sent for money that a retrieval would have shown to be back
# KEEP 2 = first run, 1 = Temporal's retention has ended once; ZB, PKB = how many calls may hang, steps may park
# ROW the reservation; BY = who claimed a released one (0 nobody, 1 StartPayment, 2/3 PaymentFailed, 4 PaymentSuccess)
R_NONE, R_RES, R_COM, R_REL, R_RET = range(5)
U_NONE, U_MADE, U_REVOKED = range(3)
# the outcome and, with the same number, the bit of its notification
OPEN, PAID, FAILED, EXPIRED, REFUNDED, REJECTED = range(6)
STATUS = ("open", "paid", "failed", "expired", "refunded", "rejected")
END, PARK = 99, 100                       # pc of a saga at its end; pc + PARK = parked at that pc
# StartPayment's pcs                      # PaymentSuccess's pcs                 # PaymentFailed's pcs
S_CREATE, S_RESERVE, S_WAIT, S_RETRIEVE, S_CANCEL, S_RELEASE, S_PUB, S_START, S_DEAF, S_UNPAY, S_UNRES = range(1, 12)
(Y_GET, Y_COMMIT, Y_CLAIM, Y_CAPTURE, Y_USER, Y_COMPLETE, Y_REVOKE, Y_UNPAY, Y_RETURN,
 Y_SETR, Y_CUNPAY, Y_CRETURN, Y_SETF, Y_REFUND_ONLY, Y_ABORT, Y_SEND, Y_SEE) = range(1, 18)
Q_GET, Q_CANCEL, Q_RELEASE, Q_COMPLETE = range(1, 5)
# What PaymentSuccess does within one task: a worker that dies there begins again, and what it did stays done.
IN_TASK = (Y_COMMIT, Y_CAPTURE, Y_USER, Y_SEND, Y_SEE, Y_COMPLETE)
UNDOES = (Y_REVOKE, Y_UNPAY, Y_RETURN, Y_SETR, Y_CUNPAY, Y_CRETURN, Y_SETF)
BAD_PARK = PARK + 50                      # parked because a plain path ran into a wall


class Cfg(NamedTuple):
    manual: bool = False      # capture mode
    attempts: int = 1         # PAYMENT_ATTEMPTS
    leak: bool = False        # the buyer can pay as soon as the payment exists (before the reservation does)
    sweep: bool = False       # Projects (or a hand) releases a reservation without a cancel: the late-success path
    lag: bool = False         # a read of the payment may be stale
    forget: bool = False      # Temporal's retention ends once: ids are free again, webhooks and POSTs may come again
    operators: bool = False   # a step may park once; retry / skip / abort
    hands: bool = False       # people refund or capture at the provider, wholly or partly, before the pivot
    born: bool = False        # the provider takes or holds the money as the payment is created, and tells no webhook
    hangs: int = 1            # how many calls may hang in the network, one at a time
    rules: frozenset = ALL


Answer = tuple[str, tuple]
TAKEN = (P_PAID, P_PART)                  # captured: a cancel is refused, a refund is not
MONEY = (P_HELD, *TAKEN)                  # what a retrieval calls paid


def put(s: tuple, *pairs: int) -> tuple:
    t = list(s)
    for i in range(0, len(pairs), 2):
        t[pairs[i]] = pairs[i + 1]
    return tuple(t)


def bought(c: Cfg, s: tuple) -> bool:
    """Does the payment show the whole price, held or captured, and nothing of it back?"""
    if "amounts-compared" not in c.rules:
        return s[PI] in MONEY and s[RF] != 1
    return s[PI] in (P_HELD, P_PAID) and not s[RF]


# ---- the callees: (answer, state after) for every way a call can go -------------------------------------------------
def create(c: Cfg, s: tuple, who: int) -> list[Answer]:
    if s[PI] == P_NONE:
        return [("ok", put(s, PI, P_OPEN if not c.born else P_HELD if c.manual else P_PAID))]
    return [("refused", s)] if s[PI] == P_TOMB else [("ok", s)]


def cancel(c: Cfg, s: tuple, who: int) -> list[Answer]:
    p = s[PI]
    if p == P_NONE:
        return [("ok", put(s, PI, P_TOMB))] if "payment-tombstone" in c.rules else [("ok", s)]
    if p in (P_OPEN, P_HELD):
        return [("ok", put(s, PI, P_CANC))]
    if p == P_PROC:
        return [("processing", s), ("ok", put(s, PI, P_CANC))]
    return [("paid", s)] if p in TAKEN else [("ok", s)]


def capture(c: Cfg, s: tuple, who: int) -> list[Answer]:
    if s[PI] == P_HELD:
        return [("ok", put(s, PI, P_PAID)), ("refused", s)]
    if s[PI] == P_PAID:        # replayed under its key, or, once the key is forgotten (24 h), "already captured"
        return [("ok", s)] if "capture-by-state" in c.rules else [("ok", s), ("refused", s)]
    return [("refused", s)]


def refund(c: Cfg, s: tuple, who: int) -> list[Answer]:
    if s[PI] in TAKEN:
        return [("ok", put(s, RF, 1))]
    return [("refused", s)]


def unpay(c: Cfg, s: tuple, who: int) -> list[Answer]:
    """Undo the money: cancel, and if that is refused because it was captured, refund."""
    if "undo-money-by-state" not in c.rules:
        return refund(c, s, who)
    return refund(c, s, who) if s[PI] in TAKEN else cancel(c, s, who)


def reserve(c: Cfg, s: tuple, who: int) -> list[Answer]:
    r = s[ROW]
    if r in (R_RES, R_COM):
        return [("ok", s)]
    if r == R_RET or (r == R_REL and "reservation-tombstone" in c.rules):
        return [("refused", s)]
    if s[FREE]:
        return [("ok", put(s, ROW, R_RES, BY, 0, FREE, s[FREE] - 1))]
    if "refusal-closes-row" in c.rules and r == R_NONE:
        return [("refused", put(s, ROW, R_REL))]
    return [("refused", s)]


def release(c: Cfg, s: tuple, who: int) -> list[Answer]:
    r = s[ROW]
    if r == R_RES:
        return [("won", put(s, ROW, R_REL, BY, who, FREE, s[FREE] + 1))]
    if r == R_NONE:
        return [("won", put(s, ROW, R_REL, BY, who) if "reservation-tombstone" in c.rules else s)]
    if r == R_REL:
        if not s[BY] and "claim-of-unclaimed" in c.rules:
            return [("won", put(s, BY, who))]
        return [("won" if s[BY] == who or "one-winner" not in c.rules else "lost", s)]
    return [("lost", s)]


def commit(c: Cfg, s: tuple, who: int) -> list[Answer]:
    r = s[ROW]
    if r == R_RES:
        return [("ok", put(s, ROW, R_COM))]
    if r == R_COM:
        return [("ok", s)]
    if r == R_NONE:
        return [("none", s)]
    return [("gone", s)]


def restock(c: Cfg, s: tuple, who: int) -> list[Answer]:
    if s[ROW] in (R_RES, R_COM):
        return [("ok", put(s, ROW, R_RET, FREE, s[FREE] + 1))]
    return [("ok", s if s[ROW] == R_REL else put(s, ROW, R_RET))]


def user_create(c: Cfg, s: tuple, who: int) -> list[Answer]:
    if s[US] == U_MADE:
        return [("ok", s)]
    if s[US] == U_REVOKED and "offset-tombstone" in c.rules:
        return [("refused", s)]
    return [("ok", put(s, US, U_MADE)), ("refused", s)]


def user_revoke(c: Cfg, s: tuple, who: int) -> list[Answer]:
    if s[US] == U_NONE and "offset-tombstone" not in c.rules:
        return [("ok", s)]
    return [("ok", put(s, US, U_REVOKED))]


OPS: list[tuple[str, Callable[[Cfg, tuple, int], list[Answer]]]] = [
    ("", create), ("create payment", create), ("cancel payment", cancel), ("capture", capture), ("refund", refund),
    ("undo the money", unpay), ("reserve", reserve), ("DELETE reservation", release), ("commit", commit),
    ("restock offset", restock), ("create offset", user_create),
    ("revoke offset", user_revoke)]
OP = {f: i for i, (_, f) in enumerate(OPS) if i}
Move = tuple[bool, str, tuple]            # fair?, words, state after


# ---- the sagas ------------------------------------------------------------------------------------------------------
def call(c: Cfg, s: tuple, saga: str, pcf: int, who: int, op, then: Callable[[str, tuple], tuple]) -> Iterator[Move]:
    words = f"{saga}: {OPS[OP[op]][0]}"
    for answer, t in op(c, s, who):
        yield True, f"{words} -> {answer}", then(answer, t)
        if t != s:
            yield False, f"{words} takes effect, result lost (crash, will run again)", t
    if s[ZB] and not s[Z]:
        yield False, f"{words}: the request hangs in the network (will arrive later)", put(
            s, Z, OP[op] * 8 + who, ZB, s[ZB] - 1)
    if c.operators and s[PKB]:
        yield False, f"{words} keeps failing: parked", put(s, pcf, s[pcf] + PARK, PKB, 0)


def complete(s: tuple, status: int) -> tuple:
    return put(s, SIG, s[SIG] | 1 << status) if s[SP] != END else s      # a closed StartPayment cannot be told: ignored


def end(c: Cfg, s: tuple, status: int) -> tuple:
    """StartPayment's end writes the outcome into Payments' record."""
    return put(s, SP, END, ST, s[ST] if s[ST] and "record-outlives-workflow" in c.rules else status)


def publish(s: tuple, status: int) -> tuple:
    return put(s, NOTES, s[NOTES] | 1 << status)


def start_payment(c: Cfg, s: tuple) -> Iterator[Move]:
    pc, rules, me = s[SP], c.rules, "StartPayment"
    wait_on = S_WAIT if "retrieve-again" in rules else S_DEAF
    if pc == S_CREATE:
        def created(a: str, t: tuple) -> tuple:
            if s[KEEP] == 1 and "record-outlives-workflow" in rules and t[ST]:
                return put(t, SP, END)                                   # Payments answers: this purchase is complete
            return put(t, SP, S_RESERVE if a == "ok" else S_UNPAY)
        yield from call(c, s, me, SP, 1, create, created)
    elif pc == S_RESERVE:
        is_open = S_START if c.born else S_WAIT                          # paid already: nobody waits for a webhook
        yield from call(c, s, me, SP, 1, reserve,
                        lambda a, t: put(t, SP, is_open, SK, 1) if a == "ok" else put(t, SP, S_UNPAY))
        yield False, f"{me}: its worker dies within the task, it begins again", put(s, SP, S_CREATE)
    if pc in (S_CREATE, S_RESERVE):
        yield False, f"{me}: OPENING_TIMEOUT, undo", put(s, SP, S_UNPAY)
    elif pc in (S_WAIT, S_DEAF):
        for st in range(1, 6):
            if s[SIG] >> st & 1:
                told = publish(s, st) if "told-then-published" in rules else s
                yield True, f"{me}: told {STATUS[st]}, publishes it and ends {STATUS[st]}", end(c, told, st)
        if pc == S_WAIT and not s[SIG]:
            yield True, f"{me}: timer (deadline or next retrieval)", put(s, SP, S_RETRIEVE)
    elif pc == S_RETRIEVE:
        p = s[PI]
        if p in MONEY:
            yield True, f"{me}: reads the payment: paid", put(s, SP, S_START)
        elif p == P_PROC:
            yield True, f"{me}: reads the payment: processing, waits on", put(s, SP, wait_on)
        else:
            yield True, f"{me}: reads the payment: not paid", put(s, SP, S_CANCEL)
    elif pc == S_CANCEL:
        other = S_WAIT if "expiry-heeds-processing" in rules else S_RELEASE
        yield from call(c, s, me, SP, 1, cancel,
                        lambda a, t: put(t, SP, {"ok": S_RELEASE, "paid": S_START}.get(a, other)))
    elif pc == S_RELEASE:
        yield from call(c, s, me, SP, 1, release, lambda a, t: put(t, SP, S_PUB if a == "won" else wait_on))
    elif pc == S_PUB:
        yield True, f"{me}: publishes payment.expired, ends expired", end(c, publish(s, EXPIRED), EXPIRED)
    elif pc == S_START:
        t = put(s, SP, wait_on)
        if s[SU]:
            yield True, f"{me}: starts PaymentSuccess: exists already", t
        else:
            yield True, f"{me}: starts PaymentSuccess", put(t, SU, Y_GET)
    elif pc == S_UNPAY:
        heed = "opening-heeds-payment" in rules

        def undone(a: str, t: tuple) -> tuple:
            if s[KEEP] == 1 and "record-outlives-workflow" in rules and t[ST]:
                return put(t, SP, END)                                   # Payments answers: this purchase is complete
            if a == "ok" or not heed:
                return put(t, SP, S_UNRES)
            if s[ROW] not in (R_REL, R_RET):                             # not refused yet: go on opening
                return put(t, SP, S_RESERVE)
            return put(t, SP, S_START if a == "paid" else S_WAIT)
        yield from call(c, s, me, SP, 1, cancel, undone)
    elif pc == S_UNRES:
        yield from call(c, s, me, SP, 1, release, lambda a, t: end(c, t, REJECTED)
                        if a == "won" or "one-winner" not in rules else put(t, SP, S_WAIT))


def payment_success(c: Cfg, s: tuple) -> Iterator[Move]:
    pc, rules, me = s[SU], c.rules, "PaymentSuccess"
    money_first = "money-before-offset" in rules

    def go(n: int) -> Callable[[str, tuple], tuple]:
        return lambda a, t: put(t, SU, n)

    def paid_or(n: int) -> Iterator[Move]:
        if s[KEEP] == 1 and s[ST] and "record-outlives-workflow" in rules:
            yield True, f"{me}: reads the payment: complete already, ends", put(s, SU, END)
        elif s[PI] in MONEY and not bought(c, s):
            yield True, f"{me}: reads the payment: not the whole price, undoes it", put(s, SU, Y_ABORT)
        elif s[PI] in MONEY:
            yield True, f"{me}: reads the payment: paid", put(s, SU, n, FR, 1)
            if c.lag and "success-waits-for-truth" not in rules:
                yield False, f"{me}: reads the payment: stale, not paid, ends", put(s, SU, END)
        elif "canceled-is-undone" in rules:
            yield True, f"{me}: reads the payment: canceled, undoes what it may have done", put(s, SU, Y_ABORT)
        else:
            yield True, f"{me}: reads the payment: canceled, ends quietly", put(s, SU, END)

    def undo_done(ok: int) -> Callable[[str, tuple], tuple]:
        return lambda a, t: put(t, SU, ok if a == "ok" else BAD_PARK)

    def tells(status: int) -> Iterator[Move]:
        t = complete(s, status) if status == PAID or "every-end-completes" in rules else s
        if "told-then-published" not in rules:                          # published first, in a step of its own
            if not s[NOTES] >> status & 1:
                yield True, f"{me}: publishes payment.{STATUS[status]}", publish(s, status)
                return
        yield True, f"{me}: tells the purchase: {STATUS[status]}", put(t, SU, END)

    if pc == Y_GET:
        yield from paid_or(Y_COMMIT)
    elif pc == Y_COMMIT:
        closed = Y_CLAIM if "closed-is-final" in rules else Y_REFUND_ONLY
        to = {"ok": Y_CAPTURE, "none": Y_COMMIT, "gone": closed}
        yield from call(c, s, me, SU, 4, commit, lambda a, t: put(t, SU, to[a]))
    elif pc == Y_CLAIM:
        yield from call(c, s, me, SU, 4, release, lambda a, t: put(t, SU, Y_REFUND_ONLY if a == "won" else END))
    elif pc == Y_CAPTURE:
        if not c.manual:
            yield True, f"{me}: nothing to capture", put(s, SU, Y_USER)
        else:
            no = Y_CUNPAY if "undo-money-by-state" in rules else Y_CRETURN

            def captured(a: str, t: tuple) -> tuple:                    # its answer shows the payment, too
                if a != "ok":
                    return put(t, SU, Y_USER) if t[PI] == P_PART and bought(c, t) else put(t, SU, no)
                return put(t, SU, Y_USER, FR, 1) if bought(c, t) else put(t, SU, Y_REVOKE)
            yield from call(c, s, me, SU, 4, capture, captured)
    elif pc == Y_USER:
        if bought(c, s):
            yield True, f"{me}: retrieves where its answer is old: paid, sends the offset", put(s, SU, Y_SEND, FR, 1)
        elif "attempt-retrieves" in rules and not s[FR]:
            yield True, f"{me}: retrieves before it sends the offset: not the whole price, undoes it", put(s, SU, Y_REVOKE)
        else:
            yield True, f"{me}: sends the offset on an old answer", put(s, SU, Y_SEND, OLD, 1)
        if c.operators and s[PKB]:
            yield False, f"{me}: {OPS[OP[user_create]][0]} keeps failing: parked", put(s, SU, pc + PARK, PKB, 0)
    elif pc == Y_SEND:
        bad = Y_REVOKE if "offset-tombstone" in rules else (Y_UNPAY if money_first else Y_RETURN)

        def delivered(a: str, t: tuple) -> tuple:
            if a != "ok":
                return put(t, SU, bad)
            return put(t, SU, Y_COMPLETE if t[FR] or "fresh-answer" not in rules else Y_SEE)
        for fair, words, t in call(c, s, me, SU, 4, user_create, delivered):
            yield fair, words, put(t, SU, Y_USER) if t[SU] == Y_SEND else t   # no answer: the next attempt
    elif pc == Y_SEE:
        yield True, f"{me}: retrieves after the delivery", put(s, SU, Y_COMPLETE if bought(c, s) else Y_REVOKE)
    elif pc == Y_COMPLETE:
        yield from tells(PAID)
    elif pc == Y_REVOKE:
        yield from call(c, s, me, SU, 4, user_revoke, go(Y_UNPAY if money_first else Y_RETURN))
    elif pc == Y_UNPAY:
        yield from call(c, s, me, SU, 4, unpay, undo_done(Y_RETURN if money_first else Y_SETR))
    elif pc == Y_RETURN:
        yield from call(c, s, me, SU, 4, restock, go(Y_SETR if money_first else Y_UNPAY))
    elif pc == Y_REFUND_ONLY:
        yield from call(c, s, me, SU, 4, unpay, undo_done(Y_SETR))
    elif pc == Y_ABORT:
        yield from call(c, s, me, SU, 4, release, lambda a, t: put(
            t, SU, Y_REFUND_ONLY if a == "won" else Y_REVOKE if t[ROW] in (R_COM, R_RET) else END))
    elif pc == Y_SETR:
        yield from tells(REFUNDED)
    elif pc == Y_CUNPAY:                  # capture refused: cancel; it may turn out captured (a late copy): then refund
        yield from call(c, s, me, SU, 4, unpay,
                        lambda a, t: put(t, SU, BAD_PARK if a != "ok" else Y_RETURN if t[PI] in TAKEN else Y_CRETURN))
    elif pc == Y_CRETURN:
        yield from call(c, s, me, SU, 4, restock, go(Y_SETF))
    elif pc == Y_SETF:
        yield from tells(FAILED)
    if pc in IN_TASK or pc in UNDOES and "undo-is-recorded" not in rules:
        yield False, f"{me}: its worker dies within the task, it begins again", put(s, SU, Y_GET, FR, 0)
    if c.operators and s[PKB] and pc in (Y_SEE, Y_COMPLETE):
        yield False, f"{me}: step after the offset keeps failing: parked", put(s, SU, pc + PARK, PKB, 0)


def payment_failed(c: Cfg, s: tuple, f: int) -> Iterator[Move]:
    pc, rules, me, who = s[f], c.rules, f"PaymentFailed#{f - F1 + 1}", f - F1 + 2
    if pc == Q_GET:
        if s[KEEP] == 1 and s[ST] and "record-outlives-workflow" in rules:
            yield True, f"{me}: reads the payment: complete already, ends", put(s, f, END)
        elif s[PI] in MONEY:
            yield True, f"{me}: reads the payment: paid meanwhile, ends", put(s, f, END)
        elif s[PI] == P_PROC and "failed-heeds-cancel" in rules:
            yield True, f"{me}: reads the payment: another attempt is processed, ends", put(s, f, END)
        elif s[PI] == P_CANC:             # canceled by another saga: end quietly; by the provider or a hand: go on
            yield True, f"{me}: reads the payment: canceled by another, ends", put(s, f, END)
            yield True, f"{me}: reads the payment: canceled", put(s, f, Q_CANCEL)
        elif s[FAILS] < c.attempts:
            yield True, f"{me}: publishes payment.attempt_failed, ends", put(s, f, END)
        else:
            yield True, f"{me}: reads the payment: not paid", put(s, f, Q_CANCEL)
    elif pc == Q_CANCEL:
        no = END if "failed-heeds-cancel" in rules else Q_RELEASE
        yield from call(c, s, me, f, who, cancel, lambda a, t: put(t, f, Q_RELEASE if a == "ok" else no))
    elif pc == Q_RELEASE:
        yield from call(c, s, me, f, who, release, lambda a, t: put(t, f, Q_COMPLETE if a == "won" else END))
    elif pc == Q_COMPLETE:
        t = s if "told-then-published" in rules else publish(s, FAILED)
        yield True, f"{me}: tells the purchase: failed", put(complete(t, FAILED), f, END)


# ---- the world around -----------------------------------------------------------------------------------------------
def world(c: Cfg, s: tuple) -> Iterator[Move]:
    p, good = s[PI], P_HELD if c.manual else P_PAID
    if not s[SP] and (s[KEEP] != 1 or s[ST] != OPEN):
        yield False, "client: POST /purchases (first, or again after retention)", put(s, SP, S_CREATE)
    if p == P_OPEN and (s[SK] or c.leak):
        yield False, "buyer pays: " + ("authorised" if c.manual else "succeeded"), put(s, PI, good, EVS, 1)
        yield False, "buyer pays: processing at the bank", put(s, PI, P_PROC)
        if s[FAILS] < 2:
            yield False, "buyer's attempt fails", put(s, FAILS, s[FAILS] + 1)
    if p == P_PROC:
        yield True, "bank: " + ("authorised" if c.manual else "succeeded"), put(s, PI, good, EVS, 1)
        yield True, "bank: the attempt failed", put(s, PI, P_OPEN, FAILS, min(2, s[FAILS] + 1))
    if p == P_HELD:
        yield False, "provider: the authorisation expires (canceled)", put(s, PI, P_CANC)
    if c.hands and p == P_HELD:
        yield False, "somebody captures all of it by hand", put(s, PI, P_PAID, EVS, 1)
        yield False, "somebody captures a part of it by hand", put(s, PI, P_PART, EVS, 1, FR, 0)
    if c.hands and p in TAKEN and not s[RF] and not s[ST] and s[SU] not in PAST_PIVOT:
        yield False, "somebody refunds all of it by hand", put(s, RF, 1, FR, 0)
        yield False, "somebody refunds a part of it by hand", put(s, RF, 2, FR, 0)
    if s[EVS] and not s[SU]:
        yield False, "webhook succeeded: starts PaymentSuccess", put(s, SU, Y_GET)
    if s[FAILS] >= 1 and not s[F1]:
        yield False, "webhook payment_failed (attempt 1): starts PaymentFailed#1", put(s, F1, Q_GET)
    if s[FAILS] >= 2 and not s[F2]:
        yield False, "webhook payment_failed (attempt 2): starts PaymentFailed#2", put(s, F2, Q_GET)
    if c.sweep and s[ROW] == R_RES:
        yield False, "Projects releases the reservation by itself", put(s, ROW, R_REL, BY, 0, FREE, 1)
    if s[RV] == 0 and s[FREE]:
        yield False, "rival reserves the last unit", put(s, RV, 1, FREE, 0)
    if s[RV] == 1:
        yield False, "rival buys it", put(s, RV, 2)
        yield False, "rival gives it up", put(s, RV, 3, FREE, s[FREE] + 1)
    if s[Z]:
        op, who = divmod(s[Z], 8)
        for answer, t in OPS[op][1](c, put(s, Z, 0), who):
            yield True, f"the hanging request '{OPS[op][0]}' arrives -> {answer} (nobody listens)", t
    if c.forget and s[KEEP] == 2 and s[SP] == END and all(s[w] in (0, END) for w in (SU, F1, F2)):
        yield False, "Temporal's retention ends", put(s, SP, 0, SU, 0, F1, 0, F2, 0, SIG, 0, KEEP, 1)
    if c.operators:
        yield from operator(c, s)


# From here on a refund by hand is a matter between people: the offset stays delivered, the audit tells of it.
PAST_PIVOT = (Y_COMPLETE, PARK + Y_COMPLETE, END)
STEP_OF = {SP: {S_CREATE: create, S_RESERVE: reserve, S_CANCEL: cancel, S_RELEASE: release, S_UNPAY: cancel,
                S_UNRES: release},
           SU: {Y_COMMIT: commit, Y_CLAIM: release, Y_CAPTURE: capture, Y_USER: user_create,
                Y_REVOKE: user_revoke, Y_UNPAY: unpay, Y_RETURN: restock, Y_REFUND_ONLY: unpay, Y_CUNPAY: unpay,
                Y_CRETURN: restock, Y_ABORT: release},
           F1: {Q_CANCEL: cancel, Q_RELEASE: release}}
STEP_OF[F2] = STEP_OF[F1]
SKIP_TO = {SP: {S_CANCEL: S_RELEASE, S_RELEASE: S_PUB, S_UNPAY: S_UNRES},
           SU: {Y_COMMIT: Y_CAPTURE, Y_CLAIM: Y_REFUND_ONLY, Y_CAPTURE: Y_USER, Y_USER: Y_SEE, Y_COMPLETE: END,
                Y_REVOKE: Y_UNPAY, Y_UNPAY: Y_RETURN, Y_RETURN: Y_SETR, Y_REFUND_ONLY: Y_SETR, Y_CUNPAY: Y_CRETURN,
                Y_CRETURN: Y_SETF, Y_ABORT: Y_REFUND_ONLY},
           F1: {Q_CANCEL: Q_RELEASE, Q_RELEASE: Q_COMPLETE}}
SKIP_TO[F2] = SKIP_TO[F1]


def operator(c: Cfg, s: tuple) -> Iterator[Move]:
    for w, who in ((SP, 1), (SU, 4), (F1, 2), (F2, 3)):
        pc = s[w] - PARK
        if pc <= 0 or s[w] == BAD_PARK:
            continue
        yield False, f"operator: retry ({FIELDS[w]})", put(s, w, pc)
        to, op = SKIP_TO[w].get(pc), STEP_OF[w].get(pc)
        if w == SU and pc == Y_CUNPAY and s[RF]:
            to = Y_RETURN
        if to:
            there = [(a, t) for a, t in op(c, s, who) if t == s and a in ("ok", "won")] if op else []
            if "skip-is-verified" not in c.rules or there:
                yield False, f"operator: skip ({FIELDS[w]})", put(s, w, to)
        if w == SP and pc in (S_CREATE, S_RESERVE):
            yield False, "operator: abort (StartPayment)", put(s, w, S_UNPAY)
        if w == SU and (pc in (Y_COMMIT, Y_CLAIM, Y_CAPTURE, Y_USER, Y_SEE)
                        or pc == Y_COMPLETE and "abort-before-pivot" not in c.rules):
            claim = pc in (Y_COMMIT, Y_CLAIM) and "abort-claims-row" in c.rules
            yield False, "operator: abort (PaymentSuccess)", put(s, w, Y_ABORT if claim else Y_REVOKE)
        if w in (F1, F2) and (pc == Q_CANCEL or pc == Q_RELEASE and "abort-before-pivot" not in c.rules):
            yield False, "operator: abort (PaymentFailed)", put(s, w, END)


def moves(c: Cfg, s: tuple) -> Iterator[Move]:
    yield from start_payment(c, s)
    yield from payment_success(c, s)
    yield from payment_failed(c, s, F1)
    yield from payment_failed(c, s, F2)
    yield from world(c, s)


# ---- the invariants -------------------------------------------------------------------------------------------------
def parked(s: tuple) -> bool:
    return any(s[w] > PARK for w in (SP, SU, F1, F2))


def done(s: tuple) -> bool:
    """Nothing of ours is left to happen by itself (a StartPayment that waits for a parked saga counts as waiting)."""
    if s[Z] or s[PI] == P_PROC:
        return False
    idle = all(s[w] in (0, END) or s[w] > PARK for w in (SU, F1, F2))
    if not idle:
        return False
    return s[SP] in (0, END) or s[SP] > PARK or (parked(s) and s[SP] in (S_WAIT, S_DEAF))


def wrong(c: Cfg, s: tuple) -> str:
    if s[FREE] + (s[ROW] in (R_RES, R_COM)) + (s[RV] in (1, 2)) != 1 or s[FREE] < 0:
        return "(2) sold + held + free is not total"
    if s[OLD]:
        return "(7) offset sent for money that a retrieval would have shown to be back"
    if not done(s):
        return ""
    charged = s[PI] in TAKEN and s[RF] != 1
    if charged and s[ROW] == R_RET:
        return "(6) captured while the offset was given back"
    if BAD_PARK in s[SP:F2 + 1]:
        return "(3) parked for good on a path without any fault: the provider or callee refuses what the design asks"
    if parked(s) or (s[SP] == 0 and s[KEEP] == 2):
        return ""
    kinds = [STATUS[i] for i in range(1, 6) if s[NOTES] >> i & 1]
    if charged and (s[US] != U_MADE or s[ROW] != R_COM):
        return "(1) charged, not delivered"
    if charged and (s[PI] == P_PART or s[RF] == 2):
        return "(1) ended with a part of the price"
    if s[PI] == P_HELD:
        return "(1) ended with the buyer's money held"
    if not charged and (s[US] == U_MADE or s[ROW] in (R_RES, R_COM)):
        return "(1) not charged (or refunded), but offset held, sold or delivered"
    if len(kinds) > 1:
        return "(5) two terminal notifications: " + " and ".join(kinds)
    truth = PAID if charged else REFUNDED if s[RF] else 0
    if truth and s[ST] != truth or not truth and s[ST] == PAID:
        return f"(4) reported {STATUS[s[ST]]}, in truth {STATUS[truth] if truth else 'not charged'}"
    want = [] if s[ST] == REJECTED else [STATUS[s[ST]]]
    if s[SP] == END and kinds != want:
        return f"(4) reported {STATUS[s[ST]]}, notified {kinds or 'nothing'}"
    return ""


# ---- the search -----------------------------------------------------------------------------------------------------
class Result(NamedTuple):
    states: int
    edges: int
    problem: str
    trace: list[str]
    complete: bool


def check(c: Cfg, want: str = "", limit: int = 3_000_000) -> Result:
    first = [0] * len(FIELDS)
    first[FREE], first[ZB], first[KEEP], first[PKB] = 1, c.hangs, 2, 1 if c.operators else 0
    root = tuple(first)
    index, states, parent, label = {root: 0}, [root], array("i", [-1]), [""]
    back: list[list[int]] = [[]]           # fair edges, backwards
    goals: list[int] = []
    edges, i = 0, 0

    def trace(j: int) -> list[str]:
        out = []
        while j > 0:
            out.append(label[j])
            j = parent[j]
        return out[::-1]

    while i < len(states):
        s = states[i]
        bad = wrong(c, s)
        if bad.startswith(want) and bad:
            return Result(len(states), edges, bad, trace(i), False)
        if done(s):
            goals.append(i)
        for fair, words, t in moves(c, s):
            edges += 1
            j = index.get(t)
            if j is None:
                j = index[t] = len(states)
                if j >= limit:
                    return Result(j, edges, "", [], False)
                states.append(t)
                parent.append(i)
                label.append(words)
                back.append([])
            if fair and i != j:
                back[j].append(i)
        i += 1
    seen = bytearray(len(states))          # which states can come to an end by fair moves alone?
    todo = list(goals)
    for g in goals:
        seen[g] = 1
    while todo:
        for k in back[todo.pop()]:
            if not seen[k]:
                seen[k] = 1
                todo.append(k)
    k = seen.find(0)
    if k >= 0:                             # lead the trace on to where it stands still (or turns round and round)
        path, s, been = trace(k), states[k], set()
        while s not in been:
            been.add(s)
            for fair, words, t in reversed(list(moves(c, s))):
                if fair and t not in been:
                    path.append(words)
                    s = t
                    break
        stuck = "(3) stuck for ever: not parked, no step or timer leads to an end"
        return Result(len(states), edges, stuck, path, True)
    return Result(len(states), edges, "", [], True)


# ---- what is run ----------------------------------------------------------------------------------------------------
CONFIGS = {f"{'manual' if m else 'automatic'} capture, {a} attempt{'s' if a > 1 else ''}{extra}": Cfg(m, a, **kw)
           for m in (False, True) for a in (1, 2)
           for extra, kw in (("", {}), (", hands", {"hands": True}), (", paid before reserved", {"leak": True}), (", late success", {"sweep": True}),
                             (", retention ends", {"forget": True}), (", operators", {"operators": True}), (", paid at creation", {"born": True}),
                             (", paid at creation, hands", {"born": True, "hands": True}))}
# for each rule, where its absence shows
SHOWS = {
    "money-before-offset": {"operators": True}, "abort-claims-row": {"operators": True},
    "skip-is-verified": {"operators": True}, "abort-before-pivot": {"operators": True},
    "record-outlives-workflow": {"forget": True},
    "success-waits-for-truth": {"lag": True}, "claim-of-unclaimed": {"sweep": True},
    "amounts-compared": {"hands": True}, "attempt-retrieves": {"hands": True}, "fresh-answer": {"hands": True},
    "closed-is-final": {}, "payment-tombstone": {"leak": True}, "opening-heeds-payment": {"leak": True},
}


FLAGS = ("manual", "leak", "sweep", "lag", "forget", "operators", "hands", "born")


def job(c: Cfg) -> tuple[Result, float]:
    t0 = time.process_time()
    return check(c), time.process_time() - t0


def ablate(rule: str) -> tuple[Result, Cfg]:
    tries = [dict(manual=m, **SHOWS.get(rule, {})) for m in (False, True)]
    if rule not in SHOWS:
        tries += [{"manual": m, k: True} for k in ("leak", "operators") for m in (False, True)]
    for kw in tries:
        c = Cfg(rules=ALL - TOGETHER.get(rule, {rule}), **kw)
        r = check(c, WANT.get(rule, ""))
        if r.problem:
            break
    return r, c


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--only", choices=["rules", "proof"], help="only the ablations, or only the full runs")
    ap.add_argument("--without", nargs="*", default=None, metavar="RULE",
                    help="one run with these rules off (all: 'all')")
    ap.add_argument("--manual", action="store_true")
    ap.add_argument("--attempts", type=int, default=1, choices=[1, 2])
    for flag in FLAGS[1:]:
        ap.add_argument("--" + flag, action="store_true")
    ap.add_argument("--hangs", type=int, default=1, help="how many calls may hang")
    ap.add_argument("-j", type=int, default=2, help="processes")
    a = ap.parse_args()
    if a.without is not None:
        off = ALL if a.without == ["all"] else frozenset(a.without)
        if off - ALL:
            ap.error(f"unknown rule: {', '.join(off - ALL)}")
        r = check(Cfg(a.manual, a.attempts, a.leak, a.sweep, a.lag, a.forget, a.operators, a.hands, a.born, a.hangs, ALL - off))
        print(f"{r.states} states, {r.edges} moves: {r.problem or 'no violation'}")
        for n, line in enumerate(r.trace, 1):
            print(f"  {n:2}. {line}")
        return bool(r.problem)
    failures = 0
    with ProcessPoolExecutor(a.j) as pool:
        if a.only != "rules":
            print("== all rules on: every configuration must pass ==", flush=True)
            total = 0
            for name, (r, sec) in zip(CONFIGS, pool.map(job, CONFIGS.values())):
                total += r.states
                ok = r.complete and not r.problem
                failures += not ok
                head = f"{'pass' if ok else 'FAIL'}  {name}"
                print(f"{head}: {r.states} states, {r.edges} moves, {sec:.1f} s  {r.problem}", flush=True)
                for n, line in enumerate(r.trace, 1):
                    print(f"  {n:2}. {line}")
            print(f"{total} states in all\n")
        if a.only != "proof":
            print("== one rule off: each must break something ==", flush=True)
            for rule, (r, c) in zip(RULES, pool.map(ablate, RULES)):
                failures += not r.problem
                where = ", ".join(k for k in FLAGS if getattr(c, k)) or "automatic"
                off = " and ".join(sorted(TOGETHER.get(rule, {rule})))
                print(f"without {off} [{where}]: {r.problem or 'NOTHING FOUND'} ({r.states} states)", flush=True)
                for n, line in enumerate(r.trace, 1):
                    print(f"  {n:2}. {line}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
