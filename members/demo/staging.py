"""Putting the demo on stage, through the services everybody uses. What is there already is left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import MailDigest, User
from accounts.services.profiles import update_profile
from blogs import services as blogs
from blogs.body import from_markdown
from blogs.follows import accept_request, follow_blog
from blogs.models import BlogCard, BlogPage, BlogPostPage, Follow, PostCard
from core import clock
from media.models import Avatar, Image
from media.services.avatars import set_avatar
from media.services.images import add_image
from members.demo.cast import Author, Blog, Post, read_cast
from members.demo.pictures import picture, portrait
from members.registration import add_member
from social.comments import add_comment
from social.likes import like_post
from social.models import Comment as CommentRow
from social.models import Like

MAIL_HOST = "demo.invalid"
FOLLOWED = 5
LIKED = (2, 11)
"""The least and the most likes a post gets."""


class Stage:
    """Puts on the demo: each of `steps()` is one author, blog or post; `new_authors` tells who was registered."""

    def __init__(self, *, password: str, at: datetime | None = None):
        self.cast = read_cast()
        self.new_authors: list[str] = []
        self._password = password
        self._now = at or clock.now()
        self._users: dict[str, User] = {}

    @property
    def length(self) -> int:
        """How many steps there are."""
        of_blogs = [len(blog.posts) + 1 for author in self.cast for blog in author.blogs]
        return 2 * len(self.cast) + sum(of_blogs)

    def steps(self) -> Iterator[str]:
        """Do one step after another, naming each when it is done."""
        for author in self.cast:
            self._users[author.username] = self._bring_author(author)
            yield author.name
        for author in self.cast:
            for number, blog in enumerate(author.blogs):
                page = self._bring_blog(self._users[author.username], blog, is_first=number == 0)
                yield blog.title
                for post in blog.posts:
                    self._bring_post(self._users[author.username], page, blog, post)
                    yield post.title
        for author in self.cast:
            self._follow(author)
            yield author.name

    def _bring_author(self, author: Author) -> User:
        user = User.objects.named(author.username).first()
        if user is None:
            user = self._register(author)
            self.new_authors.append(author.username)
        if not user.bio:
            update_profile(user=user, bio=author.bio)
        if not Avatar.objects.filter(user=user).exists():
            set_avatar(user=user, upload=_file(portrait(author.username), author.username))
        return user

    @transaction.atomic
    def _register(self, author: Author) -> User:
        """A new member whose address counts as confirmed, and who gets no mail: it does not exist."""
        email = f"{author.username}@{MAIL_HOST}"
        user = add_member(username=author.username, email=email, password=self._password, name=author.name)
        user.email_confirmed_at = self._now
        user.save(update_fields=["email_confirmed_at"])
        update_profile(user=user, mail_digest=MailDigest.NEVER)
        return user

    def _bring_blog(self, owner: User, blog: Blog, *, is_first: bool) -> BlogPage:
        """The blog; an author's first one is the one he was registered with."""
        page = BlogPage.objects.filter(owner=owner, slug=blog.slug).first()
        if page is not None:
            return page
        facts = {"title": blog.title, "slug": blog.slug, "description": blog.description, "tags": blog.tags}
        first = BlogPage.objects.filter(owner=owner, slug=owner.username.lower()).first() if is_first else None
        if first is not None:
            page = blogs.update_blog(actor=owner, blog=first, **facts)
        else:
            page = blogs.create_blog(owner=owner, is_private=blog.is_private, **facts)
        return blogs.set_blog_avatar(actor=owner, blog=page, upload=_file(portrait(blog.slug), blog.slug))

    def _bring_post(self, author: User, page: BlogPage, blog: Blog, post: Post) -> None:
        slug = f"{blog.slug}-{post.days}"
        there = BlogPostPage.objects.child_of(page).filter(title=post.title).first()
        if there is None:
            feature = _image(author, f"{slug} feature", kind=post.picture, title=post.title)
            there = blogs.create_post(
                author=author,
                blog=page,
                title=post.title,
                intro=post.intro,
                body=_blocks(author, post.body, slug),
                tags=post.tags,
                feature_image=feature.pk,
                status="live",
                published_at=self._now - timedelta(days=post.days, minutes=37 * post.days % 600),
            )
        card = PostCard.objects.get(pk=there.pk)
        self._discuss(card, post)
        if not blog.is_private:
            self._like(card)

    def _discuss(self, card: PostCard, post: Post) -> None:
        """The comments, spread over the days after the post."""
        parent = None
        moment = card.published_at
        for number, comment in enumerate(post.comments):
            author = self._users[comment.author]
            moment += (self._now - moment) / 9 + timedelta(minutes=number)
            there = CommentRow.objects.filter(post=card, author=author, body=comment.body).first()
            if there is None:
                answered = parent.pk if comment.is_reply and parent else None
                there = add_comment(author=author, post=card, body=comment.body, parent_id=answered)
                CommentRow.objects.filter(pk=there.pk).update(created_at=moment)
            if not comment.is_reply:
                parent = there

    def _like(self, card: PostCard) -> None:
        random = Random(card.title)
        admirers = random.sample(sorted(self._users), random.randint(*LIKED))
        already = set(Like.objects.filter(post=card).values_list("user__username", flat=True))
        for username in admirers:
            if username not in already and self._users[username].pk != card.author_id:
                like_post(actor=self._users[username], post=card)

    def _follow(self, author: Author) -> None:
        user = self._users[author.username]
        slugs = [blog.slug for other in self.cast if other is not author for blog in other.blogs]
        for slug in Random(author.username).sample(slugs, FOLLOWED):
            card = BlogCard.objects.get(slug=slug)
            if (
                not Follow.objects.filter(blog=card, user=user).exists()
                and follow_blog(actor=user, blog=card) != "following"
            ):
                accept_request(blog=card, user=user)


