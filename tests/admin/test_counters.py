"""The numbers that the admin shows are those that readers see."""

import re

from django.utils.html import strip_tags


def words(answer) -> str:
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


class TestOfABlockedUser:
    def test_likes_and_follows_count_nowhere(self, author, reviewer, bob, charlie, admin):
        post = author.api.write("Liked")["id"]
        for fan in (bob, charlie):
            fan.put(f"posts/{post}/like/")
            fan.put("blogs/alice/follow/")
        admin.put("users/bob/block/", json={"reason": "Spam", "until": None})
        blog = author.blog.pk

        assert "1 post 1 follower" in words(author.get("/admin/"))
        assert "1 follower 1 like 0 comments" in words(author.get("/admin/"))
        assert "Just now Just now 1 0 Current page status: live" in words(author.get(f"/admin/pages/{blog}/"))
        exported = reviewer.get("/admin/moderation/blogs/", export="csv", q="Alice")
        heading, line = b"".join(exported.streaming_content).decode().splitlines()
        assert dict(zip(heading.split(","), line.split(","), strict=True))["Followers"] == "1"
        assert "Followers1 Begun" in words(reviewer.get(f"/admin/moderation/blogs/{blog}/"))
