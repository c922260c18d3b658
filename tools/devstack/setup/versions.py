"""Every version that the set-up decides on, in one place (Python packages are pinned in requirements.txt)."""

Version = tuple[int, ...]

# 3.11: ExceptionGroup, tomllib, asyncio.timeout; Debian 12 has it.
PYTHON_MIN: Version = (3, 11)
# Downloaded, or built where that cannot be; 1.6.0 to 1.8.2 carry a `replace` line, which `go install` refuses.
TEMPORAL_CLI = "v1.5.1"
# The whole server, which the tests run on PostgreSQL; the same that the command line above holds.
TEMPORAL_SERVER = "v1.29.1"
# Its web UI, the same that the command line above holds.
TEMPORAL_UI = "v2.42.1"
# Server 1.28: the first with update-with-start for everybody.
TEMPORAL_SERVER_MIN: Version = (1, 28)
# Any 2.x has the same API; built from source where none is at hand.
TOXIPROXY = "v2.9.0"
# Built from source where none is at hand; its release has no `replace` line.
KUSTOMIZE = "v5.8.1"
# 5.5: the oldest that has built our overlays, kubectl 1.32's.
KUSTOMIZE_MIN: Version = (5, 5)
# What Temporal's go.mod asks for.
GO_MIN: Version = (1, 25)
# Fetched as a Go module, checked by Go's checksum database, where the machine's own Go is older.
GO_TOOLCHAIN = "go1.25.5"
# 3.10: quorum queues with a delivery limit, as Debian 12 has them.
RABBITMQ_MIN: Version = (3, 10)
# 13: the oldest that its makers still repair at this writing.
POSTGRESQL_MIN: Version = (13,)
# 6.0: the oldest that the limits' scripts are tested with by their makers.
REDIS_MIN: Version = (6, 0)
# 2.42: as Debian 12 has it; promtool tests rules with what they use.
PROMETHEUS_MIN: Version = (2, 42)
# 100: the oldest that the page supports (docs/checkout.md).
CHROMIUM_MIN: Version = (100,)


def shown(version: Version) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))
