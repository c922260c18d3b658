"""What `make prove` notes."""

from datetime import UTC, datetime

from tests.long.conftest import PAGE, row


def test_a_run_is_a_row_of_the_page() -> None:
    """Day, commit, seconds and every outcome that there was; the page ends where the next row goes."""
    found = {"passed": [1, 2, 3], "failed": [4], "": [5], "skipped": []}
    told = row(datetime(2026, 11, 30, 12, tzinfo=UTC), "1a2b3c4", 321.4, found)
    assert told == "| 2026-11-30 | 1a2b3c4 | 321 | 3 passed, 1 failed |\n"
    assert PAGE.read_text().splitlines()[-1].startswith("|")
    assert PAGE.read_text().endswith("|\n")


def test_a_run_without_tests_is_no_success() -> None:
    """Where nothing ran the row says so."""
    assert "nothing ran" in row(datetime(2026, 11, 30, tzinfo=UTC), "1a2b3c4", 0, {})
