"""Hearing that it is time to stop, whichever thread of a worker the kernel tells.

Python calls the handler of a signal in the main thread, which granian lets sleep on a lock. A signal that another
thread takes (one that is just starting a thread or a process may) does not wake it, and the worker would go on serving
until it is killed in the middle of requests.
"""

from __future__ import annotations

import os
import signal
import threading

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def heed_signals() -> None:
    """Stop at once as long as the server's handlers are not set; then have them called without delay.

    To be called in the main thread, before anything that takes long: until then a signal is lost in a handler that the
    worker has from its parent.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    taken, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    threading.Thread(target=_wake_main_thread, args=(taken,), name="stopping", daemon=True).start()


def _wake_main_thread(taken: int) -> None:
    while (number := os.read(taken, 1)[0]) not in SIGNALS:
        pass
    signal.pthread_kill(threading.main_thread().ident, number)
