"""The body of a post in whichever form it is sent, and the images of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from django.core.files.base import File
from django.db.models import Q
from wagtail.blocks import StreamValue

from accounts.models import User
from blogs.body import check_text, from_blocks, from_html, from_markdown, with_ids
from blogs.body.limits import BODY_LENGTH, MOST_BLOCKS, MOST_IMAGES
from blogs.models import BlogPostPage
from blogs.urls import post_url
from core.errors import DomainError, Invalid, Problem
from media.models import Image

FORMS = ("body", "markdown", "html")

_KEY = re.compile(r"(images/[\w-]{2}/[\w-]+\.\w+)\Z")


def own_images(owner: User, ids: Collection[int]) -> set[int]:
    """Which of these are ids of images of the owner's."""
    return set(Image.objects.filter(pk__in=ids, uploaded_by_user=owner).values_list("pk", flat=True))


def read_body(
    author: User, given: Mapping, *, blog_slug: Callable[[], str], uploads: Sequence[File] = ()
) -> list[dict] | None:
    """The blocks of a body given as `body`, `markdown` or `html`; None if there is none.

    In Markdown and HTML, images of the author's own become image blocks, and so do uploads that are named there by
    their file names: their ids are negative until `place_uploads`. Links there may be relative to the address of a
    post of the blog. Raises `Invalid`.
    """
    forms = [name for name in FORMS if given.get(name) is not None]
    if not forms:
        return None
    if len(forms) > 1:
        raise Invalid.many(Problem("Give one of body, markdown and html.", "ambiguous", name) for name in forms)
    form, value = forms[0], given[forms[0]]
    if form == "body":
        return from_blocks(value, own_images=lambda ids: own_images(author, ids))
    if len(value) > BODY_LENGTH:
        raise Invalid(f"At most {BODY_LENGTH} characters.", code="too_long", attr=form)
    check_text(value, form)
    convert = from_markdown if form == "markdown" else from_html
    try:
        blocks = convert(
            value,
            find_images=lambda urls: _find_images(author, urls, uploads),
            base_url=lambda: post_url(blog_slug(), "-"),
        )
    except DomainError as error:
        raise Invalid.many(Problem(problem.detail, problem.code, form) for problem in error.problems) from error
    if len(blocks) > MOST_BLOCKS:
        raise Invalid(f"A body has at most {MOST_BLOCKS} blocks.", code="too_many", attr=form)
    if sum(block["type"] == "image" for block in blocks) > MOST_IMAGES:
        raise Invalid(f"A body has at most {MOST_IMAGES} images.", code="too_many", attr=form)
    return with_ids(blocks)


def place_uploads(blocks: list[dict], added: Sequence[Image]) -> list[dict]:
    """The blocks with the images that were uploaded with them: where they are named, the others at the end."""
    named = set()
    placed = []
    for block in blocks:
        if block["type"] == "image" and block["value"]["image"] < 0:
            place = -block["value"]["image"] - 1
            named.add(place)
            block = {**block, "value": {**block["value"], "image": added[place].pk}}
        placed.append(block)
    return placed + with_ids([image_block(image) for place, image in enumerate(added) if place not in named])


def image_block(image: Image) -> dict:
    """A block that shows an image, still without an id."""
    return {"type": "image", "value": {"image": image.pk, "caption": "", "alt": ""}}


def stream(blocks: list[dict]) -> StreamValue:
    """What a page holds as its body."""
    return StreamValue(BlogPostPage._meta.get_field("body").stream_block, blocks, is_lazy=True)


def _find_images(author: User, urls: list[str], uploads: Sequence[File]) -> dict[str, int]:
    """The images among these URLs: the author's own by their ids, uploads by the negative of their place from 1."""
    names = {unquote(upload.name or ""): -place for place, upload in enumerate(uploads, 1)}
    found = {url: names[name] for url in urls if (name := unquote(url).removeprefix("./")) in names}
    keys = {url: key[1] for url in urls if url not in found and (key := _KEY.search(urlsplit(url).path))}
    if not keys:
        return found
    wanted = set(keys.values())
    shown = Q(file__in=wanted) | Q(renditions__file__in=wanted)
    rows = Image.objects.filter(shown, uploaded_by_user=author).values_list("pk", "file", "renditions__file")
    ids = {key: pk for pk, *files in rows for key in files}
    return found | {url: ids[key] for url, key in keys.items() if key in ids}
