"""Contract §9: what happens is logged with time and level to the console and to a rotating file."""

from __future__ import annotations

import logging

from core import log_lines
from tests.house.commands import run

SHOW_SENTRY = (
    "import cms.settings, sys; print('sentry_sdk' in sys.modules and sys.modules['sentry_sdk'].is_initialized())"
)


class TestTheLogFile:
    def test_rotates(self, tmp_path, monkeypatch):
        monkeypatch.setattr(log_lines, "MAX_BYTES", 2_000)
        monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)  # whatever ran before silenced
        handler = log_lines.rotating_file(path=str(tmp_path / "logs" / "inktree.log"))
        logger = logging.getLogger("test.rotation")
        logger.propagate = False
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        for number in range(1_000):
            logger.info("line %s of the log", number)
        logger.removeHandler(handler)
        handler.close()
        files = sorted(path.name for path in (tmp_path / "logs").glob("inktree.log*"))
        assert files == ["inktree.log", *(f"inktree.log.{number}" for number in range(1, 6))]
        assert all((tmp_path / "logs" / name).stat().st_size <= 2_100 for name in files)

    def test_is_left_out_where_it_cannot_be_written(self, tmp_path, capsys):
        (tmp_path / "logs").write_text("a file, not a folder")
        handler = log_lines.rotating_file(path=str(tmp_path / "logs" / "inktree.log"))
        assert isinstance(handler, logging.NullHandler)
        assert "no log file" in capsys.readouterr().err


class TestSentry:
    def test_is_told_only_where_an_address_is_given(self, tmp_path):
        assert run("-c", SHOW_SENTRY, data_dir=tmp_path).stdout.strip() == "False"
        address = "http://key@127.0.0.1:9/1"
        assert run("-c", SHOW_SENTRY, data_dir=tmp_path, SENTRY_DSN=address).stdout.strip() == "True"
