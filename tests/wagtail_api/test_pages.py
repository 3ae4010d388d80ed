"""`pages/`: Wagtail's list, detail and find, over what the caller may see."""

import re

import pytest
from django.core.management import call_command

from blogs.models import BlogCard, PostCard
from tests.client import is_error

POSTS = "pages/?type=blogs.BlogPostPage"
BUDGET = 15


def ids(answer):
    return {item["id"] for item in answer["items"]}


@pytest.fixture
def photo(alice, picture):
    return alice.upload(picture(), title="A photo", alt="What it shows")


@pytest.fixture
def post(alice, photo):
    body = [
        {"type": "paragraph", "value": "<p>Some <b>bold</b> text</p>"},
        {"type": "image", "value": {"image": photo["id"], "caption": "Here"}},
        {"type": "code", "value": {"language": "python", "code": "a < b"}},
    ]
    return alice.write("A title", intro="An intro", tags=["One", "two"], feature_image=photo["id"], body=body)


class TestPostsInTheList:
    def test_have_the_fields_of_stock_wagtail_by_default(self, anyone, post):
        [item] = anyone.get(POSTS)["items"]
        assert set(item) == {"id", "meta", "title"}
        assert set(item["meta"]) == {"type", "detail_url", "html_url", "slug", "first_published_at"}
        assert item["meta"]["type"] == "blogs.BlogPostPage"
        assert item["meta"]["detail_url"].endswith(f"/api/v2/pages/{post['id']}/")
        assert item["meta"]["html_url"] == post["url"]

    def test_show_with_all_fields_what_the_post_shows(self, anyone, post):
        [item] = anyone.get(f"{POSTS}&fields=*")["items"]
        shown = anyone.get(f"posts/{post['id']}/")
        same = (
            "title",
            "intro",
            "tags",
            "feature_image",
            "comments_open",
            "reading_minutes",
            "published_at",
            "counts",
            "body",
        )
        assert {name: item[name] for name in same} == {name: shown[name] for name in same}
        assert item["owner"] == shown["author"]
        image = next(block for block in item["body"] if block["type"] == "image")["value"]["image"]
        assert image == shown["feature_image"]
        assert image["url"].startswith("http")

    def test_show_a_new_picture_and_name_of_the_owner_at_once(self, alice, anyone, post):
        alice.patch("me/", json={"name": "Renamed"})
        [item] = anyone.get(f"{POSTS}&fields=owner,feature_image")["items"]
        assert item["owner"]["name"] == item["feature_image"]["owner"]["name"] == "Renamed"

    def test_can_be_chosen_by_field(self, anyone, post):
        assert ids(anyone.get(f"{POSTS}&title=A title")) == {post["id"]}
        assert ids(anyone.get(f"{POSTS}&title=Another")) == set()
        assert ids(anyone.get(f"{POSTS}&slug={post['slug']}&tags=One,two&comments_open=true")) == {post["id"]}
        assert ids(anyone.get(f"{POSTS}&tags=One,three")) == set()
        assert ids(anyone.get(POSTS, first_published_at=post["published_at"])) == {post["id"]}

    def test_can_be_sorted_and_cut(self, alice, anyone, post):
        other = alice.write("B title")
        for order, wanted in (
            ("title", [post, other]),
            ("-title", [other, post]),
            ("-first_published_at", [other, post]),
        ):
            assert [item["id"] for item in anyone.get(f"{POSTS}&order={order}")["items"]] == [p["id"] for p in wanted]
        cut = anyone.get(f"{POSTS}&order=title&limit=1&offset=1")
        assert cut["meta"]["total_count"] == 2
        assert ids(cut) == {other["id"]}

    def test_are_found_by_words(self, alice, anyone, post):
        alice.write("Nothing of the kind")
        for words in ("bold", "Title", "intro"):
            found = anyone.get(f"{POSTS}&search={words}&fields=title")
            assert found["meta"]["total_count"] == 1
            assert ids(found) == {post["id"]}
        assert ids(anyone.get("pages/?search=bold&descendant_of=root")) == {post["id"]}

    def test_take_wagtails_syntax_of_fields(self, anyone, post):
        [item] = anyone.get(f"{POSTS}&fields=_,title")["items"]
        assert item == {"title": "A title"}
        [item] = anyone.get(f"{POSTS}&fields=*,-body,-detail_url")["items"]
        assert "body" not in item
        assert "detail_url" not in item["meta"]
        [item] = anyone.get(f"{POSTS}&fields=feature_image(*),owner(*)")["items"]
        assert item["owner"] == anyone.get(f"posts/{post['id']}/")["author"]

    @pytest.mark.parametrize(
        "fields", ["owner(email)", "owner(password)", "owner(id)", "owner.email", "feature_image(file)"]
    )
    def test_give_no_other_field_of_an_account_or_image(self, anyone, post, fields):
        answer = anyone.call("GET", f"{POSTS}&fields={fields}")
        is_error(answer, 400)


