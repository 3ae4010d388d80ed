"""The read path: each public list and detail is one SQL statement over the cards, joined into JSON text.

Nothing here makes model instances or counts rows, and no page costs more the deeper it is: the statements are keyset
queries (`(key, id) < (…)` in index order, at most 101 rows).
"""

from blogs.reads.blogs import BLOG_ORDERS, BlogFilter, BlogRead, blog_refs, list_blogs, read_blog
from blogs.reads.chosen import ChosenPost, read_chosen_blogs, read_chosen_posts
from blogs.reads.keyset import ListRead, Order, Row
from blogs.reads.moved import has_old_slug, moved_blog, moved_post
from blogs.reads.posts import EDITED, POST_ORDERS, Among, Liked, PostFilter, PostRead, list_posts, read_post
from blogs.reads.version import version

__all__ = [
    "BLOG_ORDERS",
    "EDITED",
    "POST_ORDERS",
    "Among",
    "BlogFilter",
    "BlogRead",
    "ChosenPost",
    "Liked",
    "ListRead",
    "Order",
    "PostFilter",
    "PostRead",
    "Row",
    "blog_refs",
    "has_old_slug",
    "list_blogs",
    "list_posts",
    "moved_blog",
    "moved_post",
    "read_blog",
    "read_chosen_blogs",
    "read_chosen_posts",
    "read_post",
    "version",
]
