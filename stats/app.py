"""The service over HTTP: figures, and whether it lives and is ready."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import FastAPI, Header, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from stats import refusals
from stats.access import Moved, find_blog
from stats.consuming import Consumer
from stats.figures import Figures, read_figures
from stats.periods import MOST_DAYS, USUAL_DAYS, BadPeriod, read_period
from stats.settings import AUDIENCE, ISSUER, Settings
from stats.store.base import StoreDown
from stats.tokens import BadToken, Caller, Tokens, token_of

logger = logging.getLogger(__name__)

KNOWN = ("from", "to", "format")
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization, Accept"}
UNLOGGED = ("/healthz", "/readyz")


def make_app(settings: Settings) -> FastAPI:
    """The application; it counts what the queue brings while it serves."""
    store = settings.store
    tokens = Tokens(settings.jwt_public_keys, issuer=ISSUER, audience=AUDIENCE)
    consumer = Consumer(settings.stats_broker_url, store) if settings.stats_broker_url else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        creating = asyncio.create_task(_create(settings))
        if consumer:
            consumer.start()
        yield
        creating.cancel()
        if consumer:
            await consumer.stop()
        store.close()

    app = FastAPI(
        title="Inktree statistics",
        version="1",
        description="Figures of blogs, counted from the events of the CMS.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/stats/openapi.json",
        redirect_slashes=True,
    )
    refusals.install(app)

    @app.middleware("http")
    async def log(request: Request, call_next) -> Response:
        began = time.monotonic()
        response = await call_next(request)
        if request.url.path not in UNLOGGED:
            milliseconds = round(1000 * (time.monotonic() - began), 1)
            extra = {"path": request.url.path, "status": response.status_code, "ms": milliseconds}
            logger.info(request.method, extra=extra)
        return response

    @app.get(
        "/stats/blogs/{slug}/",
        summary="The figures of a blog: its owner and admins may see them",
        response_model=Figures,
        responses={
            200: {"content": {"text/csv": {}}},
            308: {"description": "The blog has another slug now."},
            **{status: {"description": text} for status, text in STATUSES.items()},
        },
        openapi_extra={"security": [{"bearer": []}]},
    )
    def figures(
        request: Request,
        slug: str,
        first: Annotated[
            str | None, Query(alias="from", description=f"By default {USUAL_DAYS - 1} days before.")
        ] = None,
        last: Annotated[str | None, Query(alias="to", description=f"Today; at most {MOST_DAYS} days.")] = None,
        format: Annotated[str | None, Query(description="`csv` (or `Accept: text/csv`) for the days.")] = None,
        authorization: Annotated[list[str] | None, Header(include_in_schema=False)] = None,
        accept: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> Response:
        caller = _caller(tokens, authorization)
        try:
            blog = find_blog(store, caller, slug)
            _refuse_unknown(request)
            asked = _format(format, accept)
            found = read_figures(store, blog, read_period(request.query_params))
        except Moved as moved:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/stats/blogs/{quote(moved.slug)}/{query}", 308)
        except BadPeriod as error:
            raise refusals.Refusal(400, "invalid", error.detail, error.attr) from None
        except StoreDown as error:
            logger.warning("store down", extra={"error": str(error)[:500]})
            raise refusals.unavailable() from None
        if asked == "csv":
            disposition = f'attachment; filename="{quote(slug)}-statistics.csv"'
            headers = {**PRIVATE, "Content-Disposition": disposition}
            return Response(found.csv(), media_type="text/csv; charset=utf-8", headers=headers)
        return JSONResponse(found.document(), headers=PRIVATE)

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> JSONResponse:
        checks = {"store": _is_up(settings)}
        if consumer:
            checks["broker"] = consumer.is_connected
        is_ready = all(checks.values())
        return JSONResponse({"status": "ok" if is_ready else "unavailable", **checks}, 200 if is_ready else 503)

    app.openapi_schema = _with_bearer(app)
    return app


STATUSES = {
    400: "A parameter is wrong.",
    401: "No valid access token, or its user is blocked.",
    403: "Another's blog.",
    404: "No such blog for the caller.",
    503: "The store does not answer.",
}


def _with_bearer(app: FastAPI) -> dict:
    schema = app.openapi()
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    schema.setdefault("components", {})["securitySchemes"] = {"bearer": bearer}
    return schema


async def _create(settings: Settings) -> None:
    """Make the table where there is none, as soon as the store answers."""
    pause = 0.5
    while True:
        try:
            await asyncio.to_thread(settings.store.create)
        except StoreDown as error:
            logger.warning("store down", extra={"error": str(error)[:500]})
            await asyncio.sleep(pause)
            pause = min(pause * 2, 15)
        else:
            logger.info("store ready", extra={"table": settings.stats_table if settings.stats_broker_url else "file"})
            return


def _caller(tokens: Tokens, authorization: list[str] | None) -> Caller:
    if not authorization:
        raise refusals.not_signed_in()
    try:
        if len(authorization) > 1:
            raise BadToken
        return tokens.read(token_of(authorization[0]))
    except BadToken:
        raise refusals.bad_token() from None


def _refuse_unknown(request: Request) -> None:
    for name in request.query_params:
        if name not in KNOWN:
            raise refusals.Refusal(400, "unknown_parameter", "Unknown query parameter.", name[:100])
        if len(request.query_params.getlist(name)) > 1:
            raise refusals.Refusal(400, "invalid", "Give this parameter once.", name)


def _format(asked: str | None, accept: str) -> Literal["json", "csv"]:
    if asked is None:
        return "csv" if accept.partition(",")[0].partition(";")[0].strip() == "text/csv" else "json"
    if asked not in ("json", "csv"):
        raise refusals.Refusal(400, "invalid", "Choose one of: json, csv.", "format")
    return asked


def _is_up(settings: Settings) -> bool:
    try:
        settings.store.check()
    except StoreDown:
        return False
    return True
