"""The home of `django_tasks`: what is enqueued in a transaction runs after its commit, here or in a worker."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import close_old_connections, connection, transaction
from django.utils.module_loading import import_string
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task
from django_tasks.signals import task_enqueued
from django_tasks.utils import get_random_id

from core import outbox, request_ids

logger = logging.getLogger(__name__)


class AfterCommitBackend(BaseTaskBackend):
    """Runs tasks in a thread of this process (or, with the option `inline`, in the caller's) once they are committed.

    Of several equal calls in one transaction to a task named in the option `coalesce`, one is run. A process that
    ends in order runs what is queued first; one that is killed loses it, so tasks here only refresh what can be
    rebuilt. What must not be lost is written as an event instead (`core.outbox`). With a broker every task is written
    as an event, in the transaction that enqueues it, and run by a worker.
    """

    supports_async_task = True
    supports_priority = True

    def __init__(self, alias: str, params: dict):
        super().__init__(alias, params)
        self.inline = self.options.get("inline", False)
        self.coalesce = frozenset(self.options.get("coalesce", ()))

    def enqueue(self, task: Task, args, kwargs) -> TaskResult:
        self.validate_task(task)
        result = TaskResult(
            task=task,
            id=get_random_id(),
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        if settings.BROKER_URL:
            self._record(result)
        elif task.module_path in self.coalesce and connection.in_atomic_block:
            call = (task.module_path, json.dumps([result.args, result.kwargs], sort_keys=True))
            _waiting().add(call)
            transaction.on_commit(lambda: self._start_once(result, call))
        else:
            transaction.on_commit(lambda: self._start(result))
        task_enqueued.send(type(self), task_result=result)
        return result

    def _record(self, result: TaskResult) -> None:
        """Write the task as an event; of equal calls in one transaction to a task that coalesces, only the first."""
        path = result.task.module_path
        if path in self.coalesce and connection.in_atomic_block:
            call = (path, json.dumps([result.args, result.kwargs], sort_keys=True))
            mark = _Recorded(call)
            if any(mark == callback for _, callback, _ in connection.run_on_commit):  # what is rolled back leaves it
                return
            transaction.on_commit(mark)
        outbox.record("task", path=path, arguments=list(result.args), keywords=dict(result.kwargs))

    def _start_once(self, result: TaskResult, call: tuple[str, str]) -> None:
        """Start the first of the equal calls of a transaction: by now it sees what all of them were about."""
        if call in _waiting():
            _waiting().discard(call)
            self._start(result)

    def _start(self, result: TaskResult) -> None:
        if self.inline:
            _run(result)
        else:
            _worker().submit(_run_in_worker, result, request_ids.current.get())


@dataclass(frozen=True)
class _Recorded:
    """Stands among what is to be done after the commit, and tells that this call is an event of the transaction."""

    call: tuple[str, str]

    def __call__(self) -> None:
        """Nothing is left to do."""


@outbox.handles("task", background=True)
def run_recorded(*, path: str, arguments: list, keywords: dict) -> None:
    """Run a task that was written as an event."""
    _call(import_string(path), arguments, keywords)


def _waiting() -> set[tuple[str, str]]:
    """The calls enqueued, not yet started, through this thread's database connection."""
    return connection.__dict__.setdefault("_inktree_waiting_tasks", set())


@cache
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="tasks")


def _call(task: Task, arguments: list, keywords: dict) -> None:
    try:
        task.call(*arguments, **keywords)
    except ObjectDoesNotExist:  # what was to be refreshed was deleted meanwhile, and what is kept of it with it
        logger.info("task came too late", extra={"task": task.module_path, "arguments": arguments})


def _run(result: TaskResult) -> None:
    task = result.task
    try:
        _call(task, result.args, result.kwargs)
    except Exception:  # the change itself is committed; a failed refresh must not turn it into an error
        logger.exception("task failed", extra={"task": task.module_path, "arguments": result.args})


def _run_in_worker(result: TaskResult, request_id: str) -> None:
    token = request_ids.current.set(request_id)
    close_old_connections()
    try:
        _run(result)
    finally:
        close_old_connections()
        request_ids.current.reset(token)
