"""`manage.py export_site` and `import_site`: there and back again."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect

from accounts.models import User
from blogs import cards
from blogs.models import BlogCard, BlogPage, BlogPostPage
from media.models import File, Image
from members.importing import site, site_accounts
from members.models import ImportedThing
from social.models import Comment, Muting, Notification
from tests.carrying.commands import run


def contents(folder: Path) -> dict[str, bytes]:
    """What an export says, but for the time at which it was made."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    head = json.loads(files.pop("inktree.json"))
    assert head.pop("exported_at")
    return files | {"inktree.json": json.dumps(head).encode()}


def empty_the_site() -> None:
    """As after the first `migrate`."""
    for blog in BlogPage.objects.all():
        blog.delete()
    for model in (Image, File, Redirect, Notification, ImportedThing):
        model.objects.all().delete()
    User.objects.exclude(username="admin").delete()
    User.objects.update(name="", bio="", date_joined=timezone.now())
    mail.outbox.clear()


@pytest.fixture
def rich_site(register, admin, picture, settings):
    """A small site with a bit of everything."""
    alice, bob, carol = register("alice", name="Alice Ünal"), register("Bob_B"), register("carol")
    admin.patch("users/carol/", json={"role": "moderator"})
    admin.patch("me/", json={"name": "The admin", "bio": "Keeps it running."})
    alice.patch("me/", json={"bio": "Two\nlines.", "mail_digest": "daily"})
    alice.put("me/avatar/", files=[("file", ("me.png", picture(kind="PNG")))])
    alice.put("blogs/alice/avatar/", files=[("file", ("blog.jpg", picture(color=(1, 2, 3))))])
    alice.patch(
        "blogs/alice/", json={"slug": "alices-log", "title": "Alice's log", "tags": ["Sea"], "description": "On it."}
    )
    alice.post("blogs/", json={"title": "Secret", "slug": "secret", "is_private": True})
    sea = alice.upload(picture(1200, 900, quality=77), "sea.jpg", title="The sea", alt="Waves")
    hill = alice.upload(picture(300, 200, kind="WEBP"), "hill.webp")
    alice.upload(picture(50, 40), "unused.jpg")
    alice.patch(
        f"users/alice/images/{sea['id']}/", json={"focal_point": {"x": 100, "y": 200, "width": 50, "height": 60}}
    )
    body = [
        {"type": "heading", "value": {"level": 2, "text": "A & B <c>"}},
        {
            "type": "paragraph",
            "value": '<p><b>Bold</b> <a href="https://a.example/?x=1&amp;y=2">link</a></p><ul><li>one</li></ul>',
        },
        {"type": "image", "value": {"image": sea["id"], "caption": "Caption", "alt": ""}},
        {"type": "gallery", "value": [sea["id"], hill["id"]]},
        {"type": "quote", "value": {"text": "Two\n\nparts", "attribution": "Me"}},
        {"type": "code", "value": {"language": "py", "code": "  if x:\n\ty = '```'"}},
        {"type": "embed", "value": {"url": "https://youtu.be/abc"}},
        {"type": "divider", "value": None},
    ]
    first = alice.write(
        "First: эссе", blog="alices-log", body=body, tags=["Sea", "ships"], intro="In short.", feature_image=hill["id"],
        published_at="2020-05-06T07:08:09Z", seo={"title": "S", "description": "D"},
    )  # fmt: skip
    alice.patch(f"posts/{first['id']}/", json={"slug": "first-of-all"})
    second = alice.write("Second", blog="alices-log", markdown="Live text.", comments_open=True)
    alice.patch(
        f"posts/{second['id']}/", json={"markdown": "Draft text.", "title": "Second, better", "status": "draft"}
    )
    alice.write("Draft", blog="alices-log", status="draft", markdown="Not yet.")
    later = (timezone.now() + timedelta(days=30)).isoformat()
    alice.write(
        "Later", blog="alices-log", publish_at=later, expire_at=(timezone.now() + timedelta(days=60)).isoformat()
    )
    taken_back = alice.write("Taken back", blog="alices-log")
    alice.post(f"posts/{taken_back['id']}/unpublish/", 200)
    in_review = alice.write("In review", blog="alices-log", status="draft")
    alice.post(f"posts/{in_review['id']}/submit/", 200)
    alice.write("Within", blog="secret")
    answer = bob.write("An answer", reply_to=first["id"])
    link_to(answer["id"], second["id"])
    said = bob.post(f"posts/{second['id']}/comments/", json={"body": "First\ncomment"})
    reply = alice.post(f"posts/{second['id']}/comments/", json={"body": "Reply", "parent": said["id"]})
    alice.patch(f"comments/{reply['id']}/", json={"body": "Better reply"})
    bob.delete(f"comments/{said['id']}/")
    carol.post(f"posts/{first['id']}/comments/", json={"body": "🙂 fine"})
    bob.put(f"posts/{first['id']}/like/")
    carol.put(f"posts/{first['id']}/like/")
    bob.put("blogs/alices-log/follow/")
    bob.put("blogs/secret/follow/")
    carol.put("blogs/secret/follow/")
    alice.post("blogs/secret/follow-requests/carol/accept/", 204)
    Muting.objects.create(user=User.objects.get(username="carol"), blog=BlogCard.objects.get(slug="secret"))
    file = alice.post("files/", data={"comment": "mine"}, files=[("file", ("r&d.pdf", b"%PDF-1.4 x"))])
    alice.put(f"files/{file['id']}/share/")
    alice.get(f"files/{file['id']}/download/")
    until = (timezone.now() + timedelta(days=9)).isoformat()
    admin.put("users/Bob_B/block/", json={"until": until, "reason": "Spam"})
    Redirect.objects.create(old_path="/old/first", redirect_page_id=first["id"])
    Redirect.objects.create(old_path="/away", redirect_link="https://a.example/", is_permanent=False)
    return {"alice": alice, "share": File.objects.get().share_id}


