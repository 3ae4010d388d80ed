"""RSS, Atom and JSON Feed of a list of posts, with the whole text and the pictures."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import NamedTuple

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed

from blogs.body import to_html
from core.holes import dumps
from media.models import Image

LENGTH = 30
"""How many posts a feed holds."""
CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
}
JSON_FEED = "https://jsonfeed.org/version/1.1"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Feed:
    """What a feed is of: `home` is the page for people, `address` the feed's own, `id` never changes."""

    id: str
    title: str
    description: str
    home: str
    address: str
    since: datetime
    icon: str | None = None
    author: dict | None = None


class _Attached(NamedTuple):
    """A picture as something to download."""

    url: str
    title: str
    content_type: str
    size: int


def write_feed(kind: str, feed: Feed, posts: Sequence[str], *, is_whole: bool = True) -> str:
    """The text of a feed (`rss`, `atom` or `json`) with these posts, given as JSON texts of the API.

    It holds the whole posts, or their intros alone. One query: the sizes of the pictures.
    """
    found = [json.loads(post) for post in posts]
    for post in found:
        post["pictures"] = _pictures(post)
        post["content"] = _whole(post) if is_whole else f"<p>{escape(post['intro'])}</p>" if post["intro"] else ""
    _attach(found)
    return dumps(_json_feed(feed, found)) if kind == "json" else _xml_feed(_KINDS[kind], feed, found)


def _attach(posts: list[dict]) -> None:
    """Say of each post as what its pictures can be downloaded."""
    ids = {image["id"] for post in posts for image in post["pictures"]}
    rows = Image.objects.filter(pk__in=ids).values_list("pk", "file_size", "content_type") if ids else []
    known = {pk: (size or 0, kind) for pk, size, kind in rows}
    for post in posts:
        post["attached"] = []
        for image in post["pictures"]:
            size, kind = known.get(image["id"], (0, ""))
            kind = kind or mimetypes.guess_type(image["url"])[0] or "image/jpeg"
            post["attached"].append(_Attached(image["url"], image["title"], kind, size))


def _pictures(post: dict) -> list[dict]:
    """The images of a post, its feature image first."""
    feature = [post["feature_image"]] if post["feature_image"] else []
    return feature + [image for image in post["images"] if not feature or image["id"] != feature[0]["id"]]


def _whole(post: dict) -> str:
    """The HTML of a post; what it links to and shows is named by whole addresses."""
    feature = post["feature_image"]
    lead = [{"type": "image", "value": {"image": feature, "alt": "", "caption": ""}}] if feature else []
    return to_html([*lead, *post["body"]])


def _name(author: dict) -> str:
    return author["name"] or author["username"]


def _id(post: dict) -> str:
    """Stays the same when the post gets another address."""
    return f"{settings.BASE_URL}/api/v2/posts/{post['id']}/"


def _json_feed(feed: Feed, posts: list[dict]) -> dict:
    head = _given(
        version=JSON_FEED,
        title=feed.title,
        home_page_url=feed.home,
        feed_url=feed.address,
        description=feed.description,
        icon=feed.icon,
        authors=[{"name": _name(feed.author)}] if feed.author else None,
    )
    return head | {"items": [_json_item(post) for post in posts]}


def _json_item(post: dict) -> dict:
    pictures = post["pictures"]
    item = _given(
        id=_id(post),
        url=post["url"],
        title=post["title"],
        summary=post["intro"],
        image=pictures[0]["url"] if pictures else None,
        banner_image=post["feature_image"] and post["feature_image"]["url"],
        date_published=post["published_at"],
        date_modified=post["updated_at"],
        authors=[_json_author(post["author"])],
        tags=post["tags"],
        attachments=[
            _given(url=one.url, mime_type=one.content_type, title=one.title, size_in_bytes=one.size)
            for one in post["attached"]
        ],
    )
    return item | {"content_html": post["content"]}


def _json_author(author: dict) -> dict:
    return _given(name=_name(author), avatar=author["avatar"] and author["avatar"]["renditions"]["thumbnail"]["url"])


def _given(**members) -> dict:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value}


def _xml_feed(kind: type, feed: Feed, posts: list[dict]) -> str:
    written = kind(
        title=clean(feed.title),
        link=feed.home,
        description=clean(feed.description),
        feed_url=feed.address,
        feed_guid=feed.id,
        author_name=clean(_name(feed.author)) if feed.author else None,
        since=feed.since,
        icon=feed.icon,
    )
    for post in posts:
        enclosures = [Enclosure(one.url, str(one.size), one.content_type) for one in post["attached"]]
        written.add_item(
            title=clean(post["title"]),
            link=post["url"],
            description=clean(post["intro"]) or None,
            unique_id=_id(post),
            unique_id_is_permalink=False,
            author_name=clean(_name(post["author"])),
            pubdate=datetime.fromisoformat(post["published_at"]),
            updateddate=datetime.fromisoformat(post["updated_at"] or post["published_at"]),
            categories=[clean(tag) for tag in post["tags"]],
            enclosures=enclosures if kind is _Atom else enclosures[:1],  # of which RSS has one
            content=clean(post["content"]),
            pictures=post["pictures"],
        )
    return written.writeString("utf-8")


def clean(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


class _Dated:
    def latest_post_date(self):
        """Of a feed without posts, when what it is of began: not the moment of asking."""
        return super().latest_post_date() if self.items else self.feed["since"]


class _Rss(_Dated, Rss201rev2Feed):
    def rss_attributes(self):
        return super().rss_attributes() | {
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:media": "http://search.yahoo.com/mrss/",
        }

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])
        for image in item["pictures"]:
            size = {"width": str(image["width"]), "height": str(image["height"])}
            handler.startElement("media:content", {"url": image["url"], "medium": "image", **size})
            if image["alt"]:
                handler.addQuickElement("media:description", clean(image["alt"]), {"type": "plain"})
            handler.endElement("media:content")


class _Atom(_Dated, Atom1Feed):
    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        if self.feed["icon"]:
            handler.addQuickElement("icon", self.feed["icon"])

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


_KINDS = {"rss": _Rss, "atom": _Atom}
