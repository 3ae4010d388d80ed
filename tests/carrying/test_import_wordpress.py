"""`manage.py import_wordpress`."""

from __future__ import annotations

import re
import time
import tracemalloc

import pytest
from django.core import mail
from django.core.management import CommandError

from accounts.models import User
from blogs.models import BlogPage, BlogPostPage
from media.models import Image
from members.importing import wordpress_xml
from members.models import ImportedThing
from social.models import Comment, Notification
from tests.carrying.commands import run
from tests.carrying.wxr import HEAD, address, comment, item, picture_item, wxr


@pytest.fixture
def uploads(tmp_path, picture):
    """A copy of the folder of uploads."""
    folder = tmp_path / "uploads" / "2015" / "06"
    folder.mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
        (folder / name).write_bytes(picture(color=(number, 0, 0)))
    return tmp_path / "uploads"


@pytest.fixture
def bring(tmp_path, db):
    """Imports an export with these items; gives what the command says."""

    def bring(*items: str, options: tuple = (), text: str | None = None) -> str:
        file = tmp_path / "export.xml"
        if items or text:
            file.write_text(text or wxr(*items))
        return run("import_wordpress", file, "--no-fetch", *options)

    return bring


def body_of(anyone, title: str, form: str = "") -> list | str:
    [post] = [post for post in anyone.get("posts/")["items"] if post["title"] == title]
    return anyone.get(f"posts/{post['id']}/", **({"body": form} if form else {}))["body"]


