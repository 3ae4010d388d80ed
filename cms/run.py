"""`make run`: everything on one machine, with the embedded defaults.

Migrates, starts the web server, the ticker and with a broker a worker, says where to go, and stops them together.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from threading import Event

from cms.environment import BASE_DIR, exit_on_bad_environment

START_SECONDS = 60
STOP_SECONDS = 25


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
    with exit_on_bad_environment():
        import django

        django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from cms import metrics, server

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())

    server.complain_if_port_is_taken()
    server.complain_if_nothing_can_be_kept()
    with server.complaining_about_what_is_down():
        call_command("migrate", interactive=False, verbosity=0)
    server.collect_static()
    metrics.share_numbers(workers=settings.WEB_CONCURRENCY)

    if stop.is_set():
        return 0
    commands = {
        "web server": server.command(workers=settings.WEB_CONCURRENCY, respawn=False),
        "ticker": [sys.executable, "manage.py", "ticker"],
    }
    if settings.BROKER_URL:
        commands["worker"] = [sys.executable, "-m", "cms.worker"]
    if settings.BROKER_URL or settings.STATS_BROKER_URL:
        commands["statistics service"] = [sys.executable, "-m", "cms.stats"]
        os.environ["STATS_PORT"] = str(settings.STATS_PORT or settings.PORT + 1)
    # Each leads a group of its own: Ctrl-C reaches this process alone, which then stops them in order; and where one is
    # killed, what it had started goes with its group.
    processes = {name: subprocess.Popen(command, cwd=BASE_DIR, process_group=0) for name, command in commands.items()}
    try:
        dead = _wait_until_listening(processes, stop) or _wait_for_the_first_to_end(processes, stop)
    finally:
        _stop(processes)
    if dead:
        print(f"inktree: the {dead} ended with exit code {processes[dead].returncode}; stopped", file=sys.stderr)
        return 1
    return 0


def _wait_until_listening(processes: dict[str, subprocess.Popen], stop: Event) -> str | None:
    from django.conf import settings

    from cms.settings.addresses import ANY_ADDRESS

    address = (ANY_ADDRESS.get(settings.HOST, settings.HOST).strip("[]"), settings.PORT)
    deadline = time.monotonic() + START_SECONDS
    while not stop.is_set() and time.monotonic() < deadline:
        if dead := _ended(processes):
            return dead
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            stop.wait(0.1)
        else:
            print(_welcome(), flush=True)
            return None
    return None


def _wait_for_the_first_to_end(processes: dict[str, subprocess.Popen], stop: Event) -> str | None:
    while not stop.wait(0.3):
        if dead := _ended(processes):
            return dead
    return None


def _ended(processes: dict[str, subprocess.Popen]) -> str | None:
    return next((name for name, process in processes.items() if process.poll() is not None), None)


def _stop(processes: dict[str, subprocess.Popen]) -> None:
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes.values():
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _welcome() -> str:
    from django.conf import settings

    lines = [
        "",
        "Inktree is running.",
        "",
        f"  Site      {settings.BASE_URL}/",
        f"  API docs  {settings.BASE_URL}/docs/",
        f"  Admin     {settings.BASE_URL}/admin/",
        "",
    ]
    try:
        password = settings.ADMIN_PASSWORD_FILE.read_text().strip()
    except OSError:
        password = ""
    if password:
        lines += [
            f"  Admin user name    {settings.ADMIN_USERNAME}",
            f"  One-time password  {password}   (to be changed at the first sign-in)",
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
