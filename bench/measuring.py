"""Rounds of load, interleaved so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from bench.sites import ROOT, Site

READS = ("first", "deep", "detail", "home", "search", "rare")
SERVERS = ("floor", "ours", "uncached", "stock")
WRITERS = ("ours", "stock")
CONNECTIONS = 8


@dataclass
class Rates:
    """Answers per second, by server and request, one number a round."""

    rounds: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def has(self, server: str, name: str) -> bool:
        """Whether this was measured."""
        return (server, name) in self.rounds

    def of(self, server: str, name: str) -> float:
        """The median."""
        return median(self.rounds[server, name])

    def ratio(self, server: str, other: str, name: str, of: str | None = None) -> float:
        """The median of the ratios within each round: steadier than the ratio of medians on a busy machine."""
        pairs = zip(self.rounds[server, name], self.rounds[other, of or name], strict=True)
        return median(one / two for one, two in pairs)


def measure(site: Site, *, rounds: int, seconds: float, tick: Callable[[], None]) -> Rates:
    """Measure every request on every server, after a round to warm up. The writes come last."""
    rates = Rates()
    for round_number in range(rounds + 1):
        for name, server in _measured(site):
            rate = _rate(site, server, name, seconds=seconds if round_number else seconds / 2)
            if round_number:
                rates.rounds[server, name].append(rate)
            tick()
    for round_number in range(rounds + 1):
        for server in WRITERS:
            rate = _rate(site, server, "create", seconds=seconds, connections=1)
            if round_number:
                rates.rounds[server, "create"].append(rate)
            tick()
    return rates


def steps(site: Site, rounds: int) -> int:
    """How often `measure` calls `tick`."""
    return (rounds + 1) * (len(_measured(site)) + len(WRITERS))


def _measured(site: Site) -> list[tuple[str, str]]:
    """What is read from which server: stock Wagtail knows no following, and searches only where it has an index."""
    known = site.stock["requests"]
    return [(name, server) for name in READS for server in SERVERS if server != "stock" or name in known]


def _rate(site: Site, server: str, name: str, *, seconds: float, connections: int = CONNECTIONS) -> float:
    if server == "stock":
        connections = 1  # it is slow enough to be kept busy by one, and more would only wait
    result = subprocess.run(
        [sys.executable, "-m", "bench.load", str(site.ports[server]), str(connections), str(seconds)],
        input=site.request(server, name),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
    )
    found = json.loads(result.stdout)
    if found["refused"]:
        raise RuntimeError(f"{server} refused {found['refused']} of {found['answers']} requests for {name}")
    return found["answers"] / found["seconds"]
