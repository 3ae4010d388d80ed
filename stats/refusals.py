"""Errors as the CMS's API gives them: one shape for all."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

CHALLENGE = 'Bearer realm="api"'
CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
DETAILS = {404: "Not found."}


class Refusal(Exception):
    """Ends a request with an error."""

    def __init__(self, status: int, code: str, detail: str, attr: str | None = None, **headers: str):
        super().__init__(detail)
        self.status, self.code, self.detail, self.attr = status, code, detail, attr
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> JSONResponse:
        kind = "server_error" if self.status >= 500 else "validation_error" if self.status == 400 else "client_error"
        body = {"type": kind, "errors": [{"code": self.code, "detail": self.detail, "attr": self.attr}]}
        return JSONResponse(body, self.status, {"Cache-Control": "no-store", **self.headers})


def not_signed_in() -> Refusal:
    return Refusal(
        401, "not_authenticated", "Authentication credentials were not provided.", WWW_Authenticate=CHALLENGE
    )


def bad_token() -> Refusal:
    challenge = f'{CHALLENGE}, error="invalid_token"'
    return Refusal(401, "token_not_valid", "The token is invalid or expired.", WWW_Authenticate=challenge)


def not_found() -> Refusal:
    return Refusal(404, "not_found", "Not found.")


def not_allowed() -> Refusal:
    return Refusal(403, "permission_denied", "You do not have permission to perform this action.")


def unavailable() -> Refusal:
    return Refusal(503, "statistics_unavailable", "The statistics are not available right now.", Retry_After="5")


def install(app: FastAPI) -> None:
    """Give every error of the application this shape."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal):
        return error.response()

    @app.exception_handler(HTTPException)
    async def failed(request: Request, error: HTTPException):
        code = CODES.get(error.status_code, "error")
        detail = DETAILS.get(error.status_code, str(error.detail))
        refusal = Refusal(error.status_code, code, detail)
        refusal.headers = dict(error.headers or {})
        return refusal.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError):
        first = error.errors()[0]
        return Refusal(400, "invalid", first["msg"], str(first["loc"][-1])).response()

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception):
        return Refusal(500, "error", "Something went wrong.").response()
