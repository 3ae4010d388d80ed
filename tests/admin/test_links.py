"""No page of the admin links to one that is not there."""

from __future__ import annotations

import html
import re

import pytest

from tests.admin.browser import Admin

MOST = 300
ENDED_BY_SCRIPTS = "/admin/bulk/"
"""Links that get the ids of what is chosen only then."""
LINK = re.compile(r'href="(/admin/[^"#]*)"')


@pytest.fixture
def things(author: Admin, bob, picture):
    """One of everything that has pages of its own."""
    image = author.api.upload(picture())
    post = author.api.write("Hello", tags=["a"], feature_image=image["id"])
    author.api.write("Not yet", status="draft")
    waiting = author.api.write("Soon", status="draft")
    author.api.post(f"posts/{waiting['id']}/submit/", 200)
    author.api.post("files/", data={}, files=[("file", ("notes.txt", b"Notes"))])
    comment = bob.post(f"posts/{post['id']}/comments/", json={"body": "Well."})
    bob.put(f"posts/{post['id']}/report/", json={"reason": "spam"})
    author.api.put(f"comments/{comment['id']}/report/", json={"reason": "abuse"})


def follow_all_links(admin: Admin) -> dict[str, int]:
    """What became of each link from the first page on: of those that differ only in numbers or parameters, of one."""
    waiting, statuses, seen = ["/admin/"], {}, set()
    while waiting and len(statuses) < MOST:
        path = waiting.pop(0)
        kind = re.sub(r"\d+", "0", path.partition("?")[0])
        if kind in seen or path.startswith(ENDED_BY_SCRIPTS) or "/logout/" in path:
            continue
        seen.add(kind)
        answer = admin.client.get(path)
        statuses[path] = answer.status_code
        if not answer.streaming and "html" in answer.headers.get("Content-Type", ""):
            waiting += [html.unescape(link) for link in LINK.findall(answer.content.decode())]
    return statuses


class TestEveryLink:
    @pytest.mark.parametrize("who", ["author", "reviewer", "chief"])
    def test_leads_somewhere(self, request, things, who):
        statuses = follow_all_links(request.getfixturevalue(who))
        assert len(statuses) > 20
        assert {path: status for path, status in statuses.items() if status >= 400} == {}
