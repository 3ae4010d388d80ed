"""Periodic jobs: registered by the rooms, run by the `ticker` command (in production by Celery beat)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from threading import Event

from django.db import close_old_connections
from django.utils.module_loading import autodiscover_modules

from core import alive
from core.exclusive import Exclusive

logger = logging.getLogger(__name__)

ROLE = "beat"


@dataclass(frozen=True)
class Job:
    """A function without arguments and how often to run it, in seconds."""

    name: str
    run: Callable[[], object]
    seconds: int


jobs: dict[str, Job] = {}


def every(*, seconds: int):
    """Register a function to be run about every `seconds` by exactly one ticker at a time; it must be idempotent.

    Jobs stand in a room's `jobs.py`, or in a module that the room imports when it starts.
    """

    def register(run: Callable[[], object]) -> Callable[[], object]:
        name = f"{run.__module__}.{run.__qualname__}"
        jobs[name] = Job(name, run, seconds)
        return run

    return register


def discover() -> dict[str, Job]:
    """All jobs of all rooms."""
    import_module("core.outbox")
    autodiscover_modules("jobs")
    return jobs


def run_job(job: Job) -> bool:
    """Run a job; what it raises is logged. Returns whether it went well."""
    close_old_connections()
    started = time.monotonic()
    try:
        job.run()
    except Exception:  # one broken job must not keep the others from running
        logger.exception("job failed", extra={"job": job.name})
        return False
    else:
        logger.debug("job done", extra={"job": job.name, "seconds": round(time.monotonic() - started, 3)})
        return True
    finally:
        close_old_connections()


def tick(*, stop: Event, retry_after: float = 5.0) -> None:
    """Run the registered jobs, each in its time, until `stop` is set.

    Of several tickers on one database one works and the others wait to take its place.
    """
    lock = Exclusive("ticker")
    try:
        while not stop.is_set():
            if lock.acquire():
                logger.info("ticker started", extra={"jobs": len(jobs)})
                _run_while_held(lock, stop)
            else:
                alive.mark(ROLE)
                stop.wait(retry_after)
    finally:
        lock.release()


def _run_while_held(lock: Exclusive, stop: Event) -> None:
    due = dict.fromkeys(jobs, time.monotonic())
    while not stop.is_set():
        alive.mark(ROLE)
        name = min(due, key=due.__getitem__)
        if stop.wait(max(due[name] - time.monotonic(), 0)):
            return
        if not lock.is_held():
            logger.warning("ticker lost its lock")
            return
        run_job(jobs[name])
        due[name] = max(due[name] + jobs[name].seconds, time.monotonic())
