"""Contract §2: every answer carries `X-Request-ID`, which is on every log line of its request."""

from __future__ import annotations

import logging
import re

import pytest

from core import request_ids
from core.log_lines import LineFormatter

PATHS = ["/api/v2/schema/", "/api/v2/no/such/thing/", "/no-such-page/", "/admin/login/", "/media/none.jpg"]


class TestEveryAnswer:
    @pytest.mark.parametrize("path", PATHS)
    def test_carries_the_callers_id(self, path, anyone):
        answer = anyone.call("GET", path, headers={"X-Request-ID": "trace-1.2_3"})
        assert answer.headers["X-Request-ID"] == "trace-1.2_3"

    @pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\tb", "ключ", "a;b", "<script>"])
    def test_carries_a_new_one_instead_of_an_odd_one(self, given, anyone):
        answer = anyone.call("GET", "/api/v2/no/such/thing/", headers={"X-Request-ID": given})
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])

    def test_carries_another_one_each_time(self, anyone):
        ids = {anyone.call("GET", "/no-such-page/").headers["X-Request-ID"] for _ in range(5)}
        assert len(ids) == 5

    def test_is_the_only_place_of_the_id_when_it_is_done(self, anyone):
        anyone.call("GET", "/no-such-page/", headers={"X-Request-ID": "mine"})
        assert request_ids.current.get() == "-"


class TestLogLines:
    def line(self, *arguments, **extra) -> str:
        record = logging.getLogger("test").makeRecord("test", logging.INFO, __file__, 1, *arguments, None, extra=extra)
        request_ids.RequestIdFilter().filter(record)
        return LineFormatter().format(record)

    def test_have_time_level_logger_and_request_id(self):
        token = request_ids.current.set("abc")
        try:
            line = self.line("hello %s", ("world",))
        finally:
            request_ids.current.reset(token)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO test \[abc\] hello world", line)

    def test_show_what_was_given_besides(self):
        assert self.line("published", (), post=7, blog="b").endswith("[-] published post=7 blog=b")

    def test_cannot_be_forged_by_what_strangers_send(self):
        line = self.line("no %s", ("x\n2026-01-01T00:00:00.000Z INFO test [-] all is well\x1b[2J",), path="a\r\nb")
        assert "\n" not in line
        assert "\x1b" not in line

    def test_of_a_request_carry_its_id(self, anyone, caplog):
        with caplog.at_level(logging.WARNING, logger="django.request"):
            anyone.call("GET", "/no-such-page/", headers={"X-Request-ID": "trace-77"})
        records = [record for record in caplog.records if record.name == "django.request"]
        assert records
        for record in records:
            request_ids.RequestIdFilter().filter(record)
            assert "[trace-77]" in LineFormatter().format(record)
