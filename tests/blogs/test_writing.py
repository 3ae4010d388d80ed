"""Writing posts: fields, slugs, tags; deleting, and going back to what was; and what is refused."""

from __future__ import annotations

import pytest
from wagtail.models import PageLogEntry

from blogs.models import BlogCard, OldPostSlug, PostCard
from core import clock
from tests.client import is_error


class TestNewPost:
    def test_comes_back_whole(self, alice, anyone, picture):
        photo = alice.upload(picture(), alt="A coast")
        body = [
            {"type": "heading", "value": {"level": 2, "text": "Morning"}},
            {"type": "paragraph", "value": "<p>Grey <b>light</b>.</p>"},
            {"type": "image", "value": {"image": photo["id"], "caption": "At six", "alt": ""}},
            {"type": "gallery", "value": [photo["id"], photo["id"]]},
            {"type": "code", "value": {"language": "python", "code": "print('<b>')\n\n  x"}},
            {"type": "quote", "value": {"text": "Fog", "attribution": "Nobody"}},
            {"type": "embed", "value": {"url": "https://video.example/1"}},
            {"type": "divider"},
        ]
        post = alice.write(
            "Coast, fog & <sea>", body=body, tags=["Sea", "fog"], intro="By the sea", feature_image=photo["id"]
        )
        seen = anyone.get(f"posts/{post['id']}/")
        assert seen["title"] == "Coast, fog & <sea>"
        assert seen["tags"] == ["fog", "Sea"]
        assert seen["intro"] == "By the sea"
        assert seen["url"] == "http://testserver/alice/coast-fog-sea/"
        assert [block["type"] for block in seen["body"]] == [block["type"] for block in body]
        assert len({block["id"] for block in seen["body"]}) == len(body)
        assert seen["body"][0]["value"] == {"level": 2, "text": "Morning"}
        assert seen["body"][1]["value"] == "<p>Grey <b>light</b>.</p>"
        assert seen["body"][2]["value"]["image"]["id"] == photo["id"]
        assert seen["body"][2]["value"]["caption"] == "At six"
        assert [image["id"] for image in seen["body"][3]["value"]] == [photo["id"], photo["id"]]
        assert seen["body"][4]["value"] == {"language": "python", "code": "print('<b>')\n\n  x"}
        assert seen["body"][6]["value"] == {"url": "https://video.example/1"}
        assert seen["body"][7]["value"] is None
        assert [image["id"] for image in seen["images"]] == [photo["id"]]
        assert seen["feature_image"]["id"] == photo["id"]

    def test_can_be_sent_back_as_it_was_read(self, alice, picture):
        photo = alice.upload(picture())
        blocks = [{"type": "image", "value": {"image": photo["id"]}}, {"type": "gallery", "value": [photo["id"]]}]
        post = alice.write(body=blocks, feature_image=photo["id"])
        again = alice.patch(f"posts/{post['id']}/", json=post)
        assert again["body"] == post["body"]
        assert again["feature_image"] == post["feature_image"]

    def test_may_be_empty(self, alice):
        post = alice.post("blogs/alice/posts/", json={"title": "Bare"})
        assert post["body"] == []
        assert post["reading_minutes"] == 1

    def test_costs_few_queries(self, alice, django_assert_max_num_queries):
        alice.write("Warm", tags=["a", "b"])
        post = {"title": "Measured", "markdown": "*x*", "status": "live", "tags": ["a", "b"]}
        headers = {"Authorization": f"Bearer {alice.tokens['access']}"}
        with django_assert_max_num_queries(48):  # what follows the commit is not counted
            answer = alice.client.post("/api/v2/blogs/alice/posts/", post, "application/json", headers=headers)
        assert answer.status_code == 201

    def test_needs_a_title_that_shows(self, alice):
        for title in (None, "", "  ", "\u200b", "\u202e", "\u0301", "x" * 256, ["x"], {"a": 1}, "a\u0000b", "a\u0007b"):
            answer = alice.call("POST", "blogs/alice/posts/", json={"title": title, "markdown": "x"})
            is_error(answer, 400, attr="title")
        is_error(alice.call("POST", "blogs/alice/posts/", json={"markdown": "x"}), 400, "required", "title")
        assert alice.write("x" * 255)["title"] == "x" * 255

    def test_says_everything_that_is_wrong_at_once(self, alice):
        wrong = {
            "title": "\u200b",
            "slug": "a b",
            "feature_image": 10**9,
            "reply_to": 10**9,
            "publish_at": "2001-01-01T00:00:00Z",
            "body": [{"type": "nonsense", "value": 1}],
        }
        body = is_error(alice.call("POST", "blogs/alice/posts/", json=wrong), 400)
        assert {error["attr"] for error in body["errors"]} == {
            "title", "slug", "feature_image", "reply_to", "publish_at", "body.0.type",
        }  # fmt: skip
        assert alice.get("me/posts/")["items"] == []

    def test_ignores_what_it_does_not_know_and_what_is_not_written(self, alice):
        post = alice.write("Mine", nonsense=1, id=5, author="bob", owner=1, live=True, counts={"likes": 9}, url="x")
        assert post["author"]["username"] == "alice"
        assert post["counts"]["likes"] == 0

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("tags", ["x", {"a": 1}, [["x"]], [None], ["x" * 51], [f"t{n}" for n in range(21)], ["a\u0001"]]),
            ("intro", [None, 5 * ["x"], "x" * 1001, "a\u0000"]),
            ("comments_open", [None, "maybe", 2, []]),
            ("seo", [None, "x", [], {"title": "x" * 256}, {"title": ["x"]}]),
            ("status", [None, "in_review", "scheduled", "published", "", 1, []]),
            ("feature_image", ["x", 0, -1, 1.5, True, 10**30, [1]]),
            ("reply_to", ["x", 0, -1, 10**30, [1]]),
            ("slug", ["a b", "a/b", "ä", "x" * 201, {"a": 1}]),
            ("publish_at", ["tomorrow", 5, True]),
        ],
    )
    def test_refuses_what_a_field_cannot_hold(self, alice, field, values):
        for value in values:
            answer = alice.call("POST", "blogs/alice/posts/", json={"title": "x", field: value})
            body = is_error(answer, 400)
            assert body["errors"][0]["attr"].startswith(field), (value, body)

    def test_takes_one_form_of_the_body_only(self, alice):
        for forms in ({"markdown": "x", "html": "y"}, {"body": [], "markdown": "x"}):
            is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", **forms}), 400, "ambiguous")


