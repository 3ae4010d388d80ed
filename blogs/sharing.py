"""What a post says of itself where it is shared: Open Graph, Twitter's card and JSON-LD, as part of its `seo`.

It is put together from pieces of the JSON text at hand: parsing that and writing it anew would take longer than the
query. Pieces are found by the names of members, which no string can hold: its quotation marks would be escaped.
"""

from __future__ import annotations

import json

from blogs.urls import blog_url
from core import holes

_EMPTY = {'""', "null", "[]"}
_decoder = json.JSONDecoder()


def with_sharing(members: str, detail: str) -> str:
    """The `detail` of a post with what is shared of it added to its `seo`.

    `members` is the JSON text of its PostCard, still open at its end; both texts have their holes filled.
    """
    start = detail.rindex('"seo":{') + len('"seo":{')
    end = detail.index('},"expire_at":', start)
    own = detail[start:end]
    title, description = _between(own, '"title":', ',"description":'), own[own.index(',"description":') + 15 :]
    shared = _shared(members, detail, title=title, description=description)
    return f"{detail[:end]},{shared}{detail[end:]}"


def _shared(members: str, detail: str, *, title: str, description: str) -> str:
    """The members of `seo` that are derived from the post; what is empty is left out. All values are JSON texts."""
    title = title if title != '""' else _between(members, '"title":', ',"intro":')
    description = description if description != '""' else _between(members, ',"intro":', ',"published_at":')
    published = _between(members, ',"published_at":', ',"updated_at":')
    updated = _between(members, ',"updated_at":', ',"tags":')
    tags = _between(members, ',"tags":', ',"feature_image":')
    rest = members.index(',"reading_minutes":')
    url = _between(members, ',"url":', ',"status":', rest)
    blog = members.index(',"blog":{', rest)
    blog_slug, blog_title = (
        _between(members, '"slug":', ',"title":', blog),
        _between(members, ',"title":', ',"avatar":', blog),
    )
    by = members.index(',"author":{', blog)
    author = _between(members, ',"name":', ',"avatar":', by)
    author = author if author != '""' else _between(members, '"username":', ',"name":', by)
    picture, width, height, alt = _picture(members, detail)
    graph = _members(
        ("og:type", '"article"'),
        ("og:title", title),
        ("og:description", description),
        ("og:url", url),
        ("og:site_name", blog_title),
        ("og:image", picture),
        ("og:image:width", width and f'"{width}"'),
        ("og:image:height", height and f'"{height}"'),
        ("og:image:alt", alt),
        ("article:published_time", published),
        ("article:modified_time", updated),
        ("article:author", author),
        ("article:tag", tags),
    )
    twitter = _members(
        ("twitter:card", '"summary_large_image"' if picture else '"summary"'),
        ("twitter:title", title),
        ("twitter:description", description),
        ("twitter:image", picture),
        ("twitter:image:alt", alt),
    )
    linked = _members(
        ("@context", '"https://schema.org"'),
        ("@type", '"BlogPosting"'),
        ("@id", url),
        ("mainEntityOfPage", url),
        ("url", url),
        ("headline", title),
        ("description", description),
        ("datePublished", published),
        ("dateModified", updated),
        ("keywords", tags),
        ("author", f'{{"@type":"Person","name":{author}}}'),
        ("isPartOf", f'{{"@type":"Blog","name":{blog_title},"url":{holes.dumps(blog_url(blog_slug[1:-1]))}}}'),
        ("image", picture and f'{{"@type":"ImageObject","url":{picture},"width":{width},"height":{height}}}'),
    )
    return f'"canonical_url":{url},"open_graph":{graph},"twitter":{twitter},"json_ld":{linked}'


def _picture(members: str, detail: str) -> tuple:
    """Address, width, height and description of the picture that is shown with the post; nothing where it has none."""
    text, start = members, members.index(',"feature_image":') + 17
    if members.startswith("null", start):
        text, start = detail, detail.rindex('"images":[') + 10
        if detail[start] == "]":
            return None, None, None, None
    size, _ = _decoder.raw_decode(text, text.index('"large":', start) + 8)
    return holes.dumps(size["url"]), size["width"], size["height"], _between(text, ',"alt":', ',"width":', start)


def _between(text: str, before: str, after: str, start: int = 0) -> str:
    start = text.index(before, start) + len(before)
    return text[start : text.index(after, start)]


def _members(*pairs: tuple[str, str | None]) -> str:
    """An object of those members that have something to say."""
    return "{" + ",".join(f'"{name}":{value}' for name, value in pairs if value and value not in _EMPTY) + "}"