class TestPosts:
    def test_come_with_their_dates_terms_and_addresses(self, bring, anyone):
        terms = '<category domain="category" nicename="sea">Sea</category>'
        terms += '<category domain="post_tag" nicename="x">Ships</category>'
        terms += '<category domain="category" nicename="uncategorized">Uncategorized</category>'
        bring(item(1, "On ships", "First.\n\nSecond\nline.", excerpt="In <b>short</b>.", inside=terms))
        [post] = anyone.get("posts/")["items"]
        assert (post["title"], post["slug"], post["intro"]) == ("On ships", "on-ships", "In short.")
        assert (post["published_at"], post["tags"]) == ("2015-06-07T08:09:10Z", ["Sea", "Ships"])
        assert body_of(anyone, "On ships", "html").count("<p>") == 2
        assert "Second<br>line." in body_of(anyone, "On ships", "html").replace("<br>\n", "<br>").replace(
            "<br> ", "<br>"
        )
        blog = anyone.get("blogs/grace/")
        assert (blog["title"], blog["description"]) == ("Grace's log", "Of ships")
        location = anyone.get("/2015/06/on-ships/", 301).headers["Location"]
        assert location.endswith("/grace/on-ships/")
        anyone.get(location)

    def test_are_drafts_where_they_were_not_public(self, bring, anyone):
        said = bring(
            item(1, "Draft", status="draft", post_date_gmt="0000-00-00 00:00:00"),
            item(2, "Private", status="private"),
            item(3, "Locked", post_password="x"),
            item(4, "Waiting", status="pending"),
            item(5, "Thrown away", status="trash"),
            item(6, "To come", status="future", post_date_gmt="2090-01-01 00:00:00"),
            item(7, "Open"),
        )
        assert [post["title"] for post in anyone.get("posts/")["items"]] == ["Open"]
        statuses = {page.title: page.card.status for page in BlogPostPage.objects.all()}
        assert statuses.pop("To come") == "scheduled"
        assert statuses.pop("Open") == "live"
        assert set(statuses.values()) == {"draft"}
        assert "Thrown away" not in statuses
        for what in ("in the trash", "protected by a password", "it was private", "it was pending"):
            assert what in said

    def test_are_made_of_pages_unless_told_otherwise(self, bring, anyone):
        assert "it was a page" in bring(item(1, "About", post_type="page"), options=("--pages", "draft"))
        assert anyone.get("posts/")["items"] == []
        assert BlogPostPage.objects.get().title == "About"

    def test_need_a_title_here(self, bring, anyone):
        assert "it has no title" in bring(item(1, "", "Text.", slug="no-title"))
        assert anyone.get("posts/")["items"][0]["title"] == "Untitled (2015-06-07)"

    def test_show_pictures_galleries_and_captions(self, bring, anyone, uploads):
        text = f"""<!-- wp:paragraph --><p>Text.</p><!-- /wp:paragraph -->
<!-- wp:image {{"id":11}} --><figure class="wp-block-image"><img src="{address("a-300x200.jpg")}" alt="A"/>
<figcaption>Of A</figcaption></figure><!-- /wp:image -->
<!-- wp:gallery {{"ids":[11,12]}} --><ul class="wp-block-gallery"><li><figure><img src="{address("b.jpg")}"/>
<figcaption>Of B</figcaption></figure></li><li><img src="{address("c.jpg")}"/></li></ul><!-- /wp:gallery -->
<!-- wp:latest-posts /-->
<!-- wp:embed {{"url":"https://youtu.be/abc"}} --><figure class="wp-block-embed"><div class="wp-block-embed__wrapper">
https://youtu.be/abc
</div></figure><!-- /wp:embed -->"""
        feature = "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>12</wp:meta_value></wp:postmeta>"
        said = bring(
            item(1, "Blocks", text, inside=feature),
            item(
                2,
                "Classic",
                'Before.\n\n[caption id="x"]<img src="' + address("a.jpg") + '" /> Of A[/caption]\n\n[gallery]',
            ),
            picture_item(11, "a.jpg", parent=2, alt="An A"),
            picture_item(12, "b.jpg", parent=2),
            picture_item(13, "lost.jpg"),
            options=("--uploads", uploads),
        )
        blocks = body_of(anyone, "Blocks")
        kinds = [block["type"] for block in blocks]
        assert kinds == ["paragraph", "image", "gallery", "paragraph", "embed"]
        assert (blocks[1]["value"]["caption"], blocks[1]["value"]["alt"]) == ("Of A", "A")
        assert len(blocks[2]["value"]) == 2
        assert blocks[3]["value"] == "<p><i>Of B</i></p>"
        assert blocks[4]["value"]["url"] == "https://youtu.be/abc"
        post = next(post for post in anyone.get("posts/")["items"] if post["title"] == "Blocks")
        assert post["feature_image"]["id"] == blocks[2]["value"][0]["id"]
        classic = body_of(anyone, "Classic")
        assert [block["type"] for block in classic] == ["paragraph", "image", "gallery"]
        assert classic[1]["value"]["caption"] == "Of A"
        assert Image.objects.count() == 3
        assert "block that WordPress fills in itself (latest-posts)" in said
        assert "no post shows it: " + address("lost.jpg") in said
        assert "no post shows it: " + address("a.jpg") not in bring(options=("--uploads", uploads))

    def test_have_paragraphs_where_wordpress_makes_them(self, bring, anyone):
        text = "One:\n<blockquote cite='x'>\n\nSaid <code>this</code>\n\n<cite>me</cite></blockquote>\nTwo\nlines"
        bring(item(1, "Classic", f"{text}\n<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n<p>Own</p>"))
        assert body_of(anyone, "Classic", "html").replace(' rel="ugc nofollow noopener"', "") == (
            "<p>One:</p><blockquote>Said <code>this</code></blockquote><blockquote><i>me</i></blockquote>"
            "<p>Two<br>lines</p><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><p>Own</p>"
        )

    def test_keep_a_link_to_a_picture_that_cannot_be_had(self, bring, anyone):
        said = bring(item(1, "Bare", f'<img src="{address("none.jpg")}" alt="Gone">'))
        assert "picture not carried" in said
        assert f'<a href="{address("none.jpg")}"' in body_of(anyone, "Bare", "html")

    def test_keep_shortcodes_that_nobody_knows_and_report_them(self, bring, anyone):
        said = bring(
            item(
                1,
                "Codes",
                '[contact-form to="me"] and [sic] and [[gallery]].\n\n[code language="php"]$a < 1;[/code]\n\n'
                "[youtube https://www.youtube.com/watch?v=x12345]\n\n<pre>[gallery]</pre><script>alert(1)</script>",
            )
        )
        assert '[contact-form to="me"]' in said
        assert "[sic]" not in said
        assert "not carried: <script>" in said
        blocks = body_of(anyone, "Codes")
        assert [block["type"] for block in blocks] == ["paragraph", "code", "embed", "code"]
        assert '[contact-form to="me"] and [sic] and [gallery].' in blocks[0]["value"]
        assert blocks[1]["value"] == {"language": "php", "code": "$a < 1;"}
        assert blocks[3]["value"]["code"] == "[gallery]"


