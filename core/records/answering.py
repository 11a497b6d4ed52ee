"""A connection to PostgreSQL that gives up on a server which takes questions and says nothing.

Knows: how long a statement may stay without a sign of its answer. The server's own limits do not
help when its process stands still, nor do those of TCP: its machine acknowledges meanwhile.
Does not know: SQLAlchemy's pool, which throws a closed connection away by itself.
"""

import math
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Connection, text

Wait = Generator[Any, Any, Any]


class Answering(psycopg.Connection[Any]):
    """`silence_s`: seconds without a byte after which the connection is closed."""

    silence_s: float = math.inf

    def wait(self, gen: Wait, *args: Any, **options: Any) -> Any:
        return super().wait(self._heard(gen), *args, **options)

    def _heard(self, gen: Wait) -> Wait:
        try:
            wanted = next(gen)
        except StopIteration as done:
            return done.value
        heard = time.monotonic()
        while True:
            ready = yield wanted
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard > self.silence_s:
                self.pgconn.finish()
                raise psycopg.OperationalError("the server does not answer")
            try:
                wanted = gen.send(ready)
            except StopIteration as done:
                return done.value


@dataclass(slots=True)
class Connector:
    """Opens connections; after one that nobody answered it asks again after `again_s` only.

    Otherwise each look-up of a page would wait as long as the first.
    """

    silence_s: float
    again_s: float
    in_vain: float = -math.inf

    def connect(self, *told: Any) -> Answering:
        """As SQLAlchemy calls it: with dialect, pool record, arguments and options."""
        _, _, arguments, options = told
        if time.monotonic() - self.in_vain < self.again_s:
            raise psycopg.errors.ConnectionTimeout("nobody answered a moment ago")
        try:
            made = Answering.connect(*arguments, **options)
        except psycopg.errors.ConnectionTimeout:
            self.in_vain = time.monotonic()
            raise
        made.silence_s = self.silence_s
        return made


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """Lifts the limits for work that takes as long as there is much of it."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, Answering):
        yield
        return
    usual, driver.silence_s = driver.silence_s, math.inf
    try:
        connection.execute(text("SET statement_timeout = 0"))
        yield
        connection.execute(text("RESET statement_timeout"))
    finally:
        driver.silence_s = usual
