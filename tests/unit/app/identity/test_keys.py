"""The identity provider's keys: when they are fetched, and what holds while they cannot be."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from app.identity.keys import FRESH_S, KEPT_S, WAITING_MAX, KeySet
from app.identity.pace import BURST, INTERVAL_S
from domain.errors import Unavailable
from tests.unit.app.identity.provider import FakeIdentityProvider, ec_key, jwk
from tools.devstack.patience import PATIENCE_S

EC = ec_key()
A, B = ({"kid": kid, "alg": "ES256"} for kid in "ab")


class Clock:
    """A clock that only the test moves (s)."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class HangingProvider(FakeIdentityProvider):
    """A provider that answers each fetch when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Semaphore(0)
        self.answers = threading.Semaphore(0)

    def __call__(self) -> jwt.PyJWKSet:
        """The set, in a while."""
        self.asked.release()
        assert self.answers.acquire(timeout=PATIENCE_S)
        return super().__call__()


@pytest.fixture
def clock() -> Clock:
    """The clock of keys and pace."""
    return Clock()


@pytest.fixture
def provider() -> FakeIdentityProvider:
    """A provider that publishes key `a`."""
    return publishing(FakeIdentityProvider(), "a")


@pytest.fixture
def keys(provider: FakeIdentityProvider, clock: Clock) -> KeySet:
    """Its keys as the intake knows them."""
    return KeySet(provider, clock)


def publishing(provider: FakeIdentityProvider, *kids: str) -> FakeIdentityProvider:
    """The provider with these keys in place of its others."""
    provider.published = [jwk(kid, EC) for kid in kids]
    return provider


def is_trusted(keys: KeySet, header: dict[str, str]) -> bool:
    """Whether there is such a key; Unavailable passes."""
    try:
        keys.key(header)
    except jwt.InvalidKeyError:
        return False
    return True


def is_unknown(keys: KeySet, header: dict[str, str]) -> bool:
    """Whether nobody can say now whether there is such a key."""
    with pytest.raises(Unavailable):
        keys.key(header)
    return True


def test_keys_are_fetched_at_the_first_token_and_then_kept(
    keys: KeySet, provider: FakeIdentityProvider, clock: Clock
) -> None:
    """Nothing is asked before somebody needs it, and a known key costs no question while it is fresh."""
    assert provider.fetches == 0
    assert all(is_trusted(keys, A) for _ in range(50))
    clock.now += FRESH_S
    assert is_trusted(keys, A)
    assert provider.fetches == 1


def test_a_new_key_is_known_at_once(keys: KeySet, provider: FakeIdentityProvider) -> None:
    """The first token of a new key makes us look, also right after the first fetch, and the old key goes on."""
    assert is_trusted(keys, A)
    publishing(provider, "a", "b")
    assert is_trusted(keys, B)
    assert is_trusted(keys, A)
    assert provider.fetches == 2


def test_a_withdrawn_key_is_trusted_no_longer_than_the_set_is_fresh(
    keys: KeySet, provider: FakeIdentityProvider, clock: Clock
) -> None:
    """Whoever comes first after that time waits for the new set, and is judged by it."""
    assert is_trusted(keys, A)
    publishing(provider, "b")
    clock.now += FRESH_S + 1
    assert not is_trusted(keys, A)


def test_forged_key_ids_cost_the_provider_next_to_nothing(
    keys: KeySet, provider: FakeIdentityProvider, clock: Clock
) -> None:
    """A hundred forgeries are refused for three fetches, and one more each five seconds."""
    assert not any(is_trusted(keys, {"kid": f"forged-{n}", "alg": "ES256"}) for n in range(100))
    assert provider.fetches == BURST
    clock.now += INTERVAL_S
    assert not any(is_trusted(keys, {"kid": f"forged-{n}", "alg": "ES256"}) for n in range(100))
    assert provider.fetches == BURST + 1
    assert is_trusted(keys, A)


def test_a_new_key_is_known_soon_in_the_midst_of_forgeries(
    keys: KeySet, provider: FakeIdentityProvider, clock: Clock
) -> None:
    """A flood delays a rotation by the pace, no more."""
    assert not any(is_trusted(keys, {"kid": f"forged-{n}", "alg": "ES256"}) for n in range(100))
    publishing(provider, "a", "b")
    clock.now += INTERVAL_S
    assert is_trusted(keys, B)


def test_known_keys_go_on_while_the_provider_is_away(
    keys: KeySet, provider: FakeIdentityProvider, clock: Clock
) -> None:
    """For an hour; after that nobody knows what the provider trusts itself."""
    assert is_trusted(keys, A)
    provider.away = True
    clock.now = KEPT_S
    assert is_trusted(keys, A)
    clock.now = KEPT_S + 1
    assert is_unknown(keys, A)


def test_an_unknown_key_may_be_new_while_the_provider_is_away(keys: KeySet, provider: FakeIdentityProvider) -> None:
    """It is no reason to send a buyer away: nobody can say."""
    assert is_trusted(keys, A)
    provider.away = True
    assert is_unknown(keys, B)
    assert is_trusted(keys, A)


def test_without_a_first_answer_nothing_is_known(keys: KeySet, provider: FakeIdentityProvider, clock: Clock) -> None:
    """A start while the provider is away; it heals by itself, and asks no oftener than the pace allows."""
    provider.away = True
    assert all(is_unknown(keys, A) for _ in range(20))
    assert provider.fetches == BURST
    provider.away = False
    assert is_unknown(keys, A)
    clock.now += INTERVAL_S
    assert is_trusted(keys, A)


def test_a_provider_that_is_back_is_believed(keys: KeySet, provider: FakeIdentityProvider, clock: Clock) -> None:
    """A key that was unknown while it was away is refused once the provider says that it has none."""
    assert is_trusted(keys, A)
    provider.away = True
    assert is_unknown(keys, B)
    provider.away = False
    clock.now += INTERVAL_S
    assert not is_trusted(keys, B)


@pytest.mark.parametrize("members", [{"use": "enc"}, {"use": ["sig"]}, {"kid": ["a"]}, {"kid": None}, {"alg": "ES384"}])
def test_an_address_without_any_key_of_ours_changes_nothing(
    keys: KeySet, provider: FakeIdentityProvider, clock: Clock, members: dict[str, Any]
) -> None:
    """Only keys for something else, or that no token can name: the old keys go on."""
    assert is_trusted(keys, A)
    provider.published = [jwk("a", EC) | members]
    clock.now += FRESH_S + 1
    assert is_trusted(keys, A)


@pytest.mark.parametrize("header", [{"alg": "ES256"}, {"alg": "ES256", "kid": None}, {"alg": "ES256", "kid": ["a"]}])
def test_a_token_that_names_no_key_costs_no_question(
    keys: KeySet, provider: FakeIdentityProvider, header: dict[str, str]
) -> None:
    """It is refused before anything is fetched."""
    assert not is_trusted(keys, header)
    assert provider.fetches == 0


# ---- a provider that hangs ------------------------------------------------------------------------------------------


@pytest.fixture
def hanging() -> HangingProvider:
    """A provider that publishes key `a`, in a while."""
    provider = HangingProvider()
    publishing(provider, "a")
    return provider


def test_many_first_tokens_wait_for_one_fetch(hanging: HangingProvider, clock: Clock) -> None:
    """A burst at the start costs the provider one question, and everybody gets its answer."""
    keys = KeySet(hanging, clock)
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(is_trusted, keys, A) for _ in range(20)]
        hanging.answers.release()
        assert all(each.result(PATIENCE_S) for each in waiting)
    assert hanging.fetches == 1


def test_known_keys_wait_for_nobody(hanging: HangingProvider, clock: Clock) -> None:
    """While one thread refreshes a set that is no longer fresh, the others go on with it."""
    keys = KeySet(hanging, clock)
    hanging.answers.release()
    assert is_trusted(keys, A)
    assert hanging.asked.acquire(timeout=PATIENCE_S)
    clock.now += FRESH_S + 1
    with ThreadPoolExecutor(1) as pool:
        refreshing = pool.submit(is_trusted, keys, A)
        assert hanging.asked.acquire(timeout=PATIENCE_S)
        assert all(is_trusted(keys, A) for _ in range(20))
        assert hanging.fetches == 1
        hanging.answers.release()
        assert refreshing.result(PATIENCE_S)


def test_no_more_than_a_part_of_the_threads_waits(hanging: HangingProvider, clock: Clock) -> None:
    """Once WAITING_MAX threads wait for the provider, the next is told so at once."""
    keys = KeySet(hanging, clock)
    told = threading.Semaphore(0)

    def ask() -> bool:
        try:
            return is_trusted(keys, A)
        except Unavailable:
            told.release()
            return False

    with ThreadPoolExecutor(WAITING_MAX + 1) as pool:
        asking = [pool.submit(ask) for _ in range(WAITING_MAX + 1)]
        assert told.acquire(timeout=PATIENCE_S)
        hanging.answers.release()
        assert sum(each.result(PATIENCE_S) for each in asking) == WAITING_MAX
    assert hanging.fetches == 1
