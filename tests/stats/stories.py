"""What may happen on a site, as the events that tell of it and as the rows that remain."""

from __future__ import annotations

import random
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from stats.events import read_event

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
NAMES = ("posts", "followers", "likes", "comments", "replies", "views")


@dataclass
class Story:
    """Makes up what happens on a few blogs, in the order in which the CMS would write it down."""

    chance: random.Random
    blogs: int = 3
    posts: dict[int, dict] = field(default_factory=dict)
    gone_blogs: set[int] = field(default_factory=set)
    likes: dict[tuple[int, int], date] = field(default_factory=dict)
    follows: dict[tuple[int, int], date] = field(default_factory=dict)
    comments: dict[int, tuple[int, date]] = field(default_factory=dict)
    views: Counter = field(default_factory=Counter)
    events: list[dict] = field(default_factory=list)
    at: datetime = BEGIN

    def tell(self, kind: str, **payload) -> None:
        """Write an event down."""
        self.events.append(event(kind, len(self.events) + 1, self.at, **payload))

    def begin(self) -> None:
        for blog in range(1, self.blogs + 1):
            self.tell("blog.created", blog=blog, slug=f"blog-{blog}", owner=blog, is_live=True)

    def go_on(self, steps: int, *, deletes: bool = True) -> Story:
        """Let so many things happen."""
        acts = [self._publish] * 3 + [self._like] * 6 + [self._unlike] * 3 + [self._follow] * 3 + [self._unfollow] * 2
        acts += [self._comment] * 3 + [self._uncomment] + [self._view] * 5 + [self._unpublish, self._again]
        acts += [self._delete_post] if deletes else []
        if not self.events:
            self.begin()
        for _ in range(steps):
            self.at += timedelta(minutes=self.chance.randrange(400))
            self.chance.choice(acts)()
        return self

    def delete_blog(self, blog: int) -> None:
        for post in [post for post, facts in self.posts.items() if facts["blog"] == blog]:
            self._forget(post)
        self.follows = {key: day for key, day in self.follows.items() if key[0] != blog}
        self.gone_blogs.add(blog)
        self.tell("blog.deleted", blog=blog)

    @property
    def figures(self) -> dict[int, dict]:
        """What the rows that are left amount to: of each blog its totals and days."""
        counts: dict[int, dict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))

        def count(blog: int, day: date, name: str, by: int = 1) -> None:
            for place in ("total", day.isoformat()):
                counts[blog][place][name] += by

        for facts in self.posts.values():
            if facts["is_live"]:
                count(facts["blog"], facts["day"], "posts")
                if facts["reply_to"] in self.posts:
                    count(self.posts[facts["reply_to"]]["blog"], facts["day"], "replies")
        for (post, _), day in self.likes.items():
            count(self.posts[post]["blog"], day, "likes")
        for post, day in self.comments.values():
            count(self.posts[post]["blog"], day, "comments")
        for (post, day), views in self.views.items():
            count(self.posts[post]["blog"], day, "views", views)
        for (blog, _), day in self.follows.items():
            count(blog, day, "followers")
        return {
            blog: {place: {name: found[name] for name in NAMES} for place, found in counts[blog].items()}
            for blog in range(1, self.blogs + 1)
            if blog not in self.gone_blogs
        }

    def _any_post(self) -> int | None:
        return self.chance.choice(sorted(self.posts)) if self.posts else None

    def _publish(self) -> None:
        blog = self.chance.choice([b for b in range(1, self.blogs + 1) if b not in self.gone_blogs])
        post, reply_to = 100 + len(self.events), self._any_post() if self.chance.random() < 0.4 else None
        self.posts[post] = {"blog": blog, "is_live": True, "day": self.at.date(), "at": self.at, "reply_to": reply_to}
        self._tell_post("post.published", post)

    def _tell_post(self, kind: str, post: int) -> None:
        facts = self.posts[post]
        answered = self.posts.get(facts["reply_to"])
        self.tell(
            kind,
            post=post,
            blog=facts["blog"],
            is_live=facts["is_live"],
            published_at=facts["at"].isoformat(),
            reply_to=facts["reply_to"] if answered else None,
            reply_blog=answered["blog"] if answered else None,
        )

    def _unpublish(self) -> None:
        if (post := self._any_post()) and self.posts[post]["is_live"]:
            self.posts[post]["is_live"] = False
            self._tell_post("post.unpublished", post)

    def _again(self) -> None:
        if post := self._any_post():
            self.posts[post]["is_live"] = True
            self.posts[post]["reply_to"] = self._any_post() if self.chance.random() < 0.5 else None
            if self.posts[post]["reply_to"] == post:
                self.posts[post]["reply_to"] = None
            self._tell_post("post.updated", post)

    def _delete_post(self) -> None:
        if (post := self._any_post()) and self.chance.random() < 0.4:
            self._forget(post)

    def _forget(self, post: int) -> None:
        blog = self.posts.pop(post)["blog"]
        self.likes = {key: day for key, day in self.likes.items() if key[0] != post}
        self.comments = {key: found for key, found in self.comments.items() if found[0] != post}
        self.views = Counter({key: count for key, count in self.views.items() if key[0] != post})
        self.tell("post.deleted", post=post, blog=blog)

    def _like(self) -> None:
        user = self.chance.randrange(1, 9)
        if (post := self._any_post()) and (post, user) not in self.likes:
            self.likes[post, user] = self.at.date()
            self.tell("post.liked", post=post, blog=self.posts[post]["blog"], actor=user, at=self.at.isoformat())

    def _unlike(self) -> None:
        if self.likes:
            post, user = self.chance.choice(sorted(self.likes))
            del self.likes[post, user]
            self.tell("post.unliked", post=post, blog=self.posts[post]["blog"], actor=user)

    def _follow(self) -> None:
        blog, user = self.chance.randrange(1, self.blogs + 1), self.chance.randrange(10, 20)
        if blog not in self.gone_blogs and (blog, user) not in self.follows:
            self.follows[blog, user] = self.at.date()
            if self.chance.random() < 0.5:
                self.tell("blog.followed", blog=blog, actor=user, at=self.at.isoformat())
            else:
                self.tell("follow.accepted", blog=blog, users=[user], at=self.at.isoformat())

    def _unfollow(self) -> None:
        if self.follows:
            blog, user = self.chance.choice(sorted(self.follows))
            del self.follows[blog, user]
            self.tell("blog.unfollowed", blog=blog, actor=user)

    def _comment(self) -> None:
        if post := self._any_post():
            comment = 1000 + len(self.events)
            self.comments[comment] = post, self.at.date()
            blog = self.posts[post]["blog"]
            self.tell("comment.added", comment=comment, post=post, blog=blog, at=self.at.isoformat())

    def _uncomment(self) -> None:
        if self.comments:
            comment = self.chance.choice(sorted(self.comments))
            post, _ = self.comments.pop(comment)
            self.tell("comment.deleted", comment=comment, post=post, blog=self.posts[post]["blog"])

    def _view(self) -> None:
        if post := self._any_post():
            self.views[post, self.at.date()] += 1
            count = self.views[post, self.at.date()]
            day = self.at.date().isoformat()
            self.tell("post.viewed", post=post, blog=self.posts[post]["blog"], day=day, count=count)


def event(kind: str, sequence: int, happened: datetime = BEGIN, **payload) -> dict:
    """An event as the CMS sends it."""
    return {"id": str(uuid.uuid4()), "sequence": sequence, "kind": kind, "at": happened.isoformat(), "payload": payload}


def parsed(events: list[dict]) -> list:
    """The events as the service reads them."""
    return [read_event(message) for message in events]


def stored(store, story: Story) -> dict[int, dict]:
    """What a store says of the blogs of a story, in the form of `Story.figures`."""
    found = {}
    for blog in range(1, story.blogs + 1):
        if blog not in story.gone_blogs:
            days = store.counts_by_day(f"blog:{blog}")
            found[blog] = {"total": store.total(f"blog:{blog}"), **days}
            found[blog] = {place: counts for place, counts in found[blog].items() if any(counts.values())}
    return found


def summed(figures: dict[int, dict]) -> dict[str, dict]:
    """The figures of all blogs together."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for places in figures.values():
        for place, found in places.items():
            counts[place].update(found)
    return {place: dict(found) for place, found in counts.items() if any(found.values())}
