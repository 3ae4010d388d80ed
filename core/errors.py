"""The errors a domain call can raise. HTTP is not known here: `api.errors` maps each class to a status."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a stable machine-readable `code`, a sentence for people, and the field it is about."""

    detail: str
    code: str = "invalid"
    attr: str | None = None


class DomainError(Exception):
    """A call that could not be carried out; nothing was changed by it.

    Carries one or more `problems`. `extra` holds further top-level facts for the answer (for example `until`).
    """

    code = "error"
    detail = "The request could not be carried out."

    def __init__(self, detail: str | None = None, *, code: str | None = None, attr: str | None = None, **extra):
        self.problems = [Problem(str(detail or self.detail), code or self.code, attr)]
        self.extra = extra
        super().__init__(self.problems[0].detail)

    @classmethod
    def many(cls, problems: Iterable[Problem]) -> DomainError:
        """One error that reports several problems at once, field by field."""
        error = cls()
        error.problems = list(problems)
        return error


class Invalid(DomainError):
    """The input cannot be accepted as it is."""

    code = "invalid"
    detail = "Invalid input."


class NotSignedIn(DomainError):
    """The call needs a valid credential."""

    code = "not_authenticated"
    detail = "Authentication credentials were not provided."


class NotAllowed(DomainError):
    """The caller may see the thing but may not do this to it."""

    code = "permission_denied"
    detail = "You do not have permission to perform this action."


class NotFound(DomainError):
    """The thing does not exist, or the caller may not know that it does."""

    code = "not_found"
    detail = "Not found."


class Conflict(DomainError):
    """The thing is in a state in which this cannot be done."""

    code = "conflict"
    detail = "The current state does not allow this."


class TooLarge(DomainError):
    """More bytes than are accepted."""

    code = "too_large"
    detail = "The upload is too large."


class LengthUnknown(DomainError):
    """A body of which it was not said how long it is."""

    code = "length_required"
    detail = "Say with Content-Length how long the body is."


class TooManyRequests(DomainError):
    """A rate limit was reached; `extra["retry_after"]` is in seconds."""

    code = "throttled"
    detail = "Request was throttled."


class Unavailable(DomainError):
    """Something this needs is down at the moment; trying again later may succeed."""

    code = "unavailable"
    detail = "The service is temporarily unavailable."


@dataclass
class Problems:
    """Collects problems field by field, then raises them together."""

    found: list[Problem] = field(default_factory=list)

    def add(self, attr: str | None, detail: str, code: str = "invalid") -> None:
        self.found.append(Problem(str(detail), code, attr))

    def raise_any(self) -> None:
        """Raise `Invalid` with everything collected, if anything was."""
        if self.found:
            raise Invalid.many(self.found)
