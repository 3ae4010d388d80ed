"""What a request brought and no view read: taken off the connection, so that the next request on it is heard.

Most refusals (401, 403, 404, 413, 415) come before the body is read. The server would close the connection upon them,
while the client believes it can go on using it, or is still sending and never sees the answer.
"""

from __future__ import annotations

from collections.abc import Callable

MOST = 32 * 1024 * 1024
CHUNK = 64 * 1024


def taking_the_rest(environ: dict, start_response: Callable) -> Callable:
    """`start_response` for this request: before an answer begins, the rest of the body is read and forgotten.

    Where that is too much, or the client waits for a word before it sends anything, the answer says that the
    connection ends with it.
    """

    def start(status: str, headers: list[tuple[str, str]], *rest):
        if not _take(environ):
            headers = [*headers, ("Connection", "close")]
        return start_response(status, headers, *rest)

    return start if _has_body(environ) else start_response


def _has_body(environ: dict) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ


def _take(environ: dict) -> bool:
    """Read what is left of the body; whether that was all of it."""
    length = environ.get("CONTENT_LENGTH", "")
    if "HTTP_EXPECT" in environ or (length.isdigit() and int(length) > MOST):
        return False
    left, body = MOST, environ["wsgi.input"]
    try:
        while left > 0:
            chunk = body.read(CHUNK)
            if not chunk:
                return True
            left -= len(chunk)
    except OSError:  # it ended before its length
        pass
    return False
