"""The contract of layers for import-linter that leaves no folder out (pyproject.toml)."""

from pathlib import Path

from grimp import ImportGraph
from importlinter.application import output
from importlinter.contracts.layers import LayersContract
from importlinter.domain.contract import ContractCheck

# What stands outside of the house, and is imported by nobody in it.
OUTSIDE = {"tests"}


class HouseContract(LayersContract):
    """Layers of whole packages; the linter's own are exhaustive only within one, and take a new folder for foreign."""

    type_name = "house"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """The layers' check, and whether each folder of ours is on one."""
        on_floors = {tail.name for layer in self.layers for tail in layer.module_tails}  # type: ignore[attr-defined]
        folders = {path.parent.name for path in Path().glob("*/__init__.py")} - OUTSIDE
        check = super().check(graph, verbose)
        check.metadata["without_floor"] = sorted(folders - on_floors)
        check.kept = check.kept and folders <= on_floors
        return check

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name them, then what the layers' check has found."""
        for folder in check.metadata["without_floor"]:
            output.print_error(f"{folder} stands on no floor: give it one, here and in root_packages.")
        super().render_broken_contract(check)
