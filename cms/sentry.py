"""Reports of unexpected errors to Sentry, without what they could tell of people.

Texts, tokens and addresses stand in variables, bodies, headers and query strings, and secrets in some paths
(`/s/…`, `/unsubscribe/…`): none of these leave. An event has the traceback, the route and the request's id.
"""

from __future__ import annotations

import sentry_sdk

KEPT_OF_REQUEST = ("method",)


def start(dsn: str, **options) -> None:
    """Report to this DSN from now on."""
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        before_send=without_people,
        **options,
    )


def without_people(event: dict, hint: dict) -> dict:
    """The event without what a client sent."""
    from core.request_ids import current

    sent = event.pop("request", {})
    event["request"] = {name: sent[name] for name in KEPT_OF_REQUEST if name in sent}
    event.pop("user", None)
    event.pop("server_name", None)
    for record in ("extra", "breadcrumbs"):
        event.pop(record, None)
    for exception in event.get("exception", {}).get("values", ()):
        exception["value"] = str(exception.get("value", "")).partition("\n")[0]  # PostgreSQL tells values in the next
    event.setdefault("tags", {})["request_id"] = current.get()
    return event