class TestSlugs:
    def test_are_made_of_titles_in_any_script(self, alice):
        assert alice.write("Привет, мир!")["slug"] == "privet-mir"
        assert alice.write("Größe & Straße")["slug"] == "grosse-strasse"
        assert alice.write("!!!")["slug"] == "post"

    def test_are_numbered_for_equal_titles(self, alice):
        assert [alice.write("Same title")["slug"] for _ in range(3)] == ["same-title", "same-title-2", "same-title-3"]

    def test_can_be_chosen(self, alice, bob):
        assert alice.write("x", slug="My-Slug")["slug"] == "my-slug"
        is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", "slug": "my-slug"}), 400, "taken", "slug")
        assert bob.write("x", slug="my-slug")["slug"] == "my-slug"

    def test_lead_on_when_they_change(self, alice, anyone):
        post = alice.write("First")
        alice.patch(f"posts/{post['id']}/", json={"slug": "second"})
        alice.patch(f"posts/{post['id']}/", json={"slug": "third"})
        for old in ("first", "second"):
            moved = anyone.call("GET", f"blogs/alice/posts/{old}/", expect=308)
            assert moved["Location"].endswith("/blogs/alice/posts/third/")
        assert anyone.get("blogs/alice/posts/third/")["id"] == post["id"]

    def test_can_be_taken_back(self, alice, anyone):
        post = alice.write("First")
        alice.patch(f"posts/{post['id']}/", json={"slug": "second"})
        alice.patch(f"posts/{post['id']}/", json={"slug": "first"})
        assert anyone.get("blogs/alice/posts/first/")["id"] == post["id"]
        assert list(OldPostSlug.objects.values_list("slug", flat=True)) == ["second"]

    def test_of_before_are_avoided_but_can_be_chosen(self, alice, anyone):
        post = alice.write("First")
        alice.patch(f"posts/{post['id']}/", json={"slug": "second"})
        assert alice.write("First")["slug"] == "first-2"
        other = alice.write("Other", slug="first")
        assert anyone.get("blogs/alice/posts/first/")["id"] == other["id"]

    def test_of_drafts_lead_nowhere(self, alice, anyone):
        draft = alice.write("First", status="draft")
        changed = alice.patch(f"posts/{draft['id']}/", json={"slug": "second"})
        assert changed["slug"] == "second"
        is_error(alice.call("GET", "blogs/alice/posts/first/"), 404)
        assert alice.write("First")["slug"] == "first"
        is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", "slug": "second"}), 400, "taken")
        alice.post(f"posts/{draft['id']}/publish/", 200)
        assert anyone.get("blogs/alice/posts/second/")["id"] == draft["id"]

    def test_that_were_taken_since_stop_a_publication(self, alice):
        post = alice.write("First")
        alice.patch(f"posts/{post['id']}/", json={"slug": "second", "status": "draft"})
        alice.write("Second")
        is_error(alice.call("POST", f"posts/{post['id']}/publish/"), 400, attr="slug")
        assert alice.get(f"posts/{post['id']}/")["slug"] == "first"


