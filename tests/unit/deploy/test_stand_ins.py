"""The stand-ins for others' images: one for each that our files name, and of the versions that they name."""

import pytest

from tests.compose import stand_ins
from tools.devstack.setup.versions import TEMPORAL_SERVER, TEMPORAL_UI


def test_every_image_has_a_stand_in() -> None:
    """Each is described in a folder of its own, and no folder is left over."""
    described = {path for path in stand_ins.FOLDER.iterdir() if (path / "Dockerfile").is_file()}

    assert {stand_ins.folder(reference) for reference in stand_ins.references()} == described


@pytest.mark.parametrize(
    ("image", "version"),
    [("server", TEMPORAL_SERVER), ("admin-tools", TEMPORAL_SERVER), ("ui", TEMPORAL_UI)],
)
def test_temporals_programs_are_of_the_images_version(image: str, version: str) -> None:
    """What the set-up builds is what the tag names."""
    (tag,) = [name.partition(":")[2] for name in stand_ins.references() if name.startswith(f"temporalio/{image}:")]

    assert tag.partition("-")[0] == version.removeprefix("v")
