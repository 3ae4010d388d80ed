"""What is measured, found out inside the process of the site: addresses, the bytes of answers, numbers of queries.

    python -m bench.subject FOLDER

prints a JSON object and writes the answers' bodies into the folder, for the floor. Runs with the settings of the
product, or (`--stock`) with those of stock Wagtail.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from blogs.models import BlogCard, Follow, PostCard  # noqa: E402
from core import clock  # noqa: E402

DEEP = 90_000
LIMIT = 20
FOLLOWED = 200
FIELDS = "intro,tags,feature_image"
SEARCHED = {"search": "garden", "rare": "jazz+optics"}
"""A word that stands in half of all posts, and two tags that one of a thousand posts has both of."""

BODY = {
    "title": "A post to measure with",
    "intro": "Two sentences of it. Here is the second.",
    "tags": ["measure", "python"],
    "markdown": "\n\n".join(
        ["## A heading", "Some *text* with a [link](https://example.org/) in it. " * 6, "```python\nprint(1)\n```"] * 3
    ),
    "status": "live",
}


def ours(folder: Path) -> dict:
    """The requests to our API, with a token for writing."""
    from api.cursors import Position, seal

    public = PostCard.objects.filter(is_live=True, is_private=False).order_by("-published_at", "-post")
    depth = min(DEEP, public.count() - 2 * LIMIT)
    edge = public.values_list("published_at", "post")[depth]
    blog = BlogCard.objects.filter(slug__startswith="seed-", is_private=False).order_by("pk").first()
    client = Client()
    token = client.post(
        "/api/v2/auth/token/",
        {"username": blog.slug, "password": os.environ["BENCH_PASSWORD"]},
        content_type="application/json",
    ).json()["access"]
    paths = {
        "first": f"/api/v2/feed/latest/?limit={LIMIT}",
        "deep": f"/api/v2/feed/latest/?limit={LIMIT}&cursor={seal(Position(edge), 'feed/latest')}",
        "detail": f"/api/v2/posts/{edge[1]}/",
        "home": f"/api/v2/feed/home/?limit={LIMIT}",
        **{name: f"/api/v2/search/?type=posts&limit={LIMIT}&q={words}" for name, words in SEARCHED.items()},
    }
    _follow(blog.owner_id)
    headers = {"Authorization": f"Bearer {token}"}
    credentials = {"home": headers}
    queries = {}
    for name, path in paths.items():
        client.get(path, headers=credentials.get(name))  # what is compiled once is not counted
        queries[name], response = _queries(lambda name=name, path=path: client.get(path, headers=credentials.get(name)))
        assert response.status_code == 200, response.content
        (folder / f"{name}.json").write_bytes(response.content)
    create = f"/api/v2/blogs/{blog.slug}/posts/"
    client.post(create, BODY, content_type="application/json", headers=headers)
    queries["create"], response = _queries(
        lambda: client.post(create, BODY, content_type="application/json", headers=headers)
    )
    assert response.status_code == 201, response.content
    body = json.dumps(BODY)
    return {
        "depth": depth,
        "queries": queries,
        "requests": {
            **{name: _request("GET", path, **credentials.get(name, {})) for name, path in paths.items()},
            "create": _request("POST", create, body, **headers),
        },
        "detail": edge[1],
        "blog": blog.slug,
        "blocks": response.json()["body"],
    }


def _follow(user_id: int) -> None:
    """Have a user follow many blogs, whoever he followed before."""
    Follow.objects.filter(user=user_id).delete()
    blogs = BlogCard.objects.filter(is_private=False).exclude(owner=user_id).order_by("pk")[:FOLLOWED]
    now = clock.now()
    Follow.objects.bulk_create(Follow(user_id=user_id, blog=blog, created_at=now, accepted_at=now) for blog in blogs)


def stock(facts: dict) -> dict:
    """The requests to stock Wagtail that give the same."""
    page = "/api/v2/pages/"
    listing = f"{page}?type=blogs.BlogPostPage&order=-first_published_at&limit={LIMIT}&fields={FIELDS}"
    paths = {
        "first": listing,
        "deep": f"{listing}&offset={facts['depth']}",
        "detail": f"{page}{facts['detail']}/?fields=*",
    }
    if facts["is_indexed"]:
        searching = f"{page}?type=blogs.BlogPostPage&limit={LIMIT}&fields={FIELDS}&search="
        paths |= {name: f"{searching}{words}" for name, words in SEARCHED.items()}
    client = Client()
    queries = {}
    for name, path in paths.items():
        client.get(path)
        queries[name], response = _queries(lambda path=path: client.get(path))
        assert response.status_code == 200, response.content
    body = {name: BODY[name] for name in ("title", "intro", "tags")}
    body |= {"blog": facts["blog"], "body": facts["blocks"]}
    client.post("/create/", body, content_type="application/json")
    queries["create"], response = _queries(lambda: client.post("/create/", body, content_type="application/json"))
    assert response.status_code == 200, response.content
    return {
        "queries": queries,
        "requests": {
            **{name: _request("GET", path) for name, path in paths.items()},
            "create": _request("POST", "/create/", json.dumps(body)),
        },
    }


def _queries(call):
    with CaptureQueriesContext(connection) as captured:
        response = call()
    return len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]), response


def _request(method: str, path: str, body: str = "", **headers: str) -> str:
    sent = {"Host": "127.0.0.1", **headers}
    if body:
        sent |= {"Content-Type": "application/json", "Content-Length": str(len(body.encode()))}
    return f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {sent[name]}\r\n" for name in sent) + f"\r\n{body}"


if __name__ == "__main__":
    if "--stock" in sys.argv:
        found = stock(json.loads(sys.stdin.read()))
    else:
        found = ours(Path(sys.argv[1]))
    print("\n" + json.dumps(found))