def link_to(post_id: int, target_id: int) -> None:
    """Put a link to a page into a post, as the editor does."""
    post = BlogPostPage.objects.get(pk=post_id)
    post.body = [("paragraph", f'<p>See <a linktype="page" id="{target_id}">that</a> and <b>more</b>.</p>')]
    post.save_revision().publish()


class TestThereAndBack:
    def test_gives_the_same_site(self, rich_site, tmp_path, anyone, caplog):
        run("export_site", tmp_path / "one")
        documents = {slug: shown(anyone, slug) for slug in ("alices-log/first-of-all", "alices-log/second")}
        empty_the_site()
        said = run("import_site", tmp_path / "one")
        assert "Everything could be carried." in said
        run("export_site", tmp_path / "two")
        one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
        assert sorted(one) == sorted(two)
        for path, content in one.items():
            assert content == two[path], path
        for slug, document in documents.items():
            for name, value in shown(anyone, slug).items():
                assert value == document[name], (slug, name)
        assert all(cards.is_true(page) for page in [*BlogPage.objects.all(), *BlogPostPage.objects.all()])
        assert not [record for record in caplog.records if record.levelname == "ERROR"]
        assert all("In review" in letter.subject for letter in mail.outbox)  # which still waits
        assert not Notification.objects.exists()

    def test_goes_on_where_it_was_cut_off(self, rich_site, tmp_path, monkeypatch):
        run("export_site", tmp_path / "one.zip")
        empty_the_site()
        places = {site_accounts: ["restore_image"], site: ["restore_post", "restore_comment", "restore_like"]}
        for place, name in ((place, name) for place, names in places.items() for name in names):
            true, calls = getattr(place, name), []

            def cut_off(*args, true=true, calls=calls, **facts):
                calls.append(1)
                return 1 / 0 if len(calls) == 2 else true(*args, **facts)

            with monkeypatch.context() as patched:
                patched.setattr(place, name, cut_off)
                with pytest.raises(ZeroDivisionError):
                    run("import_site", tmp_path / "one.zip")
        run("import_site", tmp_path / "one.zip")
        run("import_site", tmp_path / "one.zip")
        run("export_site", tmp_path / "two")
        with zipfile.ZipFile(tmp_path / "one.zip") as archive:
            archive.extractall(tmp_path / "one")
        assert contents(tmp_path / "one") == contents(tmp_path / "two")

    def test_brings_no_passwords_and_keeps_what_links_promise(self, rich_site, tmp_path, anyone):
        run("export_site", tmp_path / "one")
        everything = b"".join(contents(tmp_path / "one").values())
        assert b"argon2" not in everything
        assert b"md5$" not in everything
        empty_the_site()
        run("import_site", tmp_path / "one")
        assert not User.objects.get(username="alice").has_usable_password()
        assert User.objects.get(username="admin").has_usable_password()
        assert User.objects.get(username="carol").groups.filter(name="Moderators").exists()
        assert b"".join(anyone.get(f"/s/{rich_site['share']}/").streaming_content) == b"%PDF-1.4 x"
        anyone.get("/old/first", 301)
        anyone.get("/alice/first-esse/", 308)
        anyone.get("users/Bob_B/", 404)
        assert Image.objects.get(title="The sea").focal_point_x == 100


