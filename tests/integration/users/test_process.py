"""The Users service as it runs."""

from concurrent.futures import ThreadPoolExecutor

from tests.integration.service_process import ServiceProcess

ITEMS = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}]


def test_sixteen_copies_deliver_once(users: ServiceProcess) -> None:
    """Copies of one delivery at once all get the same answer, and the buyer owns the offset once."""
    body = {"payment_id": "pi_copies", "purchase_id": "3f5a", "items": ITEMS}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: users.ask("POST", "/users/load-7/offsets", body), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    owned = users.ask("GET", "/users/load-7/offsets").json()["items"]
    assert [each["payment_id"] for each in owned] == ["pi_copies"]


def test_a_delivery_and_its_revoke_leave_nothing_owned(users: ServiceProcess) -> None:
    """Whichever of a create and its revoke arrives first, afterwards the buyer owns nothing."""
    for n in range(10):
        body = {"payment_id": f"pi_race_{n}", "purchase_id": "3f5a", "items": ITEMS}
        with ThreadPoolExecutor(2) as pool:
            created = pool.submit(users.ask, "POST", "/users/load-8/offsets", body)
            revoked = pool.submit(users.ask, "DELETE", f"/users/load-8/offsets/pi_race_{n}")
        assert created.result().status_code in {201, 409}
        assert revoked.result().status_code == 200
    assert users.ask("GET", "/users/load-8/offsets").json()["items"] == []
    found = [users.ask("GET", f"/users/load-8/offsets/pi_race_{n}").json()["status"] for n in range(10)]
    assert set(found) == {"revoked"}


def test_two_keys_are_told_from_one_that_holds_a_comma(users: ServiceProcess) -> None:
    """The web server tells how the header came: on two lines it is refused and delivers nothing, on one it is taken."""
    for lines, status in ((["k", "k"], 422), (["k1", "k2"], 422), (["k,k"], 201)):
        body = {"payment_id": f"pi_keys_{'_'.join(lines).replace(',', '')}", "purchase_id": "3f5a", "items": ITEMS}
        answer = users.http.post(
            "/users/load-10/offsets", json=body, headers=[("Idempotency-Key", line) for line in lines]
        )
        assert answer.status_code == status
    owned = users.ask("GET", "/users/load-10/offsets").json()["items"]
    assert [each["payment_id"] for each in owned] == ["pi_keys_kk"]
