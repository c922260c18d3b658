"""A package index in a folder, with wheels of a few hundred bytes, and requirements that name some of them."""

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Index:
    """An index as pip reads it (PEP 503), at a `file:` URL."""

    folder: Path

    @property
    def url(self) -> str:
        """What pip is told."""
        return self.folder.as_uri()

    def serve(self, name: str, version: str, *metadata: str) -> str:
        """Add a release with these lines of metadata; the line of a requirements file that names it."""
        wheel = self.folder / name / f"{name}-{version}-py3-none-any.whl"
        wheel.parent.mkdir(parents=True, exist_ok=True)
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as out:
            out.writestr(f"{name}.py", f"VERSION = {version!r}\n")
            out.writestr(f"{info}/METADATA", "\n".join([*head, *metadata, ""]))
            out.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            out.writestr(f"{info}/RECORD", "")
        self._list(wheel.parent)
        return f"{name}=={version} --hash=sha256:{_digest(wheel)}"

    def _list(self, folder: Path) -> None:
        links = (f'<a href="{wheel.name}#sha256={_digest(wheel)}">{wheel.name}</a>' for wheel in folder.glob("*.whl"))
        (folder / "index.html").write_text("<!DOCTYPE html><body>" + "<br>".join(links) + "</body>")


def write_requirements(root: Path, lines: Sequence[str]) -> None:
    """The repository's requirements.txt."""
    (root / "requirements.txt").write_text("\n".join([*lines, ""]))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
