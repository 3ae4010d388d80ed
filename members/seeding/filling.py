"""Generated authors, blogs and posts, written as if each had been published in the ordinary way.

Everything is there that publishing leaves behind: pages in a valid tree, their revisions, cards, tags, likes, comments,
follows, and counters that are true. Wagtail's search and reference indexes are left to its own commands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from taggit.models import Tag
from wagtail.models import Locale, Page, Revision

from accounts.models import User
from accounts.services.roles import AUTHORS
from blogs import cards
from blogs.jobs import popularity
from blogs.models import (
    BlogCard,
    BlogIndexPage,
    BlogPage,
    BlogPostPage,
    BlogTag,
    Follow,
    PostCard,
    PostImage,
    PostTag,
)
from core import clock
from core.clock import iso
from core.holes import dumps
from media.models import Image
from members.seeding import words
from members.seeding.bulk import Table, reserve_ids, stored_time, update
from members.seeding.forms import PostForm, content_of, post_forms
from members.seeding.moulds import inner
from social.models import Comment, Like
from syndication.filling import tell_missing

PREFIX = "seed-"
CHUNK = 5_000
YEARS = timedelta(days=3 * 365)
PRIVATE_EACH = 20
"""Every so manyth blog is private."""

Progress = Callable[[int], None]


class Seeding:
    """One filling of the database, on top of what is there. `found_blogs` comes before `write_posts`."""

    def __init__(self, *, posts: int, blogs: int, password: str | None = None, at: datetime | None = None):
        self._post_total = posts
        self._blog_total = blogs
        self._password = password
        self._now = (at or clock.now()).replace(microsecond=0)
        self._first_number = _next_number()
        self._random = Random(self._first_number)
        self._locale = Locale.get_default().pk
        self._tags = {name: Tag.objects.get_or_create(name=name)[0].pk for name in words.TAGS}
        self.authors: list[User] = []
        self._blogs: list[SimpleNamespace] = []

    def register_authors(self) -> None:
        """One author for each blog, all with the same password, or with none that works."""
        encoded = make_password(self._password)
        numbers = range(self._first_number, self._first_number + self._blog_total)
        with transaction.atomic():
            self.authors = User.objects.bulk_create(
                [
                    User(
                        username=f"{PREFIX}{number:06}",
                        email=f"{PREFIX}{number:06}@example.com",
                        name=words.blog_title(self._random).removeprefix("The "),
                        password=encoded,
                    )
                    for number in numbers
                ],
                batch_size=2_000,
            )
            group = Group.objects.get(name=AUTHORS)
            membership = User.groups.through
            membership.objects.bulk_create(
                [membership(user_id=user.pk, group_id=group.pk) for user in self.authors], batch_size=2_000
            )

    @transaction.atomic
    def found_blogs(self) -> None:
        """The blogs, still without posts."""
        index = BlogIndexPage.objects.select_for_update().get()
        last = index.get_last_child()
        step = Page._str2int(last.path[-Page.steplen :]) if last else 0
        ids, revisions = reserve_ids(Page, self._blog_total), reserve_ids(Revision, self._blog_total)
        kind = ContentType.objects.get_for_model(BlogPage).pk
        created = self._now - YEARS
        rows = defaultdict(list)
        for number, owner in enumerate(self.authors):
            title, tags = words.blog_title(self._random), words.tags(self._random)
            page = BlogPage(
                id=ids + number,
                page_ptr_id=ids + number,
                path=Page._get_path(index.path, index.depth + 1, step + 1 + number),
                depth=index.depth + 1,
                title=title,
                draft_title=title,
                slug=owner.username,
                url_path=f"{index.url_path}{owner.username}/",
                owner_id=owner.pk,
                locale_id=self._locale,
                content_type_id=kind,
                description=words.sentences(self._random, 2),
                is_private=number % PRIVATE_EACH == PRIVATE_EACH - 1,
                first_published_at=created,
                last_published_at=created,
                latest_revision_created_at=created,
                latest_revision_id=revisions + number,
                live_revision_id=revisions + number,
            )
            self._blogs.append(
                SimpleNamespace(
                    id=page.pk,
                    owner=owner.pk,
                    slug=page.slug,
                    path=page.path,
                    url_path=page.url_path,
                    is_private=page.is_private,
                    posts=0,
                )
            )
            rows[Page].append(_page_values(page))
            rows[BlogPage].append((page.pk, page.description, page.is_private))
            content = dumps(content_of(page))
            rows[Revision].append((page.latest_revision_id, str(page.pk), owner.pk, title, content))
            rows[BlogTag] += [(page.pk, self._tags[tag]) for tag in tags]
            tag_names = dumps(sorted(tags, key=str.casefold))
            rows[BlogCard].append((page.pk, owner.pk, page.slug, title, page.is_private, page.description, tag_names))
        moment = stored_time(created)
        Table(Page, PAGE_COLUMNS, **self._page_constants(BlogPage, index.depth + 1)).insert(rows[Page])
        Table(BlogPage, ("page_ptr_id", "description", "is_private")).insert(rows[BlogPage])
        Table(
            Revision, ("id", "object_id", "user_id", "object_str", "content"), created_at=created, **_kinds(BlogPage)
        ).insert(rows[Revision])
        Table(BlogTag, ("content_object_id", "tag_id")).insert(rows[BlogTag])
        Table(
            BlogCard,
            ("blog_id", "owner_id", "slug", "title", "is_private", "description", "tags"),
            is_live=True,
            created_at=created,
        ).insert(rows[BlogCard])
        self._follow(moment)
        Page.objects.filter(pk=index.pk).update(numchild=index.numchild + self._blog_total)
        cards.note_change()

    def _follow(self, moment: str) -> None:
        """Each author follows a few blogs, the first ones more often than the last."""
        counts: Counter[int] = Counter()
        rows = []
        for author in self.authors:
            for blog in {self._blogs[self._low(len(self._blogs))].id: 1 for _ in range(6)}:
                counts[blog] += 1
                rows.append((blog, author.pk, moment, moment))
        Table(Follow, ("blog_id", "user_id", "created_at", "accepted_at")).insert(rows)
        update(BlogCard, "follower_count", counts)
        update(BlogCard, "popularity", counts)

    def _low(self, number: int) -> int:
        """A random index below `number`, small ones much more often."""
        return int(number * self._random.random() ** 2)

    def write_posts(self, *, images: list[Image], progress: Progress = lambda number: None) -> None:
        """All posts, oldest first, in transactions of some thousands."""
        forms = post_forms(self._random, images=images, locale=self._locale)
        span = YEARS.total_seconds() - 7200
        for start in range(0, self._post_total, CHUNK):
            number = min(CHUNK, self._post_total - start)
            times = [
                self._now - YEARS + timedelta(seconds=3600 + int(span * (start + place) / self._post_total))
                for place in range(number)
            ]
            with transaction.atomic():
                self._write_chunk(times, forms)
            progress(number)
        tell_missing()

    def _write_chunk(self, times: list[datetime], forms: list[PostForm]) -> None:
        random = self._random
        first, revision = reserve_ids(Page, len(times)), reserve_ids(Revision, len(times))
        tagged = reserve_ids(PostTag, 4 * len(times))
        comment = reserve_ids(Comment, 5 * len(times))
        rows: dict[type, list[tuple]] = defaultdict(list)
        new_posts: Counter[int] = Counter()
        newest: dict[int, datetime] = {}
        for number, published in enumerate(times):
            pk, form, blog = first + number, random.choice(forms), self._blogs[self._low(len(self._blogs))]
            blog.posts += 1
            new_posts[blog.id] += 1
            newest[blog.id] = published
            title, tags = words.title(random), words.tags(random)
            intro = words.sentence(random)
            slug = f"{_slug(title)}-{blog.posts}"
            path = Page._get_path(blog.path, BLOG_DEPTH + 1, blog.posts)
            key, url_path, moment = f"{random.getrandbits(128):032x}", f"{blog.url_path}{slug}/", stored_time(published)
            tag_items = [(tagged + place, self._tags[tag]) for place, tag in enumerate(tags)]
            tagged += len(tags)
            values = {
                "pk": str(pk),
                "owner": str(blog.owner),
                "path": path,
                "slug": slug,
                "title": inner(title),
                "intro": inner(intro),
                "url_path": url_path,
                "key": f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}",
                "moment": iso(published),
                "tags": f'"tags":{dumps(sorted(tags, key=str.casefold))}',
                "tag_items": ",".join(f'{{"pk":{item},"tag":{tag},"content_object":{pk}}}' for item, tag in tag_items),
            }
            rows[Page].append(
                (pk, path, title, title, slug, url_path, blog.owner, key, *3 * (moment,), *2 * (revision + number,))
            )
            rows[BlogPostPage].append((pk, intro, form.body, form.image))
            rows[Revision].append((revision + number, str(pk), moment, blog.owner, title, form.content.cast(values)))
            rows[PostTag] += [(item, tag, pk) for item, tag in tag_items]
            if form.image:
                rows[PostImage].append((pk, form.image))
            likes = self._like(pk, published, rows)
            said = self._discuss(pk, published, comment, rows)
            comment += said
            card = SimpleNamespace(like_count=likes, comment_count=said, reply_count=0, published_at=published)
            rows[PostCard].append(
                (
                    *(pk, blog.id, blog.owner, slug, title, blog.is_private, moment, moment, likes, said),
                    popularity(card, at=self._now),
                    form.document.cast(values),
                    form.detail,
                    form.owner_detail,
                )
            )
        self._insert_posts(rows)
        update(Page, "numchild", new_posts)
        update(BlogCard, "post_count", new_posts)
        changed = [BlogCard(pk=blog, newest_post_at=published) for blog, published in newest.items()]
        BlogCard.objects.bulk_update(changed, ["newest_post_at"], batch_size=500)
        cards.note_change()

    def _like(self, post: int, published: datetime, rows) -> int:
        number = min(int(self._random.expovariate(1)), len(self.authors))
        start = self._random.randrange(len(self.authors))
        for place in range(number):
            user = self.authors[(start + place) % len(self.authors)].pk
            rows[Like].append((user, post, stored_time(published + timedelta(minutes=7 * place + 3))))
        return number

    def _discuss(self, post: int, published: datetime, first: int, rows) -> int:
        if self._random.random() > 0.12:
            return 0
        number = self._random.choice((1, 1, 2, 3, 5))
        replies = self._random.randrange(number)
        for place in range(number):
            parent = first if 0 < place <= replies else None
            author = self._random.choice(self.authors).pk
            moment = stored_time(published + timedelta(minutes=11 * place + 5))
            rows[Comment].append(
                (first + place, post, parent, author, words.sentence(self._random), moment, 0 if place else replies)
            )
        return number

    def _insert_posts(self, rows) -> None:
        Table(Page, PAGE_COLUMNS, **self._page_constants(BlogPostPage, BLOG_DEPTH + 1)).insert(rows[Page])
        Table(BlogPostPage, ("page_ptr_id", "intro", "body", "feature_image_id")).insert(rows[BlogPostPage])
        Table(
            Revision, ("id", "object_id", "created_at", "user_id", "object_str", "content"), **_kinds(BlogPostPage)
        ).insert(rows[Revision])
        Table(PostTag, ("id", "tag_id", "content_object_id")).insert(rows[PostTag])
        Table(PostCard, CARD_COLUMNS, status="live", is_live=True).insert(rows[PostCard])
        Table(PostImage, ("post_id", "image_id")).insert(rows[PostImage])
        Table(Like, ("user_id", "post_id", "created_at")).insert(rows[Like])
        Table(Comment, ("id", "post_id", "parent_id", "author_id", "body", "created_at", "reply_count")).insert(
            rows[Comment]
        )

    def _page_constants(self, model: type[Page], depth: int) -> dict:
        kind = ContentType.objects.get_for_model(model)
        return {"depth": depth, "numchild": 0, "locale_id": self._locale, "content_type_id": kind.pk}


BLOG_DEPTH = 4
PAGE_COLUMNS = (
    "id",
    "path",
    "title",
    "draft_title",
    "slug",
    "url_path",
    "owner_id",
    "translation_key",
    "first_published_at",
    "last_published_at",
    "latest_revision_created_at",
    "latest_revision_id",
    "live_revision_id",
)
CARD_COLUMNS = (
    "post_id",
    "blog_id",
    "author_id",
    "slug",
    "title",
    "is_private",
    "published_at",
    "edited_at",
    "like_count",
    "comment_count",
    "popularity",
    "document",
    "detail",
    "owner_detail",
)


def tidy_up() -> None:
    """Let PostgreSQL look at what it holds now, as its autovacuum would a little later.

    SQLite is left alone: with statistics it builds a Bloom filter of all blogs and all users for each read of a list.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _page_values(page: Page) -> tuple:
    moment = stored_time(page.first_published_at)
    facts = (page.pk, page.path, page.title, page.title, page.slug, page.url_path, page.owner_id)
    return (*facts, page.translation_key.hex, moment, moment, moment, page.latest_revision_id, page.live_revision_id)


def _kinds(model: type[Page]) -> dict:
    kinds = ContentType.objects
    return {
        "content_type_id": kinds.get_for_model(model).pk,
        "base_content_type_id": kinds.get_for_model(Page).pk,
    }


def _slug(title: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split())


def _next_number() -> int:
    last = User.objects.filter(username__startswith=PREFIX, username__regex=rf"^{PREFIX}\d{{6}}$").order_by("username")
    found = last.values_list("username", flat=True).last()
    return int(found.removeprefix(PREFIX)) + 1 if found else 1