class TestTags:
    def test_are_one_in_every_case(self, alice, bob):
        alice.write("x", tags=["Sea"])
        assert bob.write("x", tags=["SEA", "sea", " sea ", "#sea", ""])["tags"] == ["Sea"]

    def test_hold_what_people_write(self, alice):
        tags = ["C++", "C#", "C", "Море", "a, b", "日本", "🌊", '"q"', "<b>"]
        assert sorted(alice.write("x", tags=tags)["tags"]) == sorted(tags)

    def test_change_with_a_draft_only_when_it_is_published(self, alice, anyone):
        post = alice.write("x", tags=["a", "b"])
        alice.patch(f"posts/{post['id']}/", json={"tags": ["b", "c"], "status": "draft"})
        assert anyone.get(f"posts/{post['id']}/")["tags"] == ["a", "b"]
        alice.post(f"posts/{post['id']}/publish/", 200)
        assert anyone.get(f"posts/{post['id']}/")["tags"] == ["b", "c"]
        assert alice.patch(f"posts/{post['id']}/", json={"tags": []})["tags"] == []


class TestReplies:
    def test_answer_a_post_one_may_read(self, alice, bob):
        post = alice.write("Question")
        answer = bob.write("Answer", reply_to=post["id"])
        assert answer["reply_to"] == post["id"]
        assert alice.get(f"posts/{post['id']}/")["counts"]["replies"] == 1
        bob.patch(f"posts/{answer['id']}/", json={"reply_to": None})
        assert alice.get(f"posts/{post['id']}/")["counts"]["replies"] == 0

    def test_answer_nothing_hidden(self, alice, bob):
        draft = alice.write("Hidden", status="draft")
        answers = [
            bob.call("POST", "blogs/bob/posts/", json={"title": "x", "reply_to": id}) for id in (draft["id"], 10**9)
        ]
        assert is_error(answers[0], 400, attr="reply_to") == is_error(answers[1], 400)

    def test_answer_not_themselves(self, alice):
        post = alice.write("Echo")
        is_error(alice.call("PATCH", f"posts/{post['id']}/", json={"reply_to": post["id"]}), 400, attr="reply_to")


class TestDeletion:
    def test_removes_everything_of_a_post(self, alice, anyone):
        post = alice.write("Gone")
        alice.delete(f"posts/{post['id']}/")
        for caller in (alice, anyone):
            is_error(caller.call("GET", f"posts/{post['id']}/"), 404)
        is_error(alice.call("DELETE", f"posts/{post['id']}/"), 404)
        assert not PostCard.objects.exists()
        assert anyone.get("blogs/alice/")["counts"]["posts"] == 0
        assert alice.write("Gone")["slug"] == "gone"

    def test_by_a_moderator_is_logged_with_its_reason(self, alice, moderator):
        post = alice.write("Spam")
        draft = alice.write("Draft", status="draft")
        is_error(moderator.call("DELETE", f"posts/{draft['id']}/"), 404)
        moderator.delete(f"posts/{post['id']}/?reason=Nothing+but+advertisements")
        entry = PageLogEntry.objects.get(action="wagtail.delete", page=post["id"])
        assert (entry.user.username, entry.data["reason"]) == ("mona", "Nothing but advertisements")
        assert entry.label == "Spam"

    def test_is_not_for_others(self, alice, bob, anyone):
        post = alice.write("Mine")
        is_error(bob.call("DELETE", f"posts/{post['id']}/"), 403)
        is_error(anyone.call("DELETE", f"posts/{post['id']}/"), 401)


