"""Moderators, admins and authors before the moderators' admin."""

from __future__ import annotations

import pytest

from tests.admin.browser import Admin
from tests.admin.conftest import author, chief, enter, reviewer
from tests.client import Api


@pytest.fixture
def spam(bob) -> dict:
    """A post of Bob's that somebody will report."""
    return bob.write("Cheap watches", markdown="Buy now")


@pytest.fixture
def reported(spam, alice, charlie) -> dict:
    """Bob's post, reported twice."""
    alice.put(f"posts/{spam['id']}/report/", json={"reason": "spam", "note": "Again and again"})
    charlie.put(f"posts/{spam['id']}/report/", json={"reason": "abuse"})
    return spam


@pytest.fixture
def remark(bob, alice) -> dict:
    """A rude comment of Bob's on a post of Alice's."""
    post = alice.write("A walk")
    return bob.post(f"posts/{post['id']}/comments/", json={"body": "Rude words"})


def act(somebody: Admin, path: str, ids, expect=302, **form):
    """Choose rows, say why, and do it."""
    query = "&".join(f"id={one}" for one in ([ids] if isinstance(ids, int) else ids))
    somebody.get(f"/admin/bulk/{path}/?{query}")
    return somebody.post(f"/admin/bulk/{path}/?{query}&next=/admin/", form, expect)


def texts(answer) -> str:
    """The page as text."""
    return answer.content.decode()


__all__ = ["Api", "act", "author", "chief", "enter", "reviewer", "texts"]
