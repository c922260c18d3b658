"""Many clients at once, on two real processes and one database: nothing is oversold, and everything has one winner."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx

from tests.integration.service_process import ServiceProcess, running_service, wait_until

CLIENTS = 64
# MAX_OPEN_PURCHASES, as it is when nothing is said.
MAX_OPEN = 5
Call = Callable[[], httpx.Response]


def at_once(calls: list[Call]) -> list[httpx.Response]:
    """The answers of calls that start at the same moment."""
    barrier = Barrier(len(calls))

    def start(call: Call) -> httpx.Response:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(start, calls))


def order(payment_id: str, *items: tuple[str, str, str], amount: int) -> dict[str, Any]:
    """A reservation's body."""
    shown = [{"project_id": p, "milestone_id": m, "quantity": q} for p, m, q in items]
    return {"payment_id": payment_id, "items": shown, "amount": amount, "currency": "usd"}


def half_a_tonne(n: int) -> dict[str, Any]:
    """One of many orders for half a tonne of the last five; every other one names its items the other way round."""
    items = [("peatland", "peatland-1", "0.500"), ("mangrove", "mangrove-2", "1")]
    return order(f"pi_{n}", *(items if n % 2 else reversed(items)), amount=2200)


def of_a_buyer(n: int, buyer_id: str) -> dict[str, Any]:
    """One of many orders of a buyer; every other one is of another milestone."""
    items = [("wind", "wind-1", "1"), ("mangrove", "mangrove-2", "0.25")]
    return order(f"pi_{buyer_id}_{n}", items[n % 2], amount=300) | {"buyer_id": buyer_id}


def kinds(answers: list[httpx.Response]) -> Counter[str]:
    """How many were done, and how many were refused for which reason."""
    return Counter("done" if each.is_success else each.json()["type"].rsplit("/", 1)[-1] for each in answers)


def reserve(service: ServiceProcess, body: dict[str, Any]) -> Call:
    """A POST to come."""
    return lambda: service.ask("POST", "/reservations", body)


def change(service: ServiceProcess, n: int, step: int) -> Call:
    """One of the three things that may happen to a reservation: sold, given back, closed."""
    path = f"/reservations/pi_{n}"
    if step == 2:
        return lambda: service.ask("DELETE", path, key=f"purchase/{n}/release")
    return lambda: service.ask("PATCH", path, {"status": ("committed", "returned")[step]})


def kilograms(quantity: str) -> int:
    """A quantity of three places in kilograms."""
    return int(quantity.replace(".", ""))


def stock(service: ServiceProcess, milestone_id: str) -> dict[str, int]:
    """A milestone's total, sold, held and free, in kilograms."""
    projects = service.ask("GET", "/projects?limit=100").json()["items"]
    (shown,) = (m for project in projects for m in project["milestones"] if m["milestone_id"] == milestone_id)
    return {name: kilograms(shown[name]) for name in ("total", "sold", "held", "free")}


def booked(service: ServiceProcess, milestone_id: str, status: str) -> int:
    """What all reservations in a state amount to in one milestone, in kilograms."""
    rows = service.ask("GET", f"/reservations?limit=100&status={status}").json()["items"]
    items = [item for row in rows for item in row["items"] if item["milestone_id"] == milestone_id]
    return sum(kilograms(item["quantity"]) for item in items)


def test_the_last_units_are_never_oversold(services: list[ServiceProcess]) -> None:
    """Of 64 clients at once who each want half a tonne of the last five, ten get it and 54 are told sold-out."""
    answers = at_once([reserve(services[n % 2], half_a_tonne(n)) for n in range(CLIENTS)])
    assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 54}
    refusals = {answer.json()["type"].rsplit("/", 1)[-1] for answer in answers if answer.status_code == 409}
    assert refusals == {"sold-out"}
    assert stock(services[0], "peatland-1") == {"total": 5000, "sold": 0, "held": 5000, "free": 0}
    assert stock(services[0], "mangrove-2")["held"] == 10_000


def test_the_records_balance_after_any_mix(services: list[ServiceProcess]) -> None:
    """After 64 mixed calls at once the stock is what the rows say: held = reserved, sold = committed, the rest free."""
    first, second = services
    at_once([reserve(services[n % 2], half_a_tonne(n)) for n in range(10)])
    mix = [change(services[n % 2], n % 20, n % 3) for n in range(CLIENTS - 16)]
    mix += [reserve(services[n % 2], half_a_tonne(10 + n)) for n in range(16)]
    answers = at_once(mix)
    assert {answer.status_code for answer in answers} <= {200, 201, 404, 409}
    for milestone_id in ("peatland-1", "mangrove-2"):
        shown = stock(first, milestone_id)
        assert shown["held"] == booked(second, milestone_id, "reserved")
        assert shown["sold"] == booked(second, milestone_id, "committed")
        assert shown["sold"] + shown["held"] + shown["free"] == shown["total"]


