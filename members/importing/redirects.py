"""Where a post was before, leading to where it is."""

from __future__ import annotations

from urllib.parse import urlsplit

from wagtail.contrib.redirects.models import Redirect

from blogs.models import BlogPostPage
from members.importing.report import Report
from members.importing.things import Post

LONGEST = 255


def lead_to(page: BlogPostPage, post: Post, report: Report) -> None:
    """Let the paths of a post's old addresses lead to it; the first post that had a path keeps it."""
    for url in post.old_urls:
        path = Redirect.normalise_path(url)
        if path == "/" or path.startswith("/?") or path == urlsplit(page.get_full_url() or "").path.rstrip("/"):
            continue
        if len(path) > LONGEST or "\0" in path:
            report.lose(post.where, f"its old address is too long to lead here: {url[:100]}…")
            continue
        redirect, is_new = Redirect.objects.get_or_create(
            old_path=path, site=None, defaults={"redirect_page_id": page.pk, "automatically_created": True}
        )
        if is_new:
            report.count("redirects")
        elif redirect.redirect_page_id != page.pk:
            report.lose(post.where, f"its old address leads elsewhere already: {path}")