def _blocks(author: User, markdown: str, seed: str) -> list[dict]:
    """The body, with a picture made for each image, and images that follow one another as a gallery."""
    numbers: dict[str, int] = {}

    def find_images(urls: list[str]) -> dict[str, int]:
        return {url: numbers[url] for url in urls if url in numbers}

    marked = []
    for line in markdown.splitlines():
        if line.startswith("!["):
            alt, _, rest = line.removeprefix("![").partition("](")
            kind = rest.split('"')[0].strip(" )")
            image = _image(author, f"{seed} {len(numbers)}", kind=kind, title=alt)
            url = f"https://{MAIL_HOST}/{image.pk}.jpg"
            numbers[url] = image.pk
            line = line.replace(f"]({kind}", f"]({url}")
        marked.append(line)
    return _with_galleries(from_markdown("\n".join(marked), find_images=find_images))


def _with_galleries(blocks: list[dict]) -> list[dict]:
    result: list[dict] = []
    for place, block in enumerate(blocks):
        neighbours = blocks[max(place - 1, 0) : place] + blocks[place + 1 : place + 2]
        if block["type"] != "image" or all(other["type"] != "image" for other in neighbours):
            result.append(block)
        elif result and result[-1]["type"] == "gallery":
            result[-1]["value"].append(block["value"]["image"])
        else:
            result.append({"type": "gallery", "value": [block["value"]["image"]]})
    return result


def _image(owner: User, seed: str, *, kind: str, title: str) -> Image:
    """A picture of this title; one that was made before, for a post that was then cut off, is taken again."""
    found = Image.objects.filter(uploaded_by_user=owner, title=title, shown_in__isnull=True).first()
    return found or add_image(owner=owner, upload=_file(picture(seed, kind=kind), seed), title=title, alt=title)


def _file(content: bytes, name: str) -> ContentFile:
    return ContentFile(content, name=f"{name.replace(' ', '-')}.jpg")