class TestComments:
    @pytest.fixture
    def thread(self):
        """A post with a thread whose answers come before what they answer."""
        return item(
            1,
            "Talk",
            "Text.",
            comment_status="closed",
            inside=comment(3, "Third", parent=2, name="Grace Hopper", user=7)
            + comment(2, "Second <a href='https://x.example/'>link</a>", parent=1, name="Bob B")
            + comment(1, "First\nline", name="Reader")
            + comment(4, "Spam", comment_approved="spam")
            + comment(5, "Ping", comment_type="pingback")
            + comment(6, "Lonely", parent=4),
        )

    def test_come_with_their_threads_and_times(self, bring, anyone, thread):
        said = bring(thread)
        [post] = anyone.get("posts/")["items"]
        comments = {item["body"]: item for item in anyone.get(f"posts/{post['id']}/comments/")["items"]}
        first, second = comments["First\nline"], comments["Second link (https://x.example/)"]
        assert (second["parent"], comments["Third"]["parent"]) == (first["id"], second["id"])
        assert comments["Third"]["author"]["username"] == "grace"
        assert first["created_at"] == "2015-07-01T00:01:00Z"
        assert (first["author"]["name"], first["reply_count"], comments["Lonely"]["parent"]) == ("Reader", 1, None)
        assert post["counts"]["comments"] == 4
        assert not anyone.get(f"posts/{post['id']}/")["comments_open"]
        for what in ("it is spam", "it is a pingback", "it answers is not there"):
            assert what in said

    def test_of_strangers_become_names_that_nobody_can_use(self, bring, anyone, thread):
        bring(thread)
        stranger = User.objects.get(name="Reader")
        assert (stranger.is_active, stranger.has_usable_password()) == (False, False)
        assert "example.net" not in stranger.email
        anyone.get(f"users/{stranger.username}/", 404)
        assert not ImportedThing.objects.filter(key__contains="@").exists()
        assert not mail.outbox
        assert not Notification.objects.exists()

    def test_are_brought_once_and_to_the_end(self, bring, anyone, thread, monkeypatch):
        bring(thread)
        bring(thread)
        assert Comment.objects.count() == 4
        more = thread.replace("</item>", comment(9, "Later", parent=3) + "</item>")
        bring(more)
        assert Comment.objects.get(body="Later").parent.body == "Third"


class TestStrangeFiles:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "no whole XML"),
            ("<html><body>Not an export</body></html>", "no WordPress export"),
            ("<rss><channel><title>A feed</title></channel></rss>", "names no version"),
            (HEAD + item(1, "Cut off")[:200], "no whole XML"),
            ('<!DOCTYPE rss [<!ENTITY a "ha">]><rss><channel>&a;</channel></rss>', "entities"),
            (
                '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><rss>&c;</rss>',
                "entities",
            ),
            ('<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss/>', "entities"),
            (HEAD + "<item>" + "<a>" * 1000, "nested deeper"),
        ],
    )
    def test_are_refused_before_anything_is_written(self, bring, text, says):
        with pytest.raises(CommandError, match=says):
            bring(text=text or " ")
        assert not User.objects.filter(username="grace").exists()

    def test_may_hold_control_characters(self, bring, anyone):
        bring(text=wxr(item(1, "Bell", "A\x07B\x00C")))
        assert "ABC" in body_of(anyone, "Bell", "html")

    def test_have_bounds_for_an_item(self, bring, monkeypatch):
        monkeypatch.setattr(wordpress_xml, "LARGEST_ITEM", 100_000)
        with pytest.raises(CommandError, match="One item is larger"):
            bring(item(1, "Huge", "x" * 300_000))

    def test_are_read_item_by_item(self, tmp_path):
        file = tmp_path / "long.xml"
        with file.open("w") as out:
            out.write(HEAD)
            for number in range(2_000):
                out.write(item(number, f"Post {number}", "word " * 2_000))
            out.write("</channel></rss>")
        tracemalloc.start()
        assert sum(name == "item" for name, _ in wordpress_xml.read(file)) == 2_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert file.stat().st_size > 20_000_000
        assert peak < 2_000_000

    @pytest.mark.parametrize(
        "text",
        [
            "[a b='" * 50_000,
            "[x1][x2 " * 50_000,
            "<!-- wp:x {" * 30_000,
            "<pre>" * 1_900,
            "\n\n<p>" * 15_000,
            "[[" * 99_999,
        ],
    )
    def test_take_no_time_to_tire_us(self, bring, text):
        started = time.process_time()
        bring(item(1, "Bomb", text))
        assert time.process_time() - started < 10

    def test_lose_only_the_post_that_is_too_much(self, bring, anyone):
        said = bring(item(1, "Deep", "<div>" * 500), item(2, "Long", "x" * 2_000_000), item(3, "Fine", "Text."))
        assert [post["title"] for post in anyone.get("posts/")["items"]] == ["Fine"]
        assert len(re.findall("not carried: ", said)) == 2
        assert "exit 1" in said
        assert BlogPage.objects.filter(slug="grace").exists()
