"""The page's reckoning, module by module, in the browser that runs it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tools.devstack.stack import Stack

AMERICAN = {"decimal": ".", "digits": list("0123456789")}
GERMAN = {"decimal": ",", "digits": list("0123456789")}
ARABIC = {"decimal": "\u066b", "digits": [chr(0x660 + digit) for digit in range(10)]}

# BigInts come out as texts.
PLAIN = "JSON.parse(JSON.stringify(value ?? null, (_, part) => typeof part === 'bigint' ? `${part}` : part))"


@pytest.fixture(scope="module")
def page(chromium: Browser, stack: Stack) -> Iterator[Page]:
    """A page of the shop's origin, where its modules may be imported; one for all, for nothing here changes it."""
    with chromium.new_page(locale="en-US") as page:
        page.goto(f"{stack.description['processes']['intake']['url']}/shop/")
        yield page


def call(page: Page, module: str, expression: str, given: object = None) -> Any:
    """The value of an expression over a module `m` and what is `given`."""
    script = (
        f"async (given) => {{ const m = await import('./js/{module}.js'); const value = {expression}; return {PLAIN} }}"
    )
    return page.evaluate(script, given)


@pytest.mark.parametrize(
    ("text", "locale", "read"),
    [
        ("1.5", AMERICAN, {"kilograms": "1500"}),
        ("1,5", AMERICAN, {"kilograms": "1500"}),
        ("1,5", GERMAN, {"kilograms": "1500"}),
        ("1.5", GERMAN, {"kilograms": "1500"}),
        ("1.500", AMERICAN, {"kilograms": "1500"}),
        ("1,500", GERMAN, {"kilograms": "1500"}),
        ("1,500", AMERICAN, {"fault": "ambiguous"}),
        ("1.500", GERMAN, {"fault": "ambiguous"}),
        ("1,234.5", AMERICAN, {"kilograms": "1234500"}),
        ("1.234,5", GERMAN, {"kilograms": "1234500"}),
        ("1 234,5", GERMAN, {"kilograms": "1234500"}),
        ("1\u202f234,5", GERMAN, {"kilograms": "1234500"}),
        ("1'234.5", AMERICAN, {"kilograms": "1234500"}),
        (".5", AMERICAN, {"kilograms": "500"}),
        ("  2  ", AMERICAN, {"kilograms": "2000"}),
        ("\u0662\u066b\u0665", ARABIC, {"kilograms": "2500"}),
        ("0.001", AMERICAN, {"kilograms": "1"}),
        ("1000000", AMERICAN, {"kilograms": "1000000000"}),
        ("", AMERICAN, None),
        ("   ", AMERICAN, None),
        ("0", AMERICAN, {"fault": "zero"}),
        ("0.000", AMERICAN, {"fault": "zero"}),
        ("0.0005", AMERICAN, {"fault": "too-precise"}),
        ("1000000.001", AMERICAN, {"fault": "too-large"}),
        ("-1", AMERICAN, {"fault": "not-a-number"}),
        ("+1", AMERICAN, {"fault": "not-a-number"}),
        ("1e3", AMERICAN, {"fault": "not-a-number"}),
        ("0x10", AMERICAN, {"fault": "not-a-number"}),
        ("1.2.3", AMERICAN, {"fault": "not-a-number"}),
        ("1,2,3", AMERICAN, {"fault": "not-a-number"}),
        ("..", AMERICAN, {"fault": "not-a-number"}),
        ("Infinity", AMERICAN, {"fault": "not-a-number"}),
        ("½", AMERICAN, {"fault": "not-a-number"}),
    ],
)
def test_a_quantity_is_read_as_it_is_meant(page: Page, text: str, locale: dict[str, Any], read: Any) -> None:
    """Both decimal marks, thousands, other digits; what could mean two things is refused."""
    assert call(page, "quantity", "m.parseQuantity(given.text, given.locale)", {"text": text, "locale": locale}) == read


