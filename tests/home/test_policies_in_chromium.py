"""Our pages and Wagtail's work under the policies we send: Chromium complains of nothing it had to stop."""

from __future__ import annotations

import pytest

from tests.home.chromium import browsing, sign_in
from tests.servers.plugin import ADMIN_PASSWORD

pytestmark = pytest.mark.needs("chromium")


class TestUnderItsPolicy:
    def test_the_documentation_lists_the_calls(self, site):
        with browsing(site) as page:
            page.goto("/docs/")
            page.wait_for_selector("#operations-tag-posts")
            page.click("#operations-tag-posts")
            page.wait_for_selector("#operations-posts-post .opblock-summary-path")
            page.click("#operations-posts-post .opblock-summary")
            page.wait_for_selector("#operations-posts-post .responses-table")

    def test_pages_of_errors_have_their_style(self, site):
        with browsing(site) as page:
            page.goto("/no/such/page/")
            assert page.evaluate("getComputedStyle(document.body).display") == "grid"

    def test_the_editor_writes_a_post(self, site, alice):
        post = alice.write("Of trees", status="draft")
        with browsing(site) as page:
            page.goto("/admin/login/")
            sign_in(page, username="admin", password=ADMIN_PASSWORD)
            page.wait_for_url("**/admin/")
            for path in ("images/", "pages/", "documents/", "users/"):
                page.goto(f"/admin/{path}")
                page.wait_for_load_state("networkidle")
            page.context.clear_cookies()
            page.goto("/admin/login/")
            sign_in(page, username="alice", password=alice.password)
            page.wait_for_url("**/admin/")
            page.goto(f"/admin/pages/{post['id']}/edit/")
            page.wait_for_selector(".public-DraftEditor-content")
            page.wait_for_load_state("networkidle")
            page.fill("[name=title]", "Of old trees")
            page.keyboard.press("Control+S")
            page.wait_for_selector(".messages .success")
            page.wait_for_load_state("networkidle")
