"""How much of anything a picture may cost, and the limits a process puts on itself before it decodes one."""

from __future__ import annotations

import contextlib
import resource
import signal

LONGEST_SIDE = 30_000
"""Of a picture as sent. JPEG allows 65,535, which no viewer shows well and WebP cannot hold."""
MOST_FRAMES = 250

ORIGINAL_PIXELS = 16_777_216
"""What is kept of a picture: as sent up to this, scaled down to it above."""
ORIGINAL_SIDE = 8_192
ANIMATION_PIXELS = 24_000_000
"""Of all frames together. A longer animation keeps its first frame only."""

MEMORY_BYTES = 1024 * 1024 * 1024
OUTPUT_BYTES = 256 * 1024 * 1024
CPU_SECONDS = 10
WALL_SECONDS = 20


def confine() -> None:
    """Let the kernel end this process when it takes more than a picture may."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_FSIZE, OUTPUT_BYTES)
    _limit(resource.RLIMIT_NOFILE, 32)
    _limit(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")  # if the machine runs out of memory, this goes first


def _limit(which: int, most: int) -> None:
    with contextlib.suppress(OSError, ValueError):  # macOS knows some limits by name only
        resource.setrlimit(which, (most, most))
