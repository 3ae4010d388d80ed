"""The charts of the first page: each author's own, and all blogs together for admins."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import clock
from stats.store.base import StoreDown


@pytest.fixture(autouse=True)
def embedded_store(settings, tmp_path: Path) -> None:
    settings.STATS_FILE = tmp_path / "statistics.sqlite3"


class TestCharts:
    def test_stand_on_the_first_page_of_an_author(self, author, bob):
        page = author.get("/admin/").content.decode()
        assert 'value="/admin/statistics/alice/"' in page
        assert "home/vendor/chartjs/chart.umd.min.js" in page
        assert "home/charts.js" in page
        assert "bob" not in page
        assert '/admin/statistics/"' not in page

    def test_of_all_blogs_are_for_admins(self, chief, author, reviewer):
        assert 'value="/admin/statistics/"' in chief.get("/admin/").content.decode()
        assert chief.get("/admin/statistics/").json()["totals"]["posts"] == 0
        for other in (author, reviewer):
            assert 'value="/admin/statistics/"' not in other.get("/admin/").content.decode()
            assert other.get("/admin/statistics/", (302, 403, 404)).status_code != 200

    def test_are_drawn_from_figures_with_titles(self, author, bob):
        post = author.api.write("A <title>")
        bob.put(f"posts/{post['id']}/like/")
        found = author.get("/admin/statistics/alice/").json()
        assert found["totals"]["likes"] == 1
        assert found["top_posts"] == [
            {
                "id": post["id"],
                "views": 0,
                "likes": 1,
                "comments": 0,
                "replies": 0,
                "title": "A <title>",
                "edit_url": f"/admin/pages/{post['id']}/edit/",
            }
        ]
        assert found["days"][-1]["date"] == str(clock.now().date())
        author.get("/admin/statistics/alice/", 400, **{"from": "2020-01-01"})

    def test_of_others_are_refused(self, author, reviewer, bob, chief):
        for stranger in (author, reviewer):
            assert stranger.get("/admin/statistics/bob/", (403, 404)).status_code in (403, 404)
            stranger.get("/admin/statistics/nobody/", (302, 404))
        chief.get("/admin/statistics/bob/")

    def test_do_not_hold_up_the_page_when_the_store_is_down(self, author, monkeypatch):
        def down(path):
            raise StoreDown("a test")

        monkeypatch.setattr("api.statistics._embedded", down)
        author.get("/admin/")
        author.get("/admin/statistics/alice/", 503)
