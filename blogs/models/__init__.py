from blogs.models.cards import BlogCard, PostCard, PostImage, VisibleChange
from blogs.models.follows import Follow
from blogs.models.pages import BlogIndexPage, BlogPage, BlogPostPage, BlogTag, PostTag
from blogs.models.previews import PostPreview
from blogs.models.slugs import OldBlogSlug, OldPostSlug
from blogs.models.withheld import WithheldFollow, WithheldLike

__all__ = [
    "BlogCard",
    "BlogIndexPage",
    "BlogPage",
    "BlogPostPage",
    "BlogTag",
    "Follow",
    "OldBlogSlug",
    "OldPostSlug",
    "PostCard",
    "PostImage",
    "PostPreview",
    "PostTag",
    "VisibleChange",
    "WithheldFollow",
    "WithheldLike",
]
