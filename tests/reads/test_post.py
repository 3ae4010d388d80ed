"""Reading one post."""

from __future__ import annotations

import pytest

from tests.client import is_error


class TestPost:
    def test_knows_its_neighbours_in_the_blog(self, alice, bob, anyone):
        first, second, third = (alice.write(title)["id"] for title in ("One", "Two", "Three"))
        bob.write("Elsewhere")
        post = anyone.get(f"posts/{second}/")
        assert (post["previous"]["id"], post["next"]["id"]) == (first, third)
        assert post["previous"]["url"].endswith("/alice/one/")
        assert anyone.get(f"posts/{third}/")["next"] is None

    def test_an_unpublished_neighbour_is_none(self, alice, anyone):
        first, second = alice.write("One")["id"], alice.write("Two")["id"]
        alice.post(f"posts/{first}/unpublish/", 200)
        assert anyone.get(f"posts/{second}/")["previous"] is None

    def test_is_found_by_slug_too(self, alice, anyone):
        post = alice.write("By its name")
        found = anyone.get("blogs/alice/posts/by-its-name/")
        assert found["id"] == post["id"]

    @pytest.mark.parametrize("body", ["html", "markdown", "text"])
    def test_comes_in_other_forms(self, alice, anyone, body):
        post = alice.write(markdown="Some **bold** text")["id"]
        text = anyone.get(f"posts/{post}/", body=body)["body"]
        assert isinstance(text, str)
        assert "bold" in text

    def test_an_unknown_form_is_refused(self, alice, anyone):
        is_error(anyone.call("GET", f"posts/{alice.write()['id']}/?body=pdf"), 400, attr="body")

    def test_its_author_may_see_his_latest_edits(self, alice, bob):
        post = alice.write("Published")["id"]
        alice.patch(f"posts/{post}/", json={"title": "Edited", "status": "draft"})
        assert alice.get(f"posts/{post}/", version="draft")["title"] == "Edited"
        assert alice.get(f"posts/{post}/")["has_unpublished_changes"] is True
        for answer in (bob.get(f"posts/{post}/", version="draft"), bob.get(f"posts/{post}/")):
            assert (answer["title"], answer["has_unpublished_changes"]) == ("Published", False)

    @pytest.mark.parametrize("id", ["0", "01", "-1", "1abc", "1.0", "１", "%201", "1,2", "9" * 30, "%00"])
    def test_an_odd_id_is_not_found(self, anyone, alice, id):
        is_error(anyone.call("GET", f"posts/{id}/"), 404)

    def test_a_draft_is_as_if_it_never_existed(self, alice, bob, anyone):
        draft = alice.write("Secret", status="draft")["id"]
        for reader in (bob, anyone):
            hidden, never = (reader.call("GET", f"posts/{pk}/") for pk in (draft, 999_999_999))
            assert hidden.status_code == never.status_code == 404
            assert hidden.json() == never.json()


class TestOldSlugs:
    def test_an_old_slug_of_a_post_redirects(self, alice, anyone):
        post = alice.write("First name")["id"]
        alice.patch(f"posts/{post}/", json={"slug": "second-name"})
        moved = anyone.call("GET", "blogs/alice/posts/first-name/?body=text", expect=308)
        assert moved.headers["Location"] == "/api/v2/blogs/alice/posts/second-name/?body=text"

    def test_an_old_slug_of_a_blog_redirects_with_everything_below(self, alice, anyone):
        alice.write("Hello")
        alice.patch("blogs/alice/", json={"slug": "wonderland"})
        assert anyone.call("GET", "blogs/alice/", expect=308).headers["Location"] == "/api/v2/blogs/wonderland/"
        moved = anyone.call("GET", "blogs/alice/posts/hello/", expect=308)
        assert moved.headers["Location"] == "/api/v2/blogs/wonderland/posts/hello/"

    def test_an_old_slug_of_a_hidden_post_does_not(self, alice, anyone):
        post = alice.write("First name")["id"]
        alice.patch(f"posts/{post}/", json={"slug": "second-name"})
        alice.post(f"posts/{post}/unpublish/", 200)
        is_error(anyone.call("GET", "blogs/alice/posts/first-name/"), 404)
