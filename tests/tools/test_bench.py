"""`python -m bench`: that it measures and reports; its figures are for people."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.servers.plugin import ROOT


class TestBench:
    def test_measures_everything_and_writes_a_report(self, tmp_path):
        command = [sys.executable, "-m", "bench", "--sizes", "60", "--databases", "sqlite"]
        result = subprocess.run(
            [*command, "--rounds", "1", "--seconds", "0.2", "--results", str(tmp_path)],
            cwd=ROOT,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        [figures] = json.loads((tmp_path / "bench.json").read_text())
        assert figures["queries"]["ours"]["first"] == figures["queries"]["ours"]["deep"] == 1
        assert figures["queries"]["ours"]["detail"] <= 2
        assert figures["queries"]["ours"]["create"] <= 60
        assert all(rate > 0 for rates in figures["answers_per_second"].values() for rate in rates)
        assert (tmp_path / "bench.svg").read_text().startswith("<svg")
