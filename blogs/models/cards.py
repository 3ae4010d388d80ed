"""The read models: one narrow row per blog and per post with what lists, details and the visibility kernel need.

They are written in the transaction that changes what they show (`blogs.cards`), and read with plain SQL
(`blogs.reads`). The stored documents are JSON texts with holes: see `blogs.documents`.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.blocks import Blockable
from blogs.models.pages import BlogPage, BlogPostPage
from media.models import Image


class BlogCard(Blockable):
    """What the API and the visibility kernel know of a blog.

    The block of a blog has its home here and not on the page, because publishing a revision writes every field of the
    page anew and would lift it.
    """

    blog = models.OneToOneField(BlogPage, primary_key=True, on_delete=models.CASCADE, related_name="card")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blog_cards")
    slug = models.CharField(max_length=255, unique=True)
    title = models.CharField(max_length=255)
    is_live = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    description = models.TextField(blank=True)
    tags = models.TextField(default="[]")
    avatar_document = models.TextField(blank=True)
    post_count = models.PositiveIntegerField(default=0)
    follower_count = models.PositiveIntegerField(default=0)
    popularity = models.BigIntegerField(default=0)
    newest_post_at = models.DateTimeField(null=True)
    """When the newest of its live posts was published; too late only until an expiry is carried out."""

    class Meta:
        indexes = [
            models.Index(F("created_at").desc(), F("blog").desc(), name="blogs_newest", condition=Q(is_live=True)),
            models.Index(F("popularity").desc(), F("blog").desc(), name="blogs_popular", condition=Q(is_live=True)),
            models.Index(fields=["title", "blog"], name="blogs_by_title", condition=Q(is_live=True)),
            models.Index(F("owner"), F("created_at").desc(), F("blog").desc(), name="blogs_by_owner"),
            models.Index(
                fields=["-newest_post_at", "-blog"],
                name="blogs_by_newest_post",
                condition=Q(newest_post_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.slug


class PostStatus(models.TextChoices):
    """Where a post stands, as stored; a live post whose `expire_at` has passed counts as expired at once."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    LIVE = "live"
    EXPIRED = "expired"


class PostCard(models.Model):
    """What the API and the visibility kernel know of a post: of its live version, or of the latest one if none is."""

    post = models.OneToOneField(BlogPostPage, primary_key=True, on_delete=models.CASCADE, related_name="card")
    blog = models.ForeignKey(BlogCard, on_delete=models.CASCADE, related_name="posts", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="post_cards", db_index=False
    )
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replies", db_index=False
    )
    slug = models.CharField(max_length=255)
    title = models.CharField(max_length=255)
    status = models.CharField(max_length=10, choices=PostStatus)
    is_live = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False)
    comments_open = models.BooleanField(default=True)
    published_at = models.DateTimeField(null=True)
    expire_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField()
    like_count = models.PositiveIntegerField(default=0)
    comment_count = models.PositiveIntegerField(default=0)
    reply_count = models.PositiveIntegerField(default=0)
    popularity = models.BigIntegerField(default=0)
    document = models.TextField()
    owner_detail = models.TextField()
    detail = models.TextField()

    class Meta:
        indexes = [
            models.Index(
                F("published_at").desc(),
                F("post").desc(),
                name="posts_public",
                condition=Q(is_live=True, is_private=False),
            ),
            models.Index(F("popularity").desc(), F("post").desc(), name="posts_popular", condition=Q(is_live=True)),
            models.Index(
                fields=["-published_at", "-post"],
                include=["blog", "expire_at"],
                name="posts_live",
                condition=Q(is_live=True),
            ),
            models.Index(
                fields=["blog", "-published_at", "-post"],
                include=["expire_at"],
                name="posts_in_blog",
                condition=Q(is_live=True),
            ),
            models.Index(
                F("author"),
                F("published_at").desc(),
                F("post").desc(),
                name="posts_of_author",
                condition=Q(is_live=True),
            ),
            models.Index(F("author"), F("edited_at").desc(), F("post").desc(), name="posts_by_edit"),
            models.Index(F("blog"), F("slug"), name="posts_by_slug"),
            models.Index(
                F("reply_to"),
                F("published_at").desc(),
                F("post").desc(),
                name="posts_replying",
                condition=Q(is_live=True, reply_to__isnull=False),
            ),
            models.Index(
                F("blog"), F("expire_at"), name="posts_expiring", condition=Q(is_live=True, expire_at__isnull=False)
            ),
        ]

    def __str__(self):
        return self.slug


class PostImage(models.Model):
    """An image that the version of a post shown by its card contains (the feature image, or one in its body)."""

    post = models.ForeignKey(PostCard, on_delete=models.CASCADE, related_name="shown_images")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="shown_in")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "post"], name="one_row_per_image_and_post")]

    def __str__(self):
        return f"{self.image_id} in {self.post_id}"


class VisibleChange(models.Model):
    """A row for each transaction that changed what any public read shows.

    The version of everything public is the count and the sum of ids of these rows, so that a commit always changes it,
    in whatever order rows commit, and no writer waits for another. Old rows are pruned, which changes it once more.
    """

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return str(self.pk)
