"""Where pictures are served from changes: everything names the new place, and nothing is made anew."""

import pytest

from api.hot_pages import hot_pages
from blogs.models import PostCard
from tests.client import Api

OLD, NEW = "http://testserver/media/", "https://pictures.example.org/"


@pytest.fixture
def shown(alice: Api, anyone: Api, picture) -> list[str]:
    """The addresses at which pictures are shown: of a post, its author and its blog."""
    for path in ("me/avatar/", "blogs/alice/avatar/"):
        alice.put(path, files=[("file", ("me.png", picture(40, 40, "PNG")))])
    image = alice.upload(picture())["id"]
    body = [{"type": "image", "value": {"image": image}}, {"type": "gallery", "value": [image]}]
    post = alice.write(body=body, feature_image=image)["id"]
    lists = ["feed/latest/", "sync/", "/feeds/latest.rss"]
    posts = [f"posts/{post}/", f"posts/{post}/?body=html", f"pages/{post}/"]
    return [*lists, *posts, "blogs/alice/", "users/alice/", f"images/{image}/", f"users/alice/images/{image}/"]


class TestPicturesThatMoved:
    def test_are_found_where_they_are_now(self, shown, anyone, settings):
        before = {path: anyone.call("GET", path).content.decode() for path in shown}
        default = settings.STORAGES["default"]
        moved = default | {"OPTIONS": default["OPTIONS"] | {"base_url": NEW}}
        settings.STORAGES = settings.STORAGES | {"default": moved}
        hot_pages.forget()  # as a process that starts with the new address
        for path, text in before.items():
            assert OLD in text, path
            assert anyone.call("GET", path).content.decode() == text.replace(OLD, NEW)

    def test_are_not_named_where_they_were_in_what_is_stored(self, shown):
        for card in PostCard.objects.all():
            assert OLD not in card.document + card.detail
