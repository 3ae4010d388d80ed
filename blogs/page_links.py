"""Links in rich text to pages of the tree: stored by the id of their target, shown with its address of the moment.

Only what everybody may see is linked to. Whether that is so is asked when the link is read: the target may be hidden,
blocked or expired, or have another address, without anything happening to the post that links to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from accounts.viewers import ANONYMOUS
from blogs import visibility
from blogs.models import BlogCard, PostCard
from blogs.urls import blog_url, post_url
from core import holes

# As `blogs.body.stored` writes such a link, inside of a JSON text.
_LINK = re.compile(rf'<a href=\\"{holes.PAGE_HOLE}(\d+){holes.PAGE_HOLE}\\"( rel=\\"[^"]*\\")>(.*?)</a>', re.DOTALL)


def are_in(text: str) -> bool:
    """Whether a stored text links to pages."""
    return holes.PAGE_HOLE in text


def fill(text: str) -> str:
    """The stored text with its links to pages; those to what not everybody may see become plain text."""
    if not are_in(text):
        return text
    urls = public_urls({int(link[1]) for link in _LINK.finditer(text)})

    def written(link: re.Match) -> str:
        url = urls.get(int(link[1]))
        return f'<a href=\\"{url}\\"{link[2]}>{link[3]}</a>' if url else link[3]

    return _LINK.sub(written, text)


def public_urls(ids: Iterable[int]) -> dict[int, str]:
    """The addresses of those of these blogs and posts that everybody may see, by their ids."""
    posts = PostCard.objects.filter(visibility.public(), pk__in=ids).values_list("pk", "blog__slug", "slug")
    blogs = BlogCard.objects.filter(visibility.blog_open_to(ANONYMOUS), pk__in=ids).values_list("pk", "slug")
    return {pk: blog_url(slug) for pk, slug in blogs} | {pk: post_url(blog, slug) for pk, blog, slug in posts}
