"""The site's history says in words who did what to what, when and why."""

from __future__ import annotations

import pytest

from blogs.models import BlogCard
from tests.moderation_admin.conftest import act, texts

HISTORY = "/admin/reports/site-history/"


@pytest.fixture
def acts(reviewer, chief, reported, remark, alice, charlie) -> None:
    blog = BlogCard.objects.get(slug="bob").pk
    act(reviewer, "blogs/blogcard/block", blog, term="7", reason="Too many watches")
    act(reviewer, "blogs/blogcard/lift", blog, reason="He is sorry")
    chief.api.put("users/charlie/block/", json={"until": None, "reason": "A robot"})
    chief.api.patch("users/alice/", json={"role": "moderator"})
    chief.api.delete(f"comments/{remark['id']}/?reason=Rude")
    reviewer.api.delete(f"posts/{reported['id']}/?reason=Spam")


class TestTheHistory:
    def test_tells_every_act_with_who_what_and_why(self, reviewer, chief, acts):
        for somebody in (reviewer, chief):
            page = texts(somebody.get(HISTORY))
            for told in (
                "Blocked until",
                "Too many watches",
                "Block lifted",
                "He is sorry",
                "Blocked for good",
                "A robot",
                "Role changed from user to moderator",
                "Rude",
                "Spam",
                "Cheap watches",
                "Mona Moss",
            ):
                assert told in page, told

    @pytest.mark.parametrize(
        ("params", "told", "untold"),
        [
            ({"by": "mona"}, "Too many watches", "A robot"),
            ({"about": "users"}, "A robot", "Too many watches"),
            ({"about": "pages"}, "Too many watches", "A robot"),
            ({"action": "moderation.unblock"}, "He is sorry", "A robot"),
            ({"q": "charlie"}, "A robot", "Too many watches"),
        ],
    )
    def test_can_be_filtered_and_searched(self, reviewer, acts, params, told, untold):
        page = texts(reviewer.get(HISTORY, **params))
        assert told in page
        assert untold not in page

    def test_has_no_end_in_the_past(self, reviewer, acts):
        assert "Too many watches" not in texts(reviewer.get(HISTORY, timestamp_to="2020-01-01"))
        page = texts(reviewer.get(HISTORY, ordering="timestamp"))
        assert page.index("Too many watches") < page.index("He is sorry")

    def test_keeps_from_moderators_what_authors_keep_to_themselves(self, reviewer, chief, bob):
        draft = bob.write("Secret plan", status="draft")
        gone = bob.write("Regretted plan", status="draft")
        bob.delete(f"posts/{gone['id']}/")
        assert draft
        page = texts(reviewer.get(HISTORY))
        assert "Secret plan" not in page
        assert "Regretted plan" not in page
        assert "Secret plan" in texts(chief.get(HISTORY))

    def test_is_closed_to_authors(self, author):
        author.get(HISTORY, 404)
        author.get(f"{HISTORY}results/", 404)

    def test_of_nobody_is_no_error(self, reviewer):
        for params in ({"by": "\0"}, {"action": "nonsense"}, {"about": "x"}, {"p": "99"}, {"timestamp_from": "x"}):
            reviewer.get(HISTORY, **params)