@pytest.mark.parametrize("kilograms", ["1", "999", "1000", "1500", "1000000000"])
def test_a_quantity_survives_the_way_to_the_shop_and_back(page: Page, kilograms: str) -> None:
    """The API's form has three places and loses nothing."""
    written = call(page, "quantity", "m.canonical(BigInt(given))", kilograms)
    assert written == f"{int(kilograms) // 1000}.{int(kilograms) % 1000:03}"
    assert call(page, "quantity", "m.kilogramsOf(given)", written) == kilograms


@pytest.mark.parametrize(
    ("kilograms", "unit_amount", "amount"),
    [(1500, 1200, 1800), (1, 1500, 2), (1, 1499, 1), (1, 500, 1), (1, 499, 0), (1_000_000_000, 99_999, 99_999_000_000)],
)
def test_a_price_is_rounded_half_up_as_the_shop_does(page: Page, kilograms: int, unit_amount: int, amount: int) -> None:
    """Kilograms times the price of a tonne, without a floating point number on the way."""
    given = {"kilograms": str(kilograms), "price": unit_amount}
    assert call(page, "money", "m.cost(BigInt(given.kilograms), given.price)", given) == str(amount)


def test_each_item_is_rounded_before_they_are_summed(page: Page) -> None:
    """Two halves of a cent are two cents."""
    lines = "[{kilograms: 1n, unitAmount: 500}, {kilograms: 1n, unitAmount: 500}]"
    assert call(page, "money", f"m.total({lines})") == "2"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [(1800, "usd", "$18.00"), (5, "eur", "€0.05"), (1800, "jpy", "¥1,800"), (1, "usd", "$0.01")],
)
def test_money_has_its_currencys_places(page: Page, amount: int, currency: str, shown: str) -> None:
    """A yen has no cents."""
    assert call(page, "formats", "m.money(given[0], given[1])", [amount, currency]) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(1800, "30:00"), (59.2, "1:00"), (9, "0:09"), (0, "0:00"), (-5, "0:00")]
)
def test_the_time_left_is_a_clock(page: Page, seconds: float, shown: str) -> None:
    """It never runs below nothing."""
    assert call(page, "formats", "m.clock(given)", seconds) == shown


def test_one_intention_keeps_one_key(page: Page) -> None:
    """Begun again, it is the same one; given up, the next one has a new key."""
    script = """async () => {
        const m = await import('./js/intentions.js');
        const first = await m.begin('test', '{"a":1}');
        const again = await m.begin('test', '{"a":1}');
        await m.answered('test', first.key, 'p1');
        const still = m.current('test');
        await m.completed('test', 'p1');
        const next = await m.begin('test', '{"a":1}');
        await m.discard('test', next.key);
        return {first: first.key, again: again.key, still: still.purchase_id, next: next.key, left: m.current('test')};
    }"""
    seen = page.evaluate(script)
    assert seen["first"] == seen["again"] != seen["next"]
    assert len(seen["first"]) == 32
    assert (seen["still"], seen["left"]) == ("p1", None)


def test_many_at_once_begin_one_intention(page: Page) -> None:
    """Twenty calls at one moment agree on a key."""
    script = """async () => {
        const m = await import('./js/intentions.js');
        const begun = await Promise.all(Array.from({length: 20}, () => m.begin('many', '{}')));
        return new Set(begun.map(one => one.key)).size;
    }"""
    assert page.evaluate(script) == 1


def test_trying_again_waits_longer_each_time_and_stops_at_a_refusal(page: Page) -> None:
    """Lost answers and 5xx are tried again; a refusal comes out as it is."""
    script = """async () => {
        const {persist, retryNow, connection} = await import('./js/connection.js');
        const {Problem, Unreachable} = await import('./js/api.js');
        connection.addEventListener('change', () => setTimeout(retryNow));
        const answers = [new Unreachable('lost'), new Problem(503, {}, 1), new Problem(429, {}, null), 'done'];
        let calls = 0;
        const done = await persist(async () => {
            calls += 1;
            const answer = answers.shift();
            if (answer instanceof Error) throw answer;
            return answer;
        });
        const refused = await persist(async () => { throw new Problem(409, {type: 'x/sold-out'}, null); })
            .catch(error => error.kind);
        return {calls, done, refused};
    }"""
    assert page.evaluate(script) == {"calls": 4, "done": "done", "refused": "sold-out"}