class TestOwnership:
    def test_decides_who_writes(self, alice, bob, anyone, moderator, admin):
        post = alice.write("Mine")
        revision = alice.get(f"posts/{post['id']}/revisions/")["items"][0]["id"]
        doors = [
            ("POST", "blogs/alice/posts/", {"title": "x"}),
            ("PATCH", f"posts/{post['id']}/", {"title": "x"}),
            ("POST", f"posts/{post['id']}/publish/", {}),
            ("POST", f"posts/{post['id']}/unpublish/", {}),
            ("POST", f"posts/{post['id']}/submit/", {}),
            ("GET", f"posts/{post['id']}/revisions/", ...),
            ("POST", f"posts/{post['id']}/revisions/{revision}/restore/", {}),
        ]
        for method, path, body in doors:
            is_error(anyone.call(method, path, json=body), 401)
            for caller in (bob, moderator, admin):
                is_error(caller.call(method, path, json=body), 403)
        assert alice.get(f"posts/{post['id']}/") == post

    def test_of_hidden_posts_is_not_told(self, alice, bob, moderator):
        draft = alice.write("Secret", status="draft")
        later = alice.write("Secret", publish_at="2099-01-01T00:00:00Z")
        for id in (draft["id"], later["id"]):
            for method, path in (
                ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "publish/"), ("POST", "unpublish/"),
                ("POST", "submit/"), ("GET", "revisions/"), ("POST", "revisions/1/restore/"), ("POST", "images/"),
            ):  # fmt: skip
                for caller in (bob, moderator):
                    body = ... if method == "GET" or path == "images/" else {}
                    never = caller.call(method, f"posts/999999999/{path}", json=body)
                    answer = caller.call(method, f"posts/{id}/{path}", json=body)
                    assert answer.status_code == never.status_code == 404, (method, path, answer.status_code)
                    assert answer.json() == never.json()

    @pytest.mark.parametrize("id", ["0", "-1", "01", "1.0", "１", "abc", "9" * 30, "1,2", "%00", " 1"])
    def test_needs_an_id_that_is_one(self, alice, id):
        for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "publish/"), ("GET", "revisions/")):
            body = ... if method == "GET" else {}
            is_error(alice.call(method, f"posts/{id}/{path}", json=body), 404)

    def test_ends_where_a_blog_is_blocked(self, alice):
        post = alice.write("Mine")
        BlogCard.objects.update(blocked_at=clock.now())
        for method, path, body in (
            ("POST", "blogs/alice/posts/", {"title": "x"}),
            ("PATCH", f"posts/{post['id']}/", {"title": "x"}),
            ("PATCH", "blogs/alice/", {"title": "x"}),
            ("DELETE", f"posts/{post['id']}/", {}),
        ):
            is_error(alice.call(method, path, json=body), 403, "blog_blocked")
        assert alice.get(f"posts/{post['id']}/")["title"] == "Mine"


class TestRevisions:
    def test_are_listed_the_latest_first(self, alice):
        post = alice.write("One")
        for title in ("Two", "Three"):
            alice.patch(f"posts/{post['id']}/", json={"title": title})
        alice.patch(f"posts/{post['id']}/", json={"title": "Draft", "status": "draft"})
        page = alice.get(f"posts/{post['id']}/revisions/", limit=3)
        assert [(r["title"], r["is_live"], r["user"]["username"]) for r in page["items"]] == [
            ("Draft", False, "alice"),
            ("Three", True, "alice"),
            ("Two", False, "alice"),
        ]
        assert [r["title"] for r in alice.get(page["meta"]["next"])["items"]] == ["One"]
        is_error(alice.call("GET", f"posts/{post['id']}/revisions/?limit=0"), 400)

    def test_bring_back_what_a_post_was(self, alice, anyone, picture):
        photo = alice.upload(picture())["id"]
        first = {"markdown": "Old text", "tags": ["old"], "intro": "Old", "feature_image": photo}
        post = alice.write("One", **first)
        then = alice.get(f"posts/{post['id']}/revisions/")["items"][0]["id"]
        new = {"title": "Two", "markdown": "New", "tags": ["new"], "intro": "", "feature_image": None, "slug": "two"}
        alice.patch(f"posts/{post['id']}/", json=new)
        restored = alice.post(f"posts/{post['id']}/revisions/{then}/restore/", 200)
        seen = anyone.get(f"posts/{post['id']}/")
        assert (seen["title"], seen["intro"], seen["tags"]) == ("One", "Old", ["old"])
        assert seen["feature_image"]["id"] == photo
        assert "Old text" in seen["body"][0]["value"]
        assert (seen["slug"], seen["published_at"]) == ("two", post["published_at"])
        assert restored["title"] == "One"

    def test_of_a_draft_stay_drafts(self, alice):
        draft = alice.write("One", status="draft")
        alice.patch(f"posts/{draft['id']}/", json={"title": "Two"})
        first = alice.get(f"posts/{draft['id']}/revisions/")["items"][1]["id"]
        restored = alice.post(f"posts/{draft['id']}/revisions/{first}/restore/", 200)
        assert (restored["status"], restored["title"]) == ("draft", "One")

    def test_of_another_post_are_not_found(self, alice):
        one, two = alice.write("One"), alice.write("Two")
        other = alice.get(f"posts/{two['id']}/revisions/")["items"][0]["id"]
        for id in (other, 10**12, 0, "x"):
            is_error(alice.call("POST", f"posts/{one['id']}/revisions/{id}/restore/"), 404)
        assert alice.get(f"posts/{one['id']}/")["title"] == "One"
