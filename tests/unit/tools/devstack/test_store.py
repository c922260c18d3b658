"""STORE: where the services keep their records."""

from pathlib import Path

import pytest

from tools.devstack import postgresql
from tools.devstack.options import StackOptions
from tools.devstack.postmaster import main


def chosen(folder: Path, store: str) -> StackOptions:
    """Options with a store."""
    return StackOptions(data=folder, environment={"STORE": store})


def test_each_store_has_a_state_of_its_own(tmp_path: Path) -> None:
    """Purchases that Temporal keeps open never meet the other store's records; nothing said is SQLite."""
    assert not chosen(tmp_path, "").on_postgres
    assert chosen(tmp_path, "sqlite").state == tmp_path
    assert chosen(tmp_path, "postgres").on_postgres
    assert chosen(tmp_path, "postgres").state == tmp_path / "on-postgres"


def test_the_server_is_told_its_port_and_its_settings(tmp_path: Path) -> None:
    """It listens on the loopback alone; what a test sets stands over what is usual."""
    spec = postgresql.server(tmp_path / "bin", 5433, tmp_path, {"fsync": "off"})
    assert {"port=5433", "listen_addresses=127.0.0.1", "fsync=off"} <= set(spec.command)
    assert spec.url == "postgresql://postgres:development@127.0.0.1:5433/postgres"


def test_a_cluster_that_was_not_finished_is_none(tmp_path: Path) -> None:
    """Where initdb fails the process ends with its reason, and the next start makes the cluster anew."""
    with pytest.raises(SystemExit, match=r"initdb failed: .*/nowhere/initdb"):
        main(Path("/nowhere"), tmp_path / "cluster", [])
    assert not (tmp_path / "cluster" / "data").exists()
