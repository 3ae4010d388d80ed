"""A user's images: who uploads, sees, changes and deletes them."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from media.models import Image, Rendition
from tests.client import is_error
from tests.media.pictures import cornered, corners_of, decoded, encoded, fetched, urls_of

LIST = "users/alice/images/"


@pytest.fixture
def image(alice) -> dict:
    return alice.upload(encoded(cornered(900, 600)), "Sea & sun.jpg", alt="Waves")


class TestUploading:
    def test_answers_with_the_whole_image(self, alice):
        image = alice.upload(encoded(cornered(900, 600)), "Sea & sun.jpg", alt="Waves")
        assert set(image) == {
            "id",
            "title",
            "alt",
            "width",
            "height",
            "url",
            "placeholder",
            "renditions",
            "srcset",
            "sources",
            "owner",
            "created_at",
        }
        assert (image["title"], image["alt"], image["width"], image["height"]) == ("Sea & sun", "Waves", 900, 600)
        assert image["owner"] == {"username": "alice", "name": "Alice Adams", "avatar": None}
        assert image["created_at"].endswith("Z")
        assert all(url.startswith("http://testserver/media/images/") for url in urls_of(image))
        assert alice.get(f"{LIST}{image['id']}/") == image

    def test_takes_a_given_title(self, alice):
        assert alice.upload(encoded(cornered()), title="By the sea")["title"] == "By the sea"

    def test_needs_a_file_or_a_link(self, alice):
        for body in ({"data": {"title": "x"}}, {"data": {"file": "text"}}):
            is_error(alice.call("POST", LIST, **body), 400, attr="file")
        for body in ({}, {"file": "x"}):
            is_error(alice.call("POST", LIST, json=body), 400, attr="image_url")

    def test_needs_a_credential(self, alice, anyone):
        files = [("file", ("a.jpg", encoded(cornered())))]
        is_error(anyone.call("POST", LIST, data={}, files=files), 401)
        is_error(anyone.call("POST", "users/nobody/images/", data={}, files=files), 401)

    def test_is_for_oneself_and_admins(self, alice, bob, admin):
        files = [("file", ("a.jpg", encoded(cornered())))]
        is_error(bob.call("POST", LIST, data={}, files=files), 403)
        is_error(bob.call("POST", "users/nobody/images/", data={}, files=files), 404)
        image = admin.post(LIST, data={}, files=files)
        assert image["owner"]["username"] == "alice"
        assert [item["id"] for item in alice.get(LIST)["items"]] == [image["id"]]

    @pytest.mark.parametrize("extension", ["svg", "php", "exe", "html", "jpg.html", "tif"])
    def test_refuses_other_extensions(self, alice, extension):
        files = [("file", (f"picture.{extension}", encoded(cornered())))]
        is_error(alice.call("POST", LIST, data={}, files=files), 400, "extension_not_allowed", "file")

    @pytest.mark.parametrize("name", ["picture", "picture.JPG", "a.php.jpg", "picture.heic", "photo."])
    def test_takes_known_extensions_and_none(self, alice, name):
        alice.upload(encoded(cornered(60, 40)), name)

    @pytest.mark.parametrize(
        ("name", "title"),
        [
            ("../../etc/x.jpg", "x"),
            ("..\\..\\windows\\x.jpg", "x"),
            ("/etc/passwd", "passwd"),
            ("a\0b.jpg", "ab"),
            ("CON.jpg", "Image"),
            (".jpg", "jpg"),
            ("...", "Image"),
            (" ", "Image"),
            ("n" * 300 + ".jpg", None),
            ("a\u202egpj.exe.jpg", "agpj.exe"),
            ("\u200bhidden\u2066.jpg", "hidden"),
            ("🌊 wave.jpg", "🌊 wave"),
            ("a.php.jpg", "a.php"),
            ("%2e%2e%2f.jpg", "%2e%2e%2f"),
            ("a\r\nSet-Cookie: x=1.jpg", None),
            ("Москва.jpg", "Москва"),
            ("<b>&amp;.jpg", None),
            ('quo"te.jpg', 'quo"te'),
        ],
    )
    def test_shows_names_cleaned_and_stores_under_others(self, alice, name, title):
        image = alice.upload(encoded(cornered(60, 40)), name)
        shown = image["title"]
        assert 0 < len(shown) <= 255
        assert shown.isprintable()
        assert "\\" not in shown
        if title is not None:
            assert shown == title
        key = Image.objects.get(pk=image["id"]).file.name
        assert key.startswith("images/")
        assert key.isascii()
        assert not any(word in key for word in ("etc", "passwd", "exe", "..", "php"))


class TestTheList:
    def test_is_the_newest_first_in_pages(self, alice):
        ids = [alice.upload(encoded(cornered(60, 40)))["id"] for _ in range(5)]
        first = alice.get(LIST, limit=2)
        assert [item["id"] for item in first["items"]] == ids[:2:-1]
        second = alice.get(first["meta"]["next"])
        assert [item["id"] for item in second["items"]] == ids[2:0:-1]
        assert alice.get(second["meta"]["previous"])["items"] == first["items"]
        last = alice.get(second["meta"]["next"])
        assert [item["id"] for item in last["items"]] == ids[:1]
        assert last["meta"]["next"] is None

    @pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "order=title", "limit=101"])
    def test_refuses_odd_parameters(self, alice, query):
        is_error(alice.call("GET", f"{LIST}?{query}"), 400)

    def test_is_of_all_for_oneself_and_admins_alone(self, alice, bob, moderator, admin, anyone, image):
        assert [api.get(LIST)["items"] for api in (alice, admin)] == [[image]] * 2
        assert [api.get(LIST)["items"] for api in (bob, moderator, anyone)] == [[]] * 3
        for api in (bob, moderator, anyone):
            api.get(f"{LIST}{image['id']}/", 404)

    def test_is_not_there_for_nobody(self, anyone):
        is_error(anyone.call("GET", "users/nobody/images/"), 404)

    def test_shows_others_what_posts_they_may_read_show(self, alice, bob, anyone, image):
        post = alice.write("By the sea", feature_image=image["id"])
        for api in (bob, anyone):
            assert api.get(LIST)["items"] == [image]
            assert api.get(f"{LIST}{image['id']}/") == image
        alice.post(f"posts/{post['id']}/unpublish/", 200)
        for api in (bob, anyone):
            assert api.get(LIST)["items"] == []
            api.get(f"{LIST}{image['id']}/", 404)

    def test_of_a_hundred_costs_a_query_for_images_and_one_for_renditions(self, alice, image, monkeypatch):
        original = Image.objects.get(pk=image["id"])
        renditions = list(original.renditions.all())
        for number in range(99):
            original.pk, original.title = None, f"Copy {number}"
            Image.save_base(original, force_insert=True)
            for rendition in renditions:
                rendition.pk, rendition.image_id = None, original.pk
            Rendition.objects.bulk_create(renditions)

        def refuse(*args, **kwargs):
            raise AssertionError("the storage was asked")

        for name in ("exists", "open", "size", "get_created_time"):
            monkeypatch.setattr(f"django.core.files.storage.FileSystemStorage.{name}", refuse)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = alice.get(LIST, limit=100)
        assert len(page["items"]) == 100
        assert all(item["renditions"]["thumbnail"]["width"] == 300 for item in page["items"])
        about = [query["sql"] for query in queries]
        assert len([sql for sql in about if 'FROM "media_image"' in sql]) == 1
        assert len([sql for sql in about if 'FROM "media_rendition"' in sql]) == 1
        assert len(about) <= 5, about

    def test_has_an_etag(self, alice, image):
        response = alice.call("GET", LIST, expect=200)
        assert "private" in response.headers["Cache-Control"]
        again = alice.call("GET", LIST, headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304


class TestRefusing:
    def test_names_the_field_of_a_form_as_it_was_sent(self, alice):
        sent = {"data": {"alt": "a\0b"}, "files": {"file": ("x.jpg", encoded(cornered(9, 6)))}}
        is_error(alice.call("POST", LIST, **sent), 400, "null_characters_not_allowed", "alt")


class TestChanging:
    def test_title_and_alt_leaves_the_addresses(self, alice, image):
        changed = alice.patch(f"{LIST}{image['id']}/", json={"title": "Sea", "alt": "", "width": 5, "colour": "x"})
        assert (changed["title"], changed["alt"], changed["width"]) == ("Sea", "", 900)
        assert urls_of(changed) == urls_of(image)

    @pytest.mark.parametrize(
        "body",
        [
            {"title": ""},
            {"title": None},
            {"title": "x" * 256},
            {"title": "\u202e"},
            {"rotate": 45},
            {"rotate": "north"},
            {"focal_point": "left"},
            {"focal_point": {"x": 5}},
            {"focal_point": {"x": -1, "y": 5}},
            {"focal_point": {"x": 901, "y": 5}},
            {"focal_point": {"x": 1.01, "y": 0.5}},
            {"focal_point": {"x": True, "y": False}},
            {"focal_point": {"x": 10**30, "y": 0}},
            {"focal_point": {"x": None, "y": None}},
        ],
    )
    def test_to_what_cannot_be_is_refused(self, alice, image, body):
        is_error(alice.call("PATCH", f"{LIST}{image['id']}/", json=body), 400, attr=next(iter(body)))
        assert alice.get(f"{LIST}{image['id']}/") == image

    @pytest.mark.parametrize(
        ("point", "color"),
        [
            ({"x": 100, "y": 100}, "red"),
            ({"x": 0.9, "y": 0.1}, "green"),
            ({"x": 100, "y": 599, "width": 50, "height": 20}, "blue"),
            ({"x": 1.0, "y": 1.0}, "white"),
        ],
    )
    def test_the_focal_point_crops_the_thumbnail_there(self, alice, point, color):
        shapes = [alice.upload(encoded(cornered(*size))) for size in ((1200, 300), (300, 1200))]
        for image in shapes:
            if max(point["x"], point["y"]) > min(image["width"], image["height"]):
                continue
            changed = alice.patch(f"{LIST}{image['id']}/", json={"focal_point": point})
            thumbnail = decoded(fetched(changed["renditions"]["thumbnail"]["url"]))
            assert thumbnail.size == (300, 300)
            assert color in corners_of(thumbnail)
            row = Image.objects.get(pk=image["id"])
            assert row.has_focal_point()

    def test_the_focal_point_gives_the_thumbnail_alone_a_new_address(self, alice, image):
        path = f"{LIST}{image['id']}/"
        changed = alice.patch(path, json={"focal_point": {"x": 100, "y": 100}})
        assert urls_of(image) - urls_of(changed) == {image["renditions"]["thumbnail"]["url"]}
        assert set(corners_of(decoded(fetched(changed["renditions"]["thumbnail"]["url"])))) != {"red"}
        assert alice.patch(path, json={"focal_point": {"x": 100, "y": 100}}) == changed
        back = alice.patch(path, json={"focal_point": None})
        assert back["renditions"]["thumbnail"]["url"] != changed["renditions"]["thumbnail"]["url"]

    def test_turns_clockwise_under_new_addresses(self, alice, image):
        changed = alice.patch(f"{LIST}{image['id']}/", json={"rotate": 90})
        assert (changed["id"], changed["width"], changed["height"]) == (image["id"], 600, 900)
        assert not urls_of(changed) & urls_of(image)
        for url in urls_of(changed) - {changed["renditions"]["thumbnail"]["url"]}:
            assert corners_of(decoded(fetched(url))) == ["blue", "red", "white", "green"]

    def test_turning_takes_the_focal_point_along(self, alice):
        image = alice.upload(encoded(cornered(1200, 300)))
        path = f"{LIST}{image['id']}/"
        alice.patch(path, json={"focal_point": {"x": 150, "y": 75}})
        for rotate, corner in ((90, "red"), (90, "red"), (270, "red"), (180, "red")):
            changed = alice.patch(path, json={"rotate": rotate})
            thumbnail = decoded(fetched(changed["renditions"]["thumbnail"]["url"]))
            assert corner in corners_of(thumbnail)
            assert "green" not in corners_of(thumbnail)

    def test_is_for_the_owner_and_admins(self, alice, bob, moderator, admin, anyone, image):
        path = f"{LIST}{image['id']}/"
        is_error(anyone.call("PATCH", path, json={"title": "x"}), 401)
        for api in (bob, moderator):
            is_error(api.call("PATCH", path, json={"title": "x"}), 404)
        alice.write("By the sea", feature_image=image["id"])
        for api in (bob, moderator):
            is_error(api.call("PATCH", path, json={"title": "x"}), 403)
            is_error(api.call("DELETE", path), 403)
        assert admin.patch(path, json={"title": "By an admin"})["owner"]["username"] == "alice"

    def test_shows_in_the_posts(self, alice, anyone, image):
        post = alice.write("By the sea", feature_image=image["id"])
        changed = alice.patch(f"{LIST}{image['id']}/", json={"rotate": 90, "alt": "Turned"})
        shown = anyone.get(f"posts/{post['id']}/")["feature_image"]
        assert (shown["alt"], shown["url"]) == ("Turned", changed["url"])


class TestDeleting:
    def test_removes_the_image(self, alice, image):
        alice.delete(f"{LIST}{image['id']}/")
        alice.get(f"{LIST}{image['id']}/", 404)
        is_error(alice.call("DELETE", f"{LIST}{image['id']}/"), 404)
        assert not Rendition.objects.exists()
        assert alice.get("me/")["storage"]["bytes"] == 0

    def test_removes_it_from_the_posts_that_show_it(self, alice, anyone, image):
        body = [{"type": "image", "value": {"image": image["id"], "caption": "", "alt": ""}}]
        post = alice.write("By the sea", feature_image=image["id"], body=body)
        assert image["url"] in str(anyone.get(f"posts/{post['id']}/"))
        alice.delete(f"{LIST}{image['id']}/")
        shown = anyone.get(f"posts/{post['id']}/")
        assert shown["feature_image"] is None
        assert shown["images"] == []
        assert image["url"] not in str(shown)

    @pytest.mark.parametrize("id", ["0", "-1", "1abc", "01", "1.0", "99999999999999999999", "%00", "１"])
    def test_knows_odd_ids_as_nothing(self, alice, id):
        for method in ("GET", "PATCH", "DELETE"):
            assert alice.call(method, f"{LIST}{id}/", json={}).status_code == 404

    def test_of_a_user_takes_the_images_along(self, alice, admin, image):
        alice.post("me/delete/", 204, json={"password": alice.password})
        assert not Image.objects.exists()
        assert not get_user_model().objects.filter(username="alice").exists()


class TestUsage:
    def test_is_counted(self, alice, image):
        size = len(fetched(image["url"]))
        assert alice.get("me/")["storage"] == {"images": 1, "files": 0, "bytes": size, "quota": 1024**3}
