"""What a post says of itself where it is shared: Open Graph, Twitter's card and JSON-LD, as part of its `seo`."""

from __future__ import annotations

import json

from blogs.urls import blog_url
from core import holes

SCHEMA = "https://schema.org"
_SEO = '"seo":{'
_IMAGES = '"images":['
_decoder = json.JSONDecoder()


def with_sharing(members: str, detail: str) -> str:
    """The `detail` of a post with what is shared of it added to its `seo`.

    `members` is the JSON text of its PostCard, still open at its end; both texts have their holes filled.
    """
    place = detail.rfind(_SEO) + len(_SEO) - 1
    seo, end = _decoder.raw_decode(detail, place)
    card = json.loads(members + "}")
    shared = sharing_of(card, seo, image=card["feature_image"] or _first_image(detail))
    return f"{detail[:place]}{holes.dumps(seo | shared)}{detail[end:]}"


def sharing_of(card: dict, seo: dict, *, image: dict | None) -> dict:
    """The members of `seo` that are derived from the post; what is empty is left out."""
    title, description, url = seo["title"] or card["title"], seo["description"] or card["intro"], card["url"]
    blog, author = card["blog"], card["author"]["name"] or card["author"]["username"]
    picture = image and {**image["renditions"]["large"], "alt": image["alt"] or ""}
    graph = {
        "og:type": "article",
        "og:title": title,
        "og:description": description,
        "og:url": url,
        "og:site_name": blog["title"],
        "article:published_time": card["published_at"],
        "article:modified_time": card["updated_at"],
        "article:author": author,
        "article:tag": card["tags"],
    }
    twitter = {
        "twitter:card": "summary_large_image" if picture else "summary",
        "twitter:title": title,
        "twitter:description": description,
    }
    linked = {
        "@context": SCHEMA,
        "@type": "BlogPosting",
        "@id": url,
        "mainEntityOfPage": url,
        "url": url,
        "headline": title,
        "description": description,
        "datePublished": card["published_at"],
        "dateModified": card["updated_at"],
        "keywords": card["tags"],
        "author": {"@type": "Person", "name": author},
        "isPartOf": {"@type": "Blog", "name": blog["title"], "url": blog_url(blog["slug"])},
    }
    if picture:
        graph |= {
            "og:image": picture["url"],
            "og:image:width": str(picture["width"]),
            "og:image:height": str(picture["height"]),
            "og:image:alt": picture["alt"],
        }
        twitter |= {"twitter:image": picture["url"], "twitter:image:alt": picture["alt"]}
        linked["image"] = {
            "@type": "ImageObject", "url": picture["url"], "width": picture["width"], "height": picture["height"],
        }  # fmt: skip
    given = ({name: value for name, value in part.items() if value} for part in (graph, twitter, linked))
    open_graph, card_of_twitter, json_ld = given
    return {"canonical_url": url, "open_graph": open_graph, "twitter": card_of_twitter, "json_ld": json_ld}


def _first_image(detail: str) -> dict | None:
    place = detail.rfind(_IMAGES)
    if place < 0 or detail[place + len(_IMAGES)] == "]":
        return None
    return _decoder.raw_decode(detail, place + len(_IMAGES))[0]
