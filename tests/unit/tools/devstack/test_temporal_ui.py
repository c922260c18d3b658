"""How Temporal's web UI and its images' templates come onto the machine."""

from tests.unit.tools.devstack.conftest import FakeMachine
from tools.devstack.setup import temporal_ui

# What Go does with a module: its source is fetched into a folder, a program is built.
GO = """export PATH=/usr/bin:/bin
mkdir -p "$GOBIN" "$GOPATH" "$GOCACHE"
case $1 in
version) echo 'go version go1.26.0 linux/amd64';;
mod)
    for module; do :; done
    mkdir -p "$GOPATH/source/config"
    echo "template of $module" > "$GOPATH/source/config/docker.yaml"
    echo "{\\"Dir\\": \\"$GOPATH/source\\"}";;
install) printf '#!/bin/sh\\necho 2.42.1\\n' > "$GOBIN/server"; chmod 755 "$GOBIN/server";;
esac
"""


def test_the_program_is_built_and_the_templates_are_taken(fake: FakeMachine) -> None:
    """Each of the version that the images have; what Go has kept meanwhile is gone; a second run asks nobody."""
    fake.program(fake.bin / "go", GO)
    for _ in range(2):
        temporal_ui.provide(fake.machine())
        (fake.bin / "go").unlink(missing_ok=True)
    taken = {path.name: path.read_text() for path in fake.folder.glob(".cache/compose/temporal/*")}
    assert taken == {
        "server.yaml": "template of go.temporal.io/server@v1.29.1\n",
        "ui.yaml": "template of github.com/temporalio/ui-server/v2@v2.42.1\n",
    }
    assert temporal_ui.program(fake.machine()).exists()
    assert not (fake.folder / ".cache" / "go").exists()