class TestRichText:
    @pytest.mark.parametrize(
        ("kind", "wanted"),
        [
            ("html", "<p>Some <b>bold</b> text</p>"),
            ("db_html", "<p>Some <b>bold</b> text</p>"),
            ("markdown", "Some **bold** text"),
        ],
    )
    def test_comes_in_the_form_asked_for(self, anyone, post, kind, wanted):
        [item] = anyone.get(f"{POSTS}&fields=body&rich_text_format={kind}")["items"]
        assert item["body"][0]["value"].strip() == wanted

    @pytest.mark.parametrize("kind", ["html", "db_html", "markdown", "db_markdown"])
    def test_is_clean_in_every_form(self, alice, anyone, kind):
        link = '<a href="javascript:alert(1)">b</a>'
        evil = f'<p onclick="x()">a<script>alert(1)</script>{link}<img src=x onerror=alert(1)></p>'
        alice.write("Evil", body=[{"type": "paragraph", "value": evil}])
        text = anyone.call("GET", f"{POSTS}&fields=body&rich_text_format={kind}", expect=200).content.decode()
        assert not re.search("script|onclick|onerror|alert", text)


class TestPlainPages:
    def test_list_what_there_is_from_the_home_page_down(self, alice, anyone, post):
        listed = anyone.get("pages/?fields=*")["items"]
        kinds = [item["meta"]["type"] for item in listed]
        assert kinds[:2] == ["home.HomePage", "blogs.BlogIndexPage"]
        assert {"blogs.BlogPage", "blogs.BlogPostPage"} <= set(kinds)
        addresses = {item["id"]: item["meta"]["html_url"] for item in listed}
        blog = anyone.get(f"blogs/{alice.blog}/")
        assert addresses[post["id"]] == post["url"]
        assert addresses[blog["id"]] == blog["url"]

    def test_follow_the_tree(self, alice, anyone, post):
        blog = anyone.get(f"blogs/{alice.blog}/")["id"]
        assert ids(anyone.get(f"pages/?child_of={blog}")) == {post["id"]}
        assert ids(anyone.get(f"pages/?descendant_of={blog}")) == {post["id"]}
        assert blog in ids(anyone.get(f"pages/?ancestor_of={post['id']}"))
        assert ids(anyone.get("pages/?child_of=root&type=blogs.BlogIndexPage"))

    def test_show_a_blog(self, alice, anyone):
        blog = anyone.get(f"blogs/{alice.blog}/")
        shown = anyone.get(f"pages/{blog['id']}/")
        assert shown["meta"]["type"] == "blogs.BlogPage"
        assert shown["owner"]["username"] == "alice"
        assert shown["counts"] == blog["counts"]
        assert shown["meta"]["parent"]["meta"]["type"] == "blogs.BlogIndexPage"


