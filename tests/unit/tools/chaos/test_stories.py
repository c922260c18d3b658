"""The buyers' stories: a pure function of seed and number."""

from tools.chaos.stories import DECLINED_FIRST, NEVER_PAYS, SCARCE, Ending, story

STORIES = [story(7, number) for number in range(1000)]


def test_a_seed_tells_the_same_story_again() -> None:
    """Whoever knows seed and number can tell what the buyer set out to do."""
    assert story(7, 12) == story(7, 12)
    assert story(7, 12) != story(8, 12)


def test_every_ending_occurs() -> None:
    """A thousand buyers want all that buyers want."""
    assert {told.ending for told in STORIES} == set(Ending)


def test_every_purchase_has_a_key_of_its_own() -> None:
    """No two stories share a purchase."""
    assert len({told.key for told in STORIES}) == len(STORIES)


def test_only_who_is_unknown_to_users_is_no_buyer_of_the_seed() -> None:
    """Users knows load-0 to load-999; a stranger has a token and no account."""
    for told in STORIES:
        known = told.buyer in {f"load-{number}" for number in range(1000)}
        assert known == (told.ending is not Ending.UNKNOWN_TO_USERS)


def test_a_milestone_stands_once_in_a_purchase() -> None:
    """The intake takes each milestone once."""
    assert all(len({milestone for milestone, _ in told.items}) == len(told.items) for told in STORIES)


def test_who_walks_away_has_no_card() -> None:
    """A buyer who leaves pays nothing; one who is declined first tries another card only to pay."""
    cards = {told.ending: len(told.cards) for told in STORIES if told.ending is not Ending.WANTS_THE_LAST}

    assert {number for ending, number in cards.items() if ending in NEVER_PAYS - DECLINED_FIRST} == {0}
    assert cards[Ending.PAYS] == cards[Ending.DECLINED] == 1
    assert cards[Ending.DECLINED_THEN_PAYS] == 2


def test_the_last_tonnes_are_let_go_again_by_some() -> None:
    """What all keep is sold out once and for all, and nobody would race for it any more."""
    wanted = [told for told in STORIES if told.ending is Ending.WANTS_THE_LAST]

    assert all(told.items == ((SCARCE, 1000),) for told in wanted)
    assert {bool(told.cards) for told in wanted} == {True, False}
