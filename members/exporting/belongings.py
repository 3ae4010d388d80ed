"""What belongs to a user or a blog, as the files of an export."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from accounts.models import User
from blogs.models import BlogCard, BlogPage, BlogPostPage
from core.chunks import in_chunks
from media.models import File, Image
from members.exporting import facts
from members.exporting.markdown import post_as_markdown
from members.exporting.names import Names, file_name
from members.exporting.packing import Entry, of_facts, of_file, of_list, of_text


def picture_entries(user: User | None, *, names: Names, home: str) -> Iterator[Entry]:
    """A user's pictures (None: those that are nobody's) and the list of them."""
    paths = names.pictures(user)
    if not paths:
        return
    images = Image.objects.filter(uploaded_by_user=user)
    yield of_list(
        f"{home}images.json",
        (facts.image_facts(image, path=paths[image.pk]) for image in in_chunks(images) if image.pk in paths),
    )
    for image in in_chunks(images):
        if image.pk in paths:
            yield of_file(paths[image.pk], image.file)


def file_entries(user: User, *, names: Names) -> Iterator[Entry]:
    """A user's personal files, each as it was uploaded, and the list of them."""
    files = File.objects.filter(uploaded_by_user=user).select_related("uploaded_by_user")
    if not files.exists():
        return
    home = names.home(user.username)
    listed = (facts.file_facts(file, path=names.file(file, number)) for number, file in enumerate(in_chunks(files), 1))
    yield of_list(f"{home}files.json", listed)
    for number, file in enumerate(in_chunks(files), 1):
        yield of_file(names.file(file, number), file.file)


def blog_entries(card: BlogCard, *, names: Names) -> Iterator[Entry]:
    """A blog with its posts, drafts too, each as blocks (JSON) and as Markdown."""
    blog = BlogPage.objects.get(pk=card.pk)
    folder = f"blogs/{file_name(blog.slug)}"
    yield of_facts(f"{folder}/blog.json", facts.blog_facts(card, blog, names=names))
    for post in in_chunks(posts_of(blog)):
        yield from post_entries(post, folder=f"{folder}/posts", names=names)


def post_entries(post: BlogPostPage, *, folder: str, names: Names) -> Iterator[Entry]:
    """A post as blocks (JSON) and as Markdown."""
    known = facts.post_facts(post, names=names)
    place = f"{folder}/{file_name(post.slug)}"
    yield of_facts(f"{place}.json", known)
    yield of_text(f"{place}.md", post_as_markdown(post, known, folder=folder, names=names))


def posts_of(blog: BlogPage) -> QuerySet[BlogPostPage]:
    """The posts of a blog."""
    return BlogPostPage.objects.child_of(blog).select_related("owner")
