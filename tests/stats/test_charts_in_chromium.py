"""The charts in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.home.chromium import browsing
from tests.home.conftest import site

pytestmark = pytest.mark.needs("chromium")

__all__ = ["site"]


class TestCharts:
    def test_show_the_figures_and_say_when_there_are_none(self, site, register):
        alice, bob = register("alice"), register("bob")
        post = alice.write("Most viewed")
        bob.put(f"posts/{post['id']}/like/")
        with browsing(site) as page:
            page.goto("/admin/login/")
            page.fill("[name=username]", "alice")
            page.fill("[name=password]", alice.password)
            page.click("button[type=submit]")
            panel = page.locator("[data-statistics]")
            expect(panel.locator("[data-total=likes]")).to_have_text("1")
            expect(panel.locator("td.title")).to_have_text("Most viewed")
            drawn = (
                "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
            )
            for name in ("followers", "views", "likes"):
                assert panel.locator(f"[data-chart={name}]").evaluate(drawn)
            panel.locator("[name=days]").select_option("90")
            expect(panel).to_have_attribute("data-shown", "90")
            page.route("**/admin/statistics/**", lambda route: route.abort())
            panel.locator("[name=days]").select_option("30")
            expect(panel.get_by_role("status")).to_have_text(
                "The figures are not available right now. Nothing is lost."
            )