def shown(api, slug: str) -> dict:
    """What readers see of a post, but for ids and the addresses of pictures."""
    blog, _, post = slug.partition("/")
    document = api.get(f"blogs/{blog}/posts/{post}/", body="text")
    kept = ("title", "intro", "url", "status", "tags", "counts", "body", "published_at", "updated_at", "expire_at")
    facts = {name: document[name] for name in kept}
    return facts | {
        "images": len(document["images"]),
        "author": document["author"]["name"],
        "seo": (document["seo"]["title"], document["seo"]["description"]),
    }


@pytest.mark.django_db
class TestRestoring:
    def test_needs_an_empty_site(self, alice, tmp_path):
        alice.write("One")
        run("export_site", tmp_path / "one")
        with pytest.raises(CommandError, match="not empty"):
            run("import_site", tmp_path / "one")

    def test_writes_over_nothing(self, tmp_path):
        (tmp_path / "there").write_text("x")
        with pytest.raises(CommandError, match="not empty"):
            run("export_site", tmp_path)

    @pytest.mark.parametrize(
        ("files", "says"),
        [
            ({}, "inktree.json is missing"),
            ({"inktree.json": "{"}, "inktree.json is broken"),
            ({"inktree.json": '{"format": "other"}'}, "no export of a site"),
            ({"inktree.json": '{"format": "inktree-site", "version": 99}'}, "another version"),
            ({"inktree.json": '{"format": "inktree-site", "version": 1}', "users.json": "[\n[]\n]"}, "no object"),
            (
                {"inktree.json": '{"format": "inktree-site", "version": 1}', "users.json": '[\n{"username": 1}\n]'},
                "not as",
            ),
        ],
    )
    @pytest.mark.parametrize("form", ["folder", "zip"])
    def test_refuses_what_is_no_export(self, tmp_path, files, says, form):
        source = tmp_path / "source"
        source.mkdir()
        for name, text in files.items():
            (source / name).write_text(text)
        if form == "zip":
            with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
                for name, text in files.items():
                    archive.writestr(name, text)
            source = tmp_path / "source.zip"
        with pytest.raises(CommandError, match=says):
            run("import_site", source)
        assert not Comment.objects.exists()

    @pytest.mark.parametrize("harm", ["unknown compression", "a password", "other bytes"])
    def test_says_which_file_of_a_zip_cannot_be_read(self, tmp_path, harm):
        with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
            archive.writestr("inktree.json", '{"version": 1}')
        zipped = bytearray((tmp_path / "source.zip").read_bytes())
        central = zipped.index(b"PK\x01\x02")
        if harm == "unknown compression":
            zipped[8] = zipped[central + 10] = 99
        elif harm == "a password":
            zipped[6] = zipped[central + 8] = 1
        else:
            zipped[zipped.index(b"version")] ^= 1
        (tmp_path / "source.zip").write_bytes(zipped)
        with pytest.raises(CommandError, match=r"inktree\.json cannot be read"):
            run("import_site", tmp_path / "source.zip")

    def test_is_not_led_out_of_the_export(self, tmp_path, picture):
        source = tmp_path / "source"
        (source / "users" / "nobody").mkdir(parents=True)
        (tmp_path / "outside.jpg").write_bytes(picture())
        (source / "inktree.json").write_text('{"format": "inktree-site", "version": 1}')
        row = {"file": "../outside.jpg", "title": "x", "alt": "", "width": 640, "height": 480, "focal_point": None,
               "created_at": datetime.now(UTC).isoformat()}  # fmt: skip
        (source / "users" / "nobody" / "images.json").write_text(f"[\n{json.dumps(row)}\n]")
        assert "missing in the export" in run("import_site", source)
        assert not Image.objects.exists()
