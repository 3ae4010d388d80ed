"""The database backend; Django finds the class by its name."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, with connections that are kept between requests and checked without a question to the server.

    With CONN_HEALTH_CHECKS Django asks before each request whether the connection still works. Stock, that is a
    `SELECT 1`: a round trip as long as that of the one query which most reads are. An idle connection has nothing to
    read unless the server has hung up (or sent a notice), and that is known on this side.
    """

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        if self.errors_occurred or self._has_something_to_read():
            return super().is_usable()
        return True

    def _has_something_to_read(self) -> bool:
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))
