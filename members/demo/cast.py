"""The demo's content as it is written in `content/`: a TOML file for each author."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Comment:
    """A comment; a reply answers the last one before it that is none."""

    author: str
    body: str
    is_reply: bool


@dataclass(frozen=True)
class Post:
    """A post, in Markdown, published so many days ago. Its images are named by the kind of picture they are."""

    title: str
    days: int
    body: str
    tags: list[str]
    intro: str = ""
    picture: str = ""
    comments: list[Comment] = field(default_factory=list)


@dataclass(frozen=True)
class Blog:
    """A blog with its posts, oldest first."""

    slug: str
    title: str
    description: str
    tags: list[str]
    posts: list[Post]
    is_private: bool = False


@dataclass(frozen=True)
class Author:
    """Somebody who writes one or more blogs."""

    username: str
    name: str
    bio: str
    blogs: list[Blog]


def read_cast() -> list[Author]:
    """Everybody, with everything they wrote."""
    return [_author(tomllib.loads(file.read_text(encoding="utf-8"))) for file in sorted(CONTENT.glob("*.toml"))]


def _author(told: dict) -> Author:
    return Author(**{**told, "blogs": [_blog(blog) for blog in told["blogs"]]})


def _blog(told: dict) -> Blog:
    posts = [_post(post) for post in told["posts"]]
    return Blog(**{**told, "posts": sorted(posts, key=lambda post: -post.days)})


def _post(told: dict) -> Post:
    return Post(
        **{**told, "body": told["body"].strip(), "comments": [_comment(text) for text in told.get("comments", [])]}
    )


def _comment(text: str) -> Comment:
    author, _, body = text.removeprefix("> ").partition(": ")
    return Comment(author, body, text.startswith("> "))
