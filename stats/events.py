"""What the CMS sends: its events, as they are written down here for both sides.

A message is a JSON object `{"events": [event, …]}`. Each event carries the number the CMS gave it: of two events about
the same thing, the one with the greater number is what holds now, in whatever order they arrive.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Id = Annotated[int, Field(gt=0)]


class Payload(BaseModel):
    """What an event says; fields nobody here knows are passed over, so that the CMS may come to say more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class PostIs(Payload):
    """A post as it now stands. Its day is the day of its first publication."""

    post: Id
    blog: Id
    is_live: bool
    published_at: datetime | None = None
    reply_to: Id | None = None
    reply_blog: Id | None = None


class PostIsGone(Payload):
    """A post was deleted, with its likes, comments and views."""

    post: Id
    blog: Id


class BlogIs(Payload):
    """A blog as it now stands."""

    blog: Id
    slug: str = Field(min_length=1, max_length=255)
    owner: Id | None
    is_live: bool = True


class BlogIsGone(Payload):
    """A blog was deleted, with its followers."""

    blog: Id


class OfBlog(Payload):
    """Somebody began or ceased to follow a blog."""

    blog: Id
    actor: Id
    at: datetime | None = None


class Accepted(Payload):
    """Requests to follow a private blog were accepted."""

    blog: Id
    users: list[Id]
    at: datetime | None = None


class OfPost(Payload):
    """Somebody began or ceased to like a post."""

    post: Id
    blog: Id
    actor: Id
    at: datetime | None = None


class OfComment(Payload):
    """A comment was written or deleted."""

    comment: Id
    post: Id
    blog: Id
    at: datetime | None = None


class Viewed(Payload):
    """How often a post was viewed on a day, up to now."""

    post: Id
    blog: Id
    day: date
    count: int = Field(gt=0)


class UserBlocked(Payload):
    """A user may do nothing until a time, or (None) for good."""

    user: Id
    until: datetime | None = None


class OfUser(Payload):
    """A block ended, or an account was closed."""

    user: Id


class RoleChanged(Payload):
    """A user has another role now."""

    user: Id
    after: str


class BlogBlocked(Payload):
    """A blog is hidden until a time, or (None) for good."""

    blog: Id
    until: datetime | None = None


class OfBlogAlone(Payload):
    """The block of a blog was lifted."""

    blog: Id


class Event(BaseModel):
    """What every event has."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    sequence: int = Field(ge=0)
    at: datetime


class PostEvent(Event):
    kind: Literal["post.published", "post.updated", "post.unpublished"]
    payload: PostIs


class PostDeleted(Event):
    kind: Literal["post.deleted"]
    payload: PostIsGone


class BlogEvent(Event):
    kind: Literal["blog.created", "blog.updated"]
    payload: BlogIs


class BlogDeleted(Event):
    kind: Literal["blog.deleted"]
    payload: BlogIsGone


class FollowEvent(Event):
    kind: Literal["blog.followed", "blog.unfollowed"]
    payload: OfBlog


class FollowsAccepted(Event):
    kind: Literal["follow.accepted"]
    payload: Accepted


class LikeEvent(Event):
    kind: Literal["post.liked", "post.unliked"]
    payload: OfPost


class CommentEvent(Event):
    kind: Literal["comment.added", "comment.deleted"]
    payload: OfComment


class ViewEvent(Event):
    kind: Literal["post.viewed"]
    payload: Viewed


class UserBlockEvent(Event):
    kind: Literal["user.blocked"]
    payload: UserBlocked


class UserEvent(Event):
    kind: Literal["user.unblocked", "account.closed"]
    payload: OfUser


class RoleEvent(Event):
    kind: Literal["user.role_changed"]
    payload: RoleChanged


class BlogBlockEvent(Event):
    kind: Literal["blog.blocked"]
    payload: BlogBlocked


class BlogUnblockEvent(Event):
    kind: Literal["blog.unblocked"]
    payload: OfBlogAlone


AnyEvent = Annotated[
    PostEvent
    | PostDeleted
    | BlogEvent
    | BlogDeleted
    | FollowEvent
    | FollowsAccepted
    | LikeEvent
    | CommentEvent
    | ViewEvent
    | UserBlockEvent
    | UserEvent
    | RoleEvent
    | BlogBlockEvent
    | BlogUnblockEvent,
    Field(discriminator="kind"),
]

KINDS = frozenset(
    kind for model in get_args(get_args(AnyEvent)[0]) for kind in get_args(model.model_fields["kind"].annotation)
)
"""The kinds of events that say something about the figures, or about who may see them."""

_one = TypeAdapter(AnyEvent)


def read_event(message: Any) -> AnyEvent | None:
    """The event in a parsed JSON object; None for a kind that does not matter here. Raises `ValueError`."""
    if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
        raise ValueError("an event is an object with a kind")
    return _one.validate_python(message) if message["kind"] in KINDS else None