def test_a_commit_and_a_delete_have_one_winner(services: list[ServiceProcess]) -> None:
    """Of a commit and two callers' DELETEs at once exactly one is done, for each of ten payments."""
    first, second = services
    for n in range(10):
        assert reserve(first, half_a_tonne(n))().status_code == 201
        path = f"/reservations/pi_{n}"
        race: list[Call] = [
            lambda path=path: first.ask("PATCH", path, {"status": "committed"}),  # type: ignore[misc]
            lambda path=path: second.ask("DELETE", path, key="purchase/p/release"),  # type: ignore[misc]
            lambda path=path: first.ask("DELETE", path, key="payment-failed/f/release"),  # type: ignore[misc]
        ]
        assert sorted(answer.status_code for answer in at_once(race)) == [200, 409, 409]


def test_a_reservation_and_its_undo_leave_nothing_held(services: list[ServiceProcess]) -> None:
    """Whichever of a first POST and its DELETE arrives first, afterwards the row is closed and nothing is held."""
    for n in range(10):
        delete = change(services[1], n, 2)
        answers = at_once([reserve(services[0], half_a_tonne(n)), delete])
        assert answers[0].status_code in {201, 409}
        assert answers[1].status_code == 200
    assert stock(services[0], "peatland-1") == {"total": 5000, "sold": 0, "held": 0, "free": 5000}


def test_a_buyer_never_has_too_many_open(services: list[ServiceProcess]) -> None:
    """Of 20 purchases of each of three buyers at once exactly five are opened for each, also when new to Projects."""
    calls = [(n, buyer) for n in range(20) for buyer in ("alice", "bob", "new")]
    answers = at_once([reserve(services[n % 2], of_a_buyer(n, buyer)) for n, buyer in calls])
    for buyer in ("alice", "bob", "new"):
        of_buyer = [answer for answer, call in zip(answers, calls, strict=True) if call[1] == buyer]
        assert kinds(of_buyer) == {"done": MAX_OPEN, "too-many-open": 20 - MAX_OPEN}
    rows = services[0].ask("GET", "/reservations?limit=100&status=reserved").json()["items"]
    assert Counter(row["buyer_id"] for row in rows) == {"alice": MAX_OPEN, "bob": MAX_OPEN, "new": MAX_OPEN}


def test_a_buyer_never_holds_too_much(services: list[ServiceProcess]) -> None:
    """Of ten orders of two buyers at once, a quarter of what one may hold each, four are held for each of them."""
    item = ("wind", "wind-1", "62500")
    orders = [
        order(f"pi_{buyer}_{n}", item, amount=18_750_000) | {"buyer_id": buyer} for n in range(10) for buyer in "ab"
    ]
    answers = at_once([reserve(services[n % 2], body) for n, body in enumerate(orders)])
    assert kinds(answers) == {"done": 8, "too-much-held": 12}
    assert stock(services[0], "wind-1")["held"] == 500_000_000


def test_copies_of_a_buyers_last_purchase_get_one_answer(services: list[ServiceProcess]) -> None:
    """Sixteen copies of the fifth at once: none of them counts the others as one too many."""
    for n in range(MAX_OPEN - 1):
        assert reserve(services[0], of_a_buyer(n, "alice"))().status_code == 201
    answers = at_once([reserve(services[n % 2], of_a_buyer(MAX_OPEN, "alice")) for n in range(16)])
    assert kinds(answers) == {"done": 16}
    assert len({answer.text for answer in answers}) == 1


def test_a_buyer_opens_as_many_as_end(services: list[ServiceProcess]) -> None:
    """While purchases of a buyer end and others are opened there are never more than five, nor a place lost."""
    first, second = services
    at_once([reserve(first, of_a_buyer(n, "alice")) for n in range(MAX_OPEN)])
    mix: list[Call] = [lambda n=n: first.ask("DELETE", f"/reservations/pi_alice_{n}") for n in range(3)]  # type: ignore[misc]
    answers = at_once([*mix, *(reserve(second, of_a_buyer(10 + n, "alice")) for n in range(16))])
    opened = kinds(answers[3:])["done"]
    assert opened <= 3
    rows = first.ask("GET", "/reservations?limit=100&status=reserved").json()["items"]
    assert len(rows) == MAX_OPEN - 3 + opened
    more = [reserve(first, of_a_buyer(30 + n, "alice"))() for n in range(4)]
    assert kinds(more)["done"] == 3 - opened


def test_data_survives_a_restart(services: list[ServiceProcess], database_url: str, tmp_path: Path) -> None:
    """An orderly stop ends with code 0 and loses nothing; the catalogue comes once however often a process starts."""
    with running_service("projects", tmp_path / "third.log", PROJECTS_DATABASE_URL=database_url) as third:
        wait_until("Projects is ready", third.ready)
        assert reserve(third, half_a_tonne(1))().status_code == 201
        assert third.stop() == 0
    assert services[0].ask("GET", "/reservations/pi_1").json()["status"] == "reserved"
    assert len(services[0].ask("GET", "/projects").json()["items"]) == 5
