"""STORE: where the services keep their records."""

from pathlib import Path

from tools.devstack.options import StackOptions


def chosen(folder: Path, store: str) -> StackOptions:
    """Options with a store."""
    return StackOptions(data=folder, environment={"STORE": store})


def test_each_store_has_a_state_of_its_own(tmp_path: Path) -> None:
    """Purchases that Temporal keeps open never meet the other store's records; nothing said is SQLite."""
    assert not chosen(tmp_path, "").on_postgres
    assert chosen(tmp_path, "sqlite").state == tmp_path
    assert chosen(tmp_path, "postgres").on_postgres
    assert chosen(tmp_path, "postgres").state == tmp_path / "on-postgres"
