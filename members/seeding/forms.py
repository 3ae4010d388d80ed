"""The bodies generated posts are made of: each rendered once, as publishing would, and then cast for many posts."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from random import Random

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from wagtail.models import Page

from blogs.documents import render_post
from blogs.models import BlogPostPage
from core.holes import dumps
from media.models import Image
from members.seeding import words
from members.seeding.moulds import MARKED_MOMENT, MOMENT, NUMBER, Mould, mark

BODIES = 300
PICTURED = 0.4
"""How many of the bodies have a feature image."""

PK, OWNER = NUMBER + 1, NUMBER + 2
KEY = uuid.UUID(int=NUMBER)
TAG_ITEMS = "tag_items"
MARKS = {
    str(PK): "pk",
    str(OWNER): "owner",
    str(KEY): "key",
    MARKED_MOMENT: "moment",
    '"tags":[]': "tags",
    f'"{mark(TAG_ITEMS)}"': TAG_ITEMS,
    **{mark(name): name for name in ("path", "slug", "title", "intro", "url_path")},
}


@dataclass(frozen=True)
class PostForm:
    """A body with everything that is derived from it."""

    body: str
    image: int | None
    content: Mould
    document: Mould
    detail: str
    owner_detail: str


def post_forms(random: Random, *, images: list[Image], locale: int) -> list[PostForm]:
    """The forms posts are cast from; `images` are their feature images."""
    kind = ContentType.objects.get_for_model(BlogPostPage).pk
    return [_form(random, images, locale, kind) for _ in range(BODIES)]


def _form(random: Random, images: list[Image], locale: int, kind: int) -> PostForm:
    blocks = words.body(random)
    image = random.choice(images) if images and random.random() < PICTURED else None
    post = BlogPostPage(
        id=PK,
        page_ptr_id=PK,
        path=mark("path"),
        depth=5,
        title=mark("title"),
        draft_title=mark("title"),
        slug=mark("slug"),
        url_path=mark("url_path"),
        translation_key=KEY,
        owner_id=OWNER,
        locale_id=locale,
        content_type_id=kind,
        intro=mark("intro"),
        body=json.dumps(blocks),
        feature_image=image,
        first_published_at=MOMENT,
        last_published_at=MOMENT,
        latest_revision_created_at=MOMENT,
    )
    fragments = render_post(post)
    content = content_of(post) | {"tagged_items": [mark(TAG_ITEMS)]}
    return PostForm(
        body=dumps(post.body.get_prep_value()),
        image=image.pk if image else None,
        content=Mould(dumps(content), MARKS),
        document=Mould(fragments.document, MARKS),
        detail=fragments.detail,
        owner_detail=fragments.owner_detail,
    )


def content_of(page: Page) -> dict:
    """What a revision of the page holds."""
    return json.loads(json.dumps(page.serializable_data(), cls=DjangoJSONEncoder))