class TestOnePage:
    def test_shows_everything_and_its_parent(self, alice, anyone, post):
        shown = anyone.get(f"pages/{post['id']}/")
        assert shown["body"] == anyone.get(f"posts/{post['id']}/")["body"]
        blog = anyone.get(f"blogs/{alice.blog}/")
        parent = shown["meta"]["parent"]
        assert (parent["id"], parent["title"], parent["meta"]["html_url"]) == (blog["id"], blog["title"], blog["url"])

    def test_is_found_by_id_and_by_its_addresses(self, alice, anyone, post):
        slug = f"{alice.blog}/{post['slug']}"
        for query in (f"id={post['id']}", f"html_path=/{slug}/", f"html_path=/blogs/{slug}/"):
            found = anyone.call("GET", f"pages/find/?{query}&fields=title", expect=302)
            assert found.headers["Location"].endswith(f"/api/v2/pages/{post['id']}/?fields=title")
        assert anyone.get(found.headers["Location"])["title"] == "A title"
        home = anyone.call("GET", "pages/find/?html_path=/", expect=302)
        assert anyone.get(home.headers["Location"])["meta"]["type"] == "home.HomePage"


class TestCaching:
    def test_public_answers_may_be_shared_but_are_asked_for_again(self, anyone, post):
        for path in (POSTS, f"pages/{post['id']}/", "images/"):
            answer = anyone.call("GET", path, expect=200)
            assert answer.headers["Cache-Control"] == "public, no-cache"
            assert "Authorization" in answer.headers["Vary"]
            assert "Cookie" not in answer.headers["Vary"]
            again = anyone.call("GET", path, expect=304, headers={"If-None-Match": answer.headers["ETag"]})
            assert again.content == b""
            assert again.headers["ETag"] == answer.headers["ETag"]

    def test_answers_to_somebody_are_private(self, alice, post):
        for path in (POSTS, f"pages/{post['id']}/", f"pages/find/?id={post['id']}", "images/", "documents/"):
            answer = alice.call("GET", path, expect=(200, 302))
            assert "private" in answer.headers["Cache-Control"]
            assert "Authorization" in answer.headers["Vary"]

    def test_a_change_shows_at_once(self, alice, anyone, post):
        before = anyone.call("GET", f"pages/{post['id']}/", expect=200).headers["ETag"]
        alice.patch(f"posts/{post['id']}/", json={"title": "Changed"})
        after = anyone.call("GET", f"pages/{post['id']}/", expect=200, headers={"If-None-Match": before})
        assert after.json()["title"] == "Changed"

    def test_a_bad_token_is_refused(self, anyone, post):
        is_error(anyone.call("GET", POSTS, headers={"Authorization": "Bearer x.y.z"}), 401)


class TestCost:
    LISTS = (
        f"{POSTS}&fields=*&limit=20",
        f"{POSTS}&limit=20&order=-first_published_at",
        "pages/?fields=*&limit=20",
        "pages/?type=blogs.BlogPage&fields=*&limit=20",
        "pages/?type=blogs.BlogPostPage,blogs.BlogPage&fields=*&limit=20",
        f"{POSTS}&fields=*&search=text&limit=20",
        "images/?fields=*&limit=20",
    )

    def _count(self, caller, path, connection_queries):
        caller.call("GET", path, expect=200)
        with connection_queries() as queries:
            answer = caller.call("GET", path, expect=200).json()
        return len(queries), len(answer["items"])

    def test_is_the_same_for_two_posts_and_for_twenty(self, alice, bob, anyone, photo, connection_queries):
        def write(number, author=alice):
            for index in range(number):
                image = {"feature_image": photo["id"]} if author is alice else {}
                author.write(f"Post {index}", tags=["a", "b"], markdown="Some text", **image)

        write(2)
        before = {path: self._count(anyone, path, connection_queries)[0] for path in self.LISTS}
        write(12)
        write(8, bob)
        for path, queries in before.items():
            count, items = self._count(anyone, path, connection_queries)
            assert count == queries <= BUDGET, path
            assert items == 20 or "BlogPostPage" not in path or "search" in path

    def test_does_not_grow_with_private_blogs(self, anyone, charlie, connection_queries):
        call_command("seed", posts=300, blogs=1_100)
        private = BlogCard.objects.order_by("pk")[100:].values("pk")
        before = [self._count(caller, self.LISTS[0], connection_queries) for caller in (anyone, charlie)]
        BlogCard.objects.filter(pk__in=private).update(is_private=True)
        PostCard.objects.filter(blog__in=private).update(is_private=True)
        assert [self._count(caller, self.LISTS[0], connection_queries) for caller in (anyone, charlie)] == before
        assert all(queries <= BUDGET and items == 20 for queries, items in before)
