"""The simulator's transactions: one at a time in this one process, and a call to whoever waits for what they wrote."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

Listener = Callable[[int], None]


class Store:
    """Runs transactions; after a commit it tells the listeners of each topic how many things were announced."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._listeners: dict[str, Listener] = {}
        # SQLite lets waiting writers sleep for milliseconds; a lock hands over at once.
        self._turn = threading.Lock()

    def listen(self, topic: str, listener: Listener) -> None:
        """Have `listener` called after each commit that announced something under `topic`."""
        self._listeners[topic] = listener

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back on any error."""
        with self._turn, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session
        for topic, count in session.info.items():
            if topic in self._listeners:
                self._listeners[topic](count)


def announce(session: Session, topic: str) -> None:
    """Tell the topic's listener once this session has committed."""
    session.info[topic] = session.info.get(topic, 0) + 1
