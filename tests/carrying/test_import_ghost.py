"""`manage.py import_ghost`."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError

from accounts.models import User
from blogs.models import BlogPostPage
from members.models import ImportedThing
from social.models import Comment
from tests.carrying.commands import run

PICTURE = "__GHOST_URL__/content/images/2020/01/sea.jpg"


def post(id: str, title: str, html: str | None = None, **values) -> dict:
    known = {
        "id": id,
        "title": title,
        "slug": title.lower().replace(" ", "-"),
        "html": html,
        "lexical": None,
        "mobiledoc": None,
        "type": "post",
        "status": "published",
        "visibility": "public",
        "featured": 0,
        "created_at": "2020-01-01T00:00:00.000Z",
        "updated_at": "2020-03-01T00:00:00.000Z",
        "published_at": "2020-02-01T10:00:00.000Z",
        "custom_excerpt": None,
        "feature_image": None,
    }
    return known | values


def export(*posts: dict, **tables) -> dict:
    data = {
        "posts": list(posts),
        "posts_authors": [
            {"id": f"pa{p['id']}", "post_id": p["id"], "author_id": "u1", "sort_order": 0} for p in posts
        ],
        "users": [{"id": "u1", "name": "Ines Ghost", "slug": "ines", "email": "ines@example.org", "bio": "Writes."}],
        "tags": [{"id": "t1", "name": "Sea", "slug": "sea"}, {"id": "t2", "name": "#hidden", "slug": "hash-hidden"}],
        "posts_tags": [
            {"id": "x2", "post_id": "p1", "tag_id": "t2", "sort_order": 1},
            {"id": "x1", "post_id": "p1", "tag_id": "t1", "sort_order": 0},
        ],
        "settings": [{"id": "s1", "key": "title", "value": "Ghost town"}],
        **tables,
    }
    return {"db": [{"meta": {"version": "5.80.0"}, "data": data}]}


@pytest.fixture
def bring(tmp_path, picture, db):
    """Imports an export; gives what the command says."""
    images = tmp_path / "content" / "images" / "2020" / "01"
    images.mkdir(parents=True)
    (images / "sea.jpg").write_bytes(picture())
    (images / "hill.jpg").write_bytes(picture(color=(1, 2, 3)))

    def bring(known, *options: str) -> str:
        file = tmp_path / "export.json"
        file.write_text(known if isinstance(known, str) else json.dumps(known))
        given = ("--url", "https://ghost.example.org", "--content", tmp_path / "content", "--no-fetch")
        return run("import_ghost", file, *given, *options)

    return bring


def body_of(anyone, slug: str) -> list:
    return anyone.get(f"blogs/ines/posts/{slug}/")["body"]


class TestPosts:
    def test_come_with_authors_tags_dates_and_pictures(self, bring, anyone):
        html = (
            f'<p>See <a href="__GHOST_URL__/other/">this</a>.</p><figure class="kg-card kg-image-card">'
            f'<img src="{PICTURE}" alt="Sea"><figcaption>The sea</figcaption></figure>'
            '<figure class="kg-card kg-gallery-card"><div>'
            f'<img src="{PICTURE}"><img src="{PICTURE.replace("sea", "hill")}"></div></figure>'
        )
        meta = [{"id": "m1", "post_id": "p1", "meta_title": "For search", "feature_image_alt": "Alt"}]
        said = bring(
            export(post("p1", "By the sea", html, feature_image=PICTURE, custom_excerpt="In short"), posts_meta=meta)
        )
        [found] = anyone.get("posts/")["items"]
        assert (found["intro"], found["tags"], found["slug"]) == ("In short", ["Sea"], "by-the-sea")
        assert (found["published_at"], found["updated_at"]) == ("2020-02-01T10:00:00Z", "2020-03-01T00:00:00Z")
        assert (found["author"]["name"], found["blog"]["title"]) == ("Ines Ghost", "Ghost town")
        blocks = body_of(anyone, "by-the-sea")
        assert [block["type"] for block in blocks] == ["paragraph", "image", "gallery"]
        assert 'href="https://ghost.example.org/other/"' in blocks[0]["value"]
        assert blocks[1]["value"]["caption"] == "The sea"
        assert found["feature_image"]["id"] == blocks[1]["value"]["image"]["id"]
        assert anyone.get(f"posts/{found['id']}/")["seo"]["title"] == "For search"
        assert "internal tags are not kept: #hidden" in said
        anyone.get("/by-the-sea/", 301)

    def test_are_drafts_where_they_were_not_public(self, bring, anyone):
        said = bring(
            export(
                post("p1", "Open", "<p>Text.</p>"),
                post("p2", "Paid", "<p>Text.</p>", visibility="paid"),
                post("p3", "Sent", "<p>Text.</p>", status="sent"),
                post("p4", "Draft", "<p>Text.</p>", status="draft", published_at=None),
                post("p5", "To come", "<p>Text.</p>", status="scheduled", published_at="2090-01-01T00:00:00.000Z"),
            )
        )
        assert [found["title"] for found in anyone.get("posts/")["items"]] == ["Open"]
        statuses = {page.title: page.card.status for page in BlogPostPage.objects.all()}
        assert statuses == {"Open": "live", "Paid": "draft", "Sent": "draft", "Draft": "draft", "To come": "scheduled"}
        assert "it was for paid only" in said
        assert "sent by e-mail only" in said

    def test_are_read_from_lexical(self, bring, anyone):
        def text(words: str, format: int = 0) -> dict:
            return {"type": "extended-text", "text": words, "format": format}

        root = {
            "children": [
                {"type": "extended-heading", "tag": "h2", "children": [text("Title & more")]},
                {"type": "paragraph", "children": [text("Bold", 1), text(" and "), text("code<>", 16)]},
                {
                    "type": "paragraph",
                    "children": [{"type": "link", "url": "https://a.example/", "children": [text("a link")]}],
                },
                {"type": "list", "listType": "number", "children": [{"type": "listitem", "children": [text("one")]}]},
                {"type": "image", "src": PICTURE, "alt": "Sea", "caption": "The sea"},
                {"type": "gallery", "images": [{"src": PICTURE}, {"src": PICTURE.replace("sea", "hill")}]},
                {"type": "codeblock", "language": "rust", "code": "fn main() {}"},
                {"type": "embed", "url": "https://youtu.be/abc", "html": "<iframe></iframe>"},
                {"type": "markdown", "markdown": "*from* Markdown"},
                {"type": "horizontalrule"},
                {"type": "bookmark", "url": "https://b.example/", "metadata": {"title": "B", "description": "Of b"}},
                {"type": "signup", "heading": "<span>Join us</span>"},
                {"type": "post"},
            ]
        }
        said = bring(export(post("p1", "Lexical", lexical=json.dumps({"root": root}))))
        blocks = body_of(anyone, "lexical")
        kinds = [block["type"] for block in blocks]
        assert kinds == [
            "heading",
            "paragraph",
            "image",
            "gallery",
            "code",
            "embed",
            "paragraph",
            "divider",
            "paragraph",
        ]
        assert blocks[0]["value"]["text"] == "Title & more"
        assert "<b>Bold</b> and <code>code&lt;&gt;</code>" in blocks[1]["value"]
        assert "<ol><li>one</li></ol>" in blocks[1]["value"]
        assert "Join us" in blocks[-1]["value"]
        assert "a card of the kind signup" in said

    def test_are_read_from_mobiledoc(self, bring, anyone):
        document = {
            "version": "0.3.1",
            "atoms": [["soft-return", "", {}]],
            "cards": [["image", {"src": PICTURE, "alt": "Sea"}], ["markdown", {"markdown": "## From Markdown"}]],
            "markups": [["strong"], ["a", ["href", "https://a.example/"]]],
            "sections": [
                [1, "p", [[0, [0], 1, "Bold"], [0, [], 0, " <and> "], [0, [1], 1, "link"]]],
                [10, 0],
                [3, "ul", [[[0, [], 0, "one"]], [[0, [], 0, "two"]]]],
                [10, 1],
                [10, 99],
                "nonsense",
                [1, "p"],
            ],
        }
        bring(export(post("p1", "Mobiledoc", mobiledoc=json.dumps(document))))
        blocks = body_of(anyone, "mobiledoc")
        assert [block["type"] for block in blocks] == ["paragraph", "image", "paragraph", "heading"]
        assert "<b>Bold</b> &lt;and&gt; <a href=" in blocks[0]["value"]

    def test_change_nothing_when_repeated(self, bring):
        known = export(post("p1", "One", "<p>Text.</p>"), post("p2", "Two", "<p>Text.</p>"))
        bring(known)
        before = ImportedThing.objects.count(), User.objects.count(), BlogPostPage.objects.count()
        assert "2 posts that were there already" in bring(known)
        assert (ImportedThing.objects.count(), User.objects.count(), BlogPostPage.objects.count()) == before

    def test_come_with_comments_of_a_backup(self, bring):
        def comment(id: str, words: str, day: int, *, parent: str | None = None, status: str = "published") -> dict:
            moment = f"2020-02-{day:02}T00:00:00.000Z"
            known = {"id": id, "post_id": "p1", "member_id": "m1", "parent_id": parent, "status": status}
            return known | {"html": f"<p>{words}</p>", "created_at": moment}

        comments = [
            comment("c2", "Yes", 3, parent="c1"),
            comment("c1", "So?", 2),
            comment("c3", "No", 2, status="hidden"),
        ]
        members = [{"id": "m1", "name": "Marta Member", "email": "marta@example.net"}]
        said = bring(export(post("p1", "One", "<p>Text.</p>"), comments=comments, members=members))
        assert Comment.objects.get(body="Yes").parent.body == "So?"
        assert Comment.objects.get(body="Yes").author.name == "Marta Member"
        assert Comment.objects.count() == 2
        assert "it is hidden" in said


class TestStrangeFiles:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "no whole JSON|no `data`"),
            ("[]", "no Ghost export"),
            ('{"data": {"users": []}}', "no posts in it"),
            ('{"db": [{"data": {"posts": [{"id": "1"', "no whole JSON"),
            ("[" * 100_000, "nested deeper"),
        ],
    )
    def test_are_refused(self, bring, text, says):
        with pytest.raises(CommandError, match=says):
            bring(text)
        assert not ImportedThing.objects.exists()

    def test_lose_only_the_post_that_is_too_much(self, bring, anyone):
        node = {"type": "paragraph", "children": []}
        for _ in range(100):
            node = {"type": "quote", "children": [node]}
        deep = json.dumps({"root": {"children": [node]}})
        said = bring(export(post("p1", "Deep", lexical=deep), post("p2", "Fine", "<p>Text.</p>")))
        assert [found["title"] for found in anyone.get("posts/")["items"]] == ["Fine"]
        assert "nested too deeply" in said
