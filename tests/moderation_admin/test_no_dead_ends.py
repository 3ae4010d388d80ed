"""Every link that the admin shows a moderator leads somewhere."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import resolve

from accounts.models import User
from blogs.admin_doors import BULK_ACTIONS, BULK_ACTIONS_OF_MODERATORS
from blogs.models import BlogCard
from tests.moderation_admin.conftest import act

LEAVING = ("/admin/logout/", "/admin/sprite/", "/admin/jsi18n/")
BULK = re.compile(r"/admin/bulk/(\w+)/(\w+)/(\w+)/")


def links(answer) -> set[str]:
    page = answer.content.decode()
    found = re.findall(r'href=\\?"(/admin/[^"\\#]*)|"url": "(/admin/[^"#]*)', page)
    return {unescape(one or other) for one, other in found}


@pytest.fixture
def busy(reviewer, reported, remark, alice, bob) -> None:
    """Something of everything: reports, reviews, drafts of others, changes of live posts, blocks."""
    alice.put(f"comments/{remark['id']}/report/", json={"reason": "abuse"})
    waiting = alice.write("Please read", status="draft")
    alice.post(f"posts/{waiting['id']}/submit/", 200)
    changed = alice.write("Live one")
    alice.patch(f"posts/{changed['id']}/", json={"title": "Changed one", "status": "draft"})
    bob.write("Draft of Bob", status="draft")
    bob.patch("blogs/bob/", json={"title": "Bob's blog"})
    reviewer.write(title="Own post")
    reviewer.write(title="Own draft", action="save-draft")
    act(reviewer, "blogs/blogcard/block", BlogCard.objects.get(slug="bob").pk, term="7", reason="Spam")


def crawl(somebody, start: list[str], most: int = 200) -> dict[str, tuple[int, bytes]]:
    """What every address answers that one comes to, at most a few of each kind."""
    waiting, answers, kinds = list(start), {}, {}
    while waiting and len(answers) < most:
        path = waiting.pop(0)
        if path in answers or path.startswith(LEAVING):
            continue
        if bulk := BULK.fullmatch(path):  # the browser adds what is chosen
            app, model, action = bulk.groups()
            open_ones = BULK_ACTIONS.get((app, model), set()) | BULK_ACTIONS_OF_MODERATORS.get((app, model), set())
            answers[path] = (200 if action in open_ones else 404, b"")
            continue
        name = resolve(path.partition("?")[0]).view_name
        kinds[name] = kinds.get(name, 0) + 1
        if kinds[name] > 4 or "export=" in path:
            continue
        answer = somebody.client.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answers[path] = (answer.status_code, content)
        if answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
            waiting += sorted(links(answer))
    return answers


def dead_ends(answers: dict[str, tuple[int, bytes]]) -> list[str]:
    return [path for path, (status, _content) in answers.items() if status not in (200, 302)]


class TestAModerator:
    def test_comes_from_page_to_page_without_a_dead_end_or_a_draft_of_others(self, reviewer, busy):
        answers = crawl(reviewer, ["/admin/"])
        assert dead_ends(answers) == []
        reached = {resolve(path.partition("?")[0]).view_name for path in answers}
        for name in ("reports", "reviews", "comments", "blogs", "users", "blocks"):
            assert f"moderation_{name}:index" in reached
        assert {"moderation_users:page", "moderation_blogs:page", "moderation_reports:page"} <= reached
        assert "moderation_site_history" in reached
        for path, (_status, content) in answers.items():
            for secret in (b"Draft of Bob", b"Changed one"):
                assert secret not in content, path


class TestAnAdmin:
    def test_comes_from_page_to_page_without_a_dead_end(self, chief, busy):
        bob = User.objects.get(username="bob").pk
        assert dead_ends(crawl(chief, ["/admin/", f"/admin/moderation/users/{bob}/"])) == []
