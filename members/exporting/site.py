"""The whole site as files, from which `import_site` makes it anew: everything people made, and who they are.

Passwords, sessions, notifications, earlier versions of posts, reports, logs and statistics stay here.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q
from wagtail.contrib.redirects.models import Redirect

from accounts.models import User
from blogs.models import BlogCard, BlogPage, Follow, PostCard
from core import clock
from core.chunks import in_chunks
from core.clock import iso
from media.models import File, Image
from members.exporting import facts
from members.exporting.belongings import blog_entries, file_entries, picture_entries, posts_of
from members.exporting.names import NOBODY, Names, file_name
from members.exporting.packing import Entry, of_facts, of_list, of_text
from social.models import Comment, Like, Muting

FORMAT, VERSION = "inktree-site", 1
HEAD = "inktree.json"

ABOUT = """\
A whole Inktree site. `manage.py import_site` makes it anew on an empty one.

inktree.json       what this is, and when it was written
users.json         the accounts, without passwords; users/*/ holds their pictures and files
blogs.json         the blogs; blogs/*/posts/ holds their posts as Markdown (.md) and as blocks (.json), and the comments
likes.json follows.json redirects.json
"""


def site_entries() -> Iterator[Entry]:
    """Every file of the export of the whole site."""
    names = Names()
    known = {"format": FORMAT, "version": VERSION, "exported_at": iso(clock.now()), "url": settings.BASE_URL}
    yield of_facts(HEAD, known)
    yield of_text("README.txt", ABOUT)
    yield of_list("users.json", (facts.user_facts(user, names=names) for user in _users()))
    for user in _users():
        yield from picture_entries(user, names=names, home=names.home(user.username))
        yield from file_entries(user, names=names)
    yield from picture_entries(None, names=names, home=names.home(NOBODY))
    yield of_list("blogs.json", ({"slug": slug, "folder": file_name(slug)} for slug in _slugs()))
    for slug in _slugs():
        card = BlogCard.objects.select_related("owner", "blocked_by").filter(slug=slug).first()
        if card is not None:
            yield from blog_entries(card, names=names)
            yield from _discussed(card)
    yield of_list("likes.json", _likes(names))
    yield of_list("follows.json", _follows())
    yield of_list("redirects.json", _redirects(names))


def about_how_many() -> int:
    """About how many files there will be, for a progress bar."""
    return 2 * PostCard.objects.count() + 2 * BlogCard.objects.count() + Image.objects.count() + File.objects.count()


def _users() -> Iterator[User]:
    """Everybody in the order of their names, but those whose accounts are closed and about to be removed."""
    known = User.objects.exclude(Q(is_active=False) & Q(blocked_at__isnull=False))
    usernames = sorted(known.values_list("username", flat=True))
    for start in range(0, len(usernames), 100):
        batch = User.objects.select_related("avatar", "blocked_by").in_bulk(
            usernames[start : start + 100], field_name="username"
        )
        yield from (batch[username] for username in usernames[start : start + 100] if username in batch)


def _slugs() -> list[str]:
    owners = Q(owner__is_active=True) | Q(owner__blocked_at__isnull=True)
    return sorted(BlogCard.objects.filter(owners).values_list("slug", flat=True))


def _discussed(card: BlogCard) -> Iterator[Entry]:
    """The order of a blog's posts, and the comments on each."""
    folder = f"blogs/{file_name(card.slug)}/posts"
    blog = BlogPage.objects.get(pk=card.pk)
    yield of_list(
        f"{folder}.json", ({"slug": post.slug, "file": file_name(post.slug)} for post in in_chunks(posts_of(blog)))
    )
    for post in in_chunks(posts_of(blog)):
        if Comment.objects.filter(post=post.pk).exists():
            yield of_list(f"{folder}/{file_name(post.slug)}.comments.json", _comments(post.pk))


def _comments(post_id: int) -> Iterator[dict]:
    numbers: dict[int, int] = {}
    for number, comment in enumerate(in_chunks(Comment.objects.filter(post=post_id).select_related("author")), 1):
        numbers[comment.pk] = number
        yield facts.comment_facts(comment, number=number, parent=numbers.get(comment.parent_id))


def _likes(names: Names) -> Iterator[dict]:
    for like in in_chunks(Like.objects.select_related("user"), size=1000):
        if path := names.post(like.post_id):
            yield {"user": like.user.username, "post": path, "created_at": iso(like.created_at)}


def _follows() -> Iterator[dict]:
    for follow in in_chunks(Follow.objects.select_related("user", "blog"), size=1000):
        muting = Muting.objects.filter(user=follow.user_id, blog=follow.blog_id).first()
        yield {
            "user": follow.user.username,
            "blog": follow.blog.slug,
            "created_at": iso(follow.created_at),
            "accepted_at": iso(follow.accepted_at),
            "muted_at": iso(muting.created_at) if muting else None,
        }


def _redirects(names: Names) -> Iterator[dict]:
    for redirect in in_chunks(Redirect.objects.all(), size=1000):
        page = redirect.redirect_page_id
        blog = BlogCard.objects.filter(pk=page).values_list("slug", flat=True).first() if page else None
        yield {
            "from": redirect.old_path,
            "to_post": names.post(page) if page and not blog else None,
            "to_blog": blog,
            "to_url": redirect.redirect_link,
            "is_permanent": redirect.is_permanent,
            "is_automatic": redirect.automatically_created,
        }
