"""What can be done with blogs and posts: one verb each, one transaction each, with card and event."""

from blogs.services.blogs import create_blog, delete_blog, remove_blog_avatar, set_blog_avatar, update_blog
from blogs.services.posts import add_post_image, create_post, delete_post, update_post
from blogs.services.publishing import publish_post, submit_post, unpublish_post
from blogs.services.revisions import restore_revision

__all__ = [
    "add_post_image",
    "create_blog",
    "create_post",
    "delete_blog",
    "delete_post",
    "publish_post",
    "remove_blog_avatar",
    "restore_revision",
    "set_blog_avatar",
    "submit_post",
    "unpublish_post",
    "update_blog",
    "update_post",
]
