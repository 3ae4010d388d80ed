"""What a caller may not see leaves no trace in Wagtail's endpoints: the walk of the canaries.

Each hidden post, blog and image carries a word of its own. No byte of any answer to the wrong viewer, headers
included, holds one of them, whatever is asked for; and asking with the id of a hidden thing is answered as asking with
an id that never existed.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from blogs.models import BlogCard, BlogPage, BlogPostPage, PostCard
from core import clock
from tests.client import Api

MISSING = 999_999_999
KINDS = ("", "type=blogs.BlogPostPage&", "type=blogs.BlogPage&", "type=blogs.BlogPostPage,blogs.BlogPage&")


@dataclass
class Hidden:
    """Something hidden: the word it carries, the ids of its pages and images, and its addresses."""

    canary: str
    pages: list[int]
    image: int
    paths: list[str]


def word() -> str:
    return f"canary{secrets.token_hex(6)}"


@pytest.fixture
def write_hidden(picture):
    """Writes a post full of a new word, with an image of that name."""

    def write(author, **fields) -> Hidden:
        canary = word()
        image = author.upload(picture(), title=f"{canary} image", alt=f"{canary} alt")["id"]
        body = [
            {"type": "paragraph", "value": f"<p>{canary} paragraph</p>"},
            {"type": "image", "value": {"image": image, "caption": f"{canary} caption"}},
        ]
        post = author.write(
            f"{canary} title",
            intro=f"{canary} intro",
            tags=[canary],
            body=body,
            feature_image=image,
            seo={"title": f"{canary} seo", "description": f"{canary} description"},
            **fields,
        )
        paths = [f"/{author.blog}/{post['slug']}/", f"/blogs/{author.blog}/{post['slug']}/"]
        return Hidden(canary, [post["id"]], image, paths)

    return write


@pytest.fixture
def hidden(register, write_hidden):
    """One of each kind of hidden post."""
    past = clock.now() - timedelta(minutes=1)
    found = {}

    author = register("dora")
    found["draft"] = write_hidden(author, status="draft")
    found["scheduled"] = write_hidden(author, publish_at="2099-01-01T00:00:00Z")
    found["unpublished"] = write_hidden(author)
    author.post(f"posts/{found['unpublished'].pages[0]}/unpublish/", 200)
    found["expired"] = write_hidden(author, expire_at="2099-01-01T00:00:00Z")
    PostCard.objects.filter(pk__in=found["expired"].pages).update(expire_at=past)
    BlogPostPage.objects.filter(pk__in=found["expired"].pages).update(expire_at=past)

    def in_blog(name: str, username: str) -> Api:
        author = register(username)
        found[name] = write_hidden(author)
        blog = BlogPage.objects.get(slug=author.blog)
        found[name].pages.append(blog.pk)
        found[name].paths += [f"/{blog.slug}/", f"/blogs/{blog.slug}/"]
        author.patch(f"blogs/{blog.slug}/", json={"description": f"{found[name].canary} blog"})
        return author

    author = in_blog("private", "pauline")
    author.patch(f"blogs/{author.blog}/", json={"is_private": True})
    author = in_blog("blocked blog", "bruno")
    BlogCard.objects.filter(slug=author.blog).update(blocked_at=past)
    author = in_blog("blocked user", "ulrich")
    User.objects.filter(username=author.username).update(blocked_at=past)

    author = in_blog("unpublished blog", "ursula")
    BlogPage.objects.get(slug=author.blog).unpublish()

    call_command("update_index", verbosity=0)
    return found


@pytest.fixture
def public(alice, picture):
    """A public post beside the hidden ones, with links to one of them in every way an author can."""

    def public(target: Hidden):
        link = f'<p>See <a linktype="page" id="{target.pages[0]}">this</a></p>'
        return alice.write("In public", body=[{"type": "paragraph", "value": link}], tags=["public"])

    return public


def queries_about(thing: Hidden) -> list[str]:
    """Queries that name a hidden thing by an id or a word."""
    pages = [
        f"{name}={pk}"
        for pk in thing.pages
        for name in ("child_of", "descendant_of", "ancestor_of", "translation_of", "alias_of", "id")
    ]
    words = [
        f"search={thing.canary}",
        f"search={thing.canary} title&search_operator=or",
        f"search={thing.canary}&order=-title",
        f"title={thing.canary} title",
        f"seo_title={thing.canary} seo",
    ]
    posts = [f"tags={thing.canary}", f"feature_image={thing.image}", f"intro={thing.canary} intro"]
    return [
        *(f"pages/?{kind}{query}&fields=*" for kind in KINDS for query in [*pages, *words]),
        *(f"pages/?type=blogs.BlogPostPage&{query}&fields=*" for query in posts),
        *(
            f"images/?{query}&fields=*"
            for query in (f"search={thing.canary}", f"title={thing.canary} image", f"id={thing.image}")
        ),
        *(f"documents/?search={thing.canary}&fields=*" for _ in (1,)),
    ]


def queries_about_nothing() -> list[str]:
    """Queries that name no hidden thing."""
    fields = (
        "*",
        "*,parent(*)",
        "related(*)",
        "owner(*)",
        "alias_of(*)",
        "feature_image(*)",
        "*,feature_image(*),owner(*)",
        "card(*)",
        "replies(*)",
        "reply_to(*)",
        "tagged_items(*)",
        "revisions(*)",
        "body,intro,tags",
    )
    orders = ("title", "-title", "id", "-id", "-first_published_at", "slug", "random")
    return [
        *(f"pages/?{kind}fields={field}&limit=100" for kind in KINDS for field in fields),
        *(f"pages/?{kind}order={order}&fields=*&limit=100" for kind in KINDS for order in orders),
        *(
            f"pages/?type=blogs.BlogPostPage&fields=body&rich_text_format={kind}&limit=100"
            for kind in ("html", "db_html", "markdown", "db_markdown")
        ),
        *(f"pages/?{name}=root&fields=*&limit=100" for name in ("child_of", "descendant_of", "translation_of")),
        *(f"images/?fields={field}&limit=100" for field in ("*", "owner(*)", "collection(*)", "uploaded_by_user(*)")),
        "images/?order=-title&fields=*&limit=100",
        "documents/?fields=*",
        "pages/?locale=en&fields=*&limit=100",
    ]


def bytes_of(response) -> str:
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headers}\n{response.content.decode()}"


class TestHiddenThings:
    @pytest.mark.parametrize("who", ["anyone", "charlie"])
    def test_leave_no_trace(self, request, hidden, public, who):
        post = public(hidden["private"])
        viewer = request.getfixturevalue(who)
        if viewer.username:
            viewer.put("blogs/pauline/follow/")  # a request, which is not accepted
        canaries = [thing.canary for thing in hidden.values()]
        paths = [*queries_about_nothing(), f"pages/{post['id']}/", f"pages/{post['id']}/?fields=*,parent"]
        for thing in hidden.values():
            paths += queries_about(thing)
            paths += [f"pages/{pk}/" for pk in thing.pages] + [f"pages/find/?id={pk}" for pk in thing.pages]
            paths += [f"images/{thing.image}/", f"images/find/?id={thing.image}"]
            paths += [f"pages/find/?html_path={path}" for path in thing.paths]
        for path in paths:
            response = viewer.call("GET", path)
            assert response.status_code < 500, path
            shown = bytes_of(response)
            assert not [canary for canary in canaries if canary in shown], (path, shown[:500])

    @pytest.mark.parametrize("who", ["anyone", "charlie"])
    def test_answer_as_if_they_had_never_existed(self, request, hidden, who):
        viewer = request.getfixturevalue(who)

        def answer(path):
            response = viewer.call("GET", path)
            return response.status_code, response.content

        for name, thing in hidden.items():
            for pk in thing.pages:
                for path in (
                    "pages/{}/",
                    "pages/{}/?fields=*",
                    "pages/find/?id={}",
                    "pages/?id={}",
                    "pages/?child_of={}",
                    "pages/?descendant_of={}",
                    "pages/?ancestor_of={}",
                    "pages/?translation_of={}",
                    "pages/?alias_of={}",
                    "pages/?related={}",
                ):
                    assert answer(path.format(pk)) == answer(path.format(MISSING)), (name, path)
            for path in (
                "images/{}/",
                "images/find/?id={}",
                "images/?id={}",
                "pages/?type=blogs.BlogPostPage&feature_image={}",
            ):
                assert answer(path.format(thing.image)) == answer(path.format(MISSING)), (name, path)
            for path in thing.paths:
                found = answer(f"pages/find/?html_path={path}")
                assert found == answer("pages/find/?html_path=/nobody/nothing/"), (name, path)

    def test_are_not_counted(self, hidden, public, anyone, alice):
        public(hidden["draft"])
        for kind in KINDS:
            listed = anyone.get(f"pages/?{kind}limit=100")
            assert listed["meta"]["total_count"] == len(listed["items"])
        for thing in hidden.values():
            assert anyone.get(f"pages/?search={thing.canary}")["meta"]["total_count"] == 0
            assert anyone.get(f"images/?search={thing.canary}")["meta"]["total_count"] == 0

    def test_show_to_those_who_may_see_them(self, hidden, sign_in, charlie, admin):
        owner = sign_in("pauline")
        charlie.put("blogs/pauline/follow/")
        owner.post("blogs/pauline/follow-requests/charlie/accept/", (200, 204))
        private = hidden["private"]
        for viewer in (owner, charlie, admin):
            for pk in private.pages:
                viewer.get(f"pages/{pk}/")
            found = viewer.get(f"pages/?search={private.canary}&type=blogs.BlogPostPage")
            assert [item["id"] for item in found["items"]] == [private.pages[0]]
            viewer.get(f"images/{private.image}/")
            viewer.call("GET", f"pages/find/?html_path={private.paths[0]}", expect=302)

    def test_drafts_show_to_nobody_here(self, hidden, sign_in, admin):
        for viewer in (sign_in("dora"), admin):
            for name in ("draft", "scheduled", "unpublished", "expired"):
                viewer.get(f"pages/{hidden[name].pages[0]}/", 404)
                assert viewer.get(f"pages/?search={hidden[name].canary}")["meta"]["total_count"] == 0

    def test_an_alias_says_nothing_of_what_it_is_an_alias_of(self, hidden, public, alice, anyone):
        post = public(hidden["private"])
        BlogPostPage.objects.filter(pk=post["id"]).update(alias_of=hidden["private"].pages[0])
        shown = bytes_of(anyone.call("GET", f"pages/{post['id']}/?fields=*", expect=200))
        assert hidden["private"].canary not in shown
        listed = anyone.get("pages/?type=blogs.BlogPostPage&fields=*")
        assert [item["meta"]["alias_of"] for item in listed["items"]] == [None]
        assert hidden["private"].canary not in bytes_of(anyone.call("GET", "pages/?fields=*"))

    def test_an_edit_that_is_not_published_stays_hidden(self, alice, anyone):
        canary = word()
        post = alice.write("Known", markdown="Known text")
        alice.patch(f"posts/{post['id']}/", json={"title": canary, "markdown": canary, "status": "draft"})
        for path in (
            f"pages/{post['id']}/?fields=*",
            "pages/?type=blogs.BlogPostPage&fields=*",
            f"pages/?search={canary}",
        ):
            assert canary not in bytes_of(anyone.call("GET", path, expect=200))
