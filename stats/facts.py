"""What an event makes known: the state something is in, and since which number.

The figures follow from the states alone: each state has shares in counters, and a new state of the same thing takes
the shares of the one before it away and adds its own. So an event counts once however often it comes, and of several
events about one thing the one with the greatest number decides, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from stats.events import AnyEvent

Key = tuple[str, str]
"""The key of a state: the thing it belongs to, and what it is of that thing."""

NAMES = ("posts", "followers", "likes", "comments", "replies", "views")
ALL = "all"
FLOOR: Key = (ALL, "floor")
"""Events with numbers up to that of this state are part of the rows that history was replayed from."""


def post_scope(post: int) -> str:
    """Where the counters of a post are."""
    return f"post:{post}"


def blog_scope(blog: int) -> str:
    """Where the counters of a blog are."""
    return f"blog:{blog}"


def post_key(post: int) -> Key:
    return post_scope(post), "post"


def blog_key(blog: int) -> Key:
    return blog_scope(blog), "blog"


def slug_key(slug: str) -> Key:
    return f"slug:{slug.lower()}", "slug"


def user_key(user: int) -> Key:
    return f"user:{user}", "user"


def user_block_key(user: int) -> Key:
    return f"user:{user}", "block"


def user_role_key(user: int) -> Key:
    return f"user:{user}", "role"


def blog_block_key(blog: int) -> Key:
    return blog_scope(blog), "block"


@dataclass(frozen=True, slots=True)
class State:
    """What is known of something, from the event with this number on."""

    sequence: int
    fields: dict

    @property
    def is_gone(self) -> bool:
        return bool(self.fields.get("gone"))


@dataclass(frozen=True, slots=True)
class Fact:
    """A state to be known. Numbers of facts with `counts_itself` are their own count, and not the CMS's."""

    key: Key
    state: State
    counts_itself: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What a state adds to the counter `name` of a post (if any), of its blog and of all, on a day."""

    post: int | None
    blog: int
    day: str
    name: str
    count: int = 1

    @property
    def scopes(self) -> tuple[str, ...]:
        own = (post_scope(self.post),) if self.post else ()
        return (*own, blog_scope(self.blog), ALL)

    @property
    def guard(self) -> Key:
        """Of what it is a share; when that is gone, so are its shares."""
        return post_key(self.post) if self.post else blog_key(self.blog)


def shares_of(state: State | None) -> Iterator[Share]:
    """What a state adds to counters."""
    if state is None or state.is_gone:
        return
    fields = state.fields
    kind = fields.get("is")
    if kind == "post" and fields["live"]:
        yield Share(None, fields["blog"], fields["day"], "posts")
        if fields.get("reply_to") and fields.get("reply_blog"):
            yield Share(fields["reply_to"], fields["reply_blog"], fields["day"], "replies")
    elif kind in ("likes", "comments") and fields["on"]:
        yield Share(fields["post"], fields["blog"], fields["day"], kind)
    elif kind == "followers" and fields["on"]:
        yield Share(None, fields["blog"], fields["day"], kind)
    elif kind == "views":
        yield Share(fields["post"], fields["blog"], fields["day"], kind, fields["count"])


def facts_of(event: AnyEvent) -> Iterator[Fact]:
    """What an event makes known."""
    told, at, sequence = event.payload, event.at, event.sequence
    match event.kind:
        case "post.published" | "post.updated" | "post.unpublished":
            yield _fact(
                post_key(told.post),
                sequence,
                {
                    "is": "post",
                    "blog": told.blog,
                    "live": told.is_live,
                    "day": _day(told.published_at or at),
                    "reply_to": told.reply_to,
                    "reply_blog": told.reply_blog,
                },
            )
        case "post.deleted":
            yield _fact(post_key(told.post), sequence, {"is": "post", "blog": told.blog, "gone": True})
        case "blog.created" | "blog.updated":
            fields = {"is": "blog", "slug": told.slug, "owner": told.owner, "live": told.is_live}
            yield _fact(blog_key(told.blog), sequence, fields)
            yield _fact(slug_key(told.slug), sequence, {"blog": told.blog})
        case "blog.deleted":
            yield _fact(blog_key(told.blog), sequence, {"is": "blog", "gone": True})
        case "blog.followed" | "blog.unfollowed":
            yield _follow(told.blog, told.actor, sequence, _day(told.at or at), on=event.kind == "blog.followed")
        case "follow.accepted":
            for user in told.users:
                yield _follow(told.blog, user, sequence, _day(told.at or at), on=True)
        case "post.liked" | "post.unliked":
            key = post_scope(told.post), f"like:{told.actor}"
            yield _of_post("likes", key, told, sequence, _day(told.at or at), on=event.kind == "post.liked")
        case "comment.added" | "comment.deleted":
            key = post_scope(told.post), f"comment:{told.comment}"
            yield _of_post("comments", key, told, sequence, _day(told.at or at), on=event.kind == "comment.added")
        case "post.viewed":
            day = told.day.isoformat()
            fields = {"is": "views", "post": told.post, "blog": told.blog, "day": day, "count": told.count}
            yield Fact((post_scope(told.post), f"views:{day}"), State(told.count, fields), counts_itself=True)
        case "user.blocked":
            yield _fact(user_block_key(told.user), sequence, {"on": True, "until": _iso(told.until)})
        case "user.unblocked":
            yield _fact(user_block_key(told.user), sequence, {"on": False})
        case "account.closed":
            yield _fact(user_key(told.user), sequence, {"gone": True})
        case "user.role_changed":
            yield _fact(user_role_key(told.user), sequence, {"role": told.after})
        case "blog.blocked":
            yield _fact(blog_block_key(told.blog), sequence, {"on": True, "until": _iso(told.until)})
        case "blog.unblocked":
            yield _fact(blog_block_key(told.blog), sequence, {"on": False})


def _fact(key: Key, sequence: int, fields: dict) -> Fact:
    return Fact(key, State(sequence, fields))


def _follow(blog: int, user: int, sequence: int, day: str, *, on: bool) -> Fact:
    fields = {"is": "followers", "blog": blog, "day": day, "on": on}
    return _fact((blog_scope(blog), f"follow:{user}"), sequence, fields)


def _of_post(kind: str, key: Key, told, sequence: int, day: str, *, on: bool) -> Fact:
    return _fact(key, sequence, {"is": kind, "post": told.post, "blog": told.blog, "day": day, "on": on})


def _day(moment: datetime | date) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
