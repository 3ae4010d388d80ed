from django.conf import settings
from django.db import models
from django.db.models import F, Q

from blogs.models import BlogCard, Follow

PART = 10_000
"""How many ids of pages make one file of the sitemap."""


class SyncedPost(models.Model):
    """What mirrors have been told of a post, and as the how manyth piece of news.

    There is a row for each post that was ever public, also after it was deleted: there is no key to its card. Only
    `syndication.settling` writes here, one transaction at a time, so that sequences become visible in order. A
    `sequence` of null was never told. `digest` is of the Post but for its counters; an empty one is not known.
    `previous` and `next` are the neighbours that were told with it, `check_at` is when it may change by itself.
    """

    post = models.BigIntegerField(primary_key=True)
    sequence = models.BigIntegerField(null=True, unique=True)
    at = models.DateTimeField()
    is_public = models.BooleanField(default=False)
    part = models.IntegerField()
    digest = models.CharField(max_length=32, blank=True)
    reference = models.CharField(max_length=16, blank=True)
    previous = models.BigIntegerField(null=True)
    next = models.BigIntegerField(null=True)
    check_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(F("part"), F("at").desc(), name="synced_by_part", condition=Q(is_public=True)),
            models.Index(fields=["previous"], name="synced_by_previous", condition=Q(previous__isnull=False)),
            models.Index(fields=["next"], name="synced_by_next", condition=Q(next__isnull=False)),
            models.Index(fields=["check_at"], name="synced_to_check", condition=Q(check_at__isnull=False)),
        ]

    def __str__(self):
        return f"{self.post} #{self.sequence}"


class SyncMark(models.Model):
    """A post, or all posts of a blog or an author, that may read differently since the transaction that wrote this.

    Rows are only ever added by writers, so nobody waits for another; they are removed when they are settled.
    """

    class Rank(models.IntegerChoices):
        """What is settled first: what somebody did, before what follows from it."""

        DIRECT = 0
        MANY = 1
        DERIVED = 2

    post = models.BigIntegerField(null=True)
    blog = models.BigIntegerField(null=True)
    author = models.BigIntegerField(null=True)
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.DIRECT)

    class Meta:
        indexes = [models.Index(fields=["rank", "id"], name="marks_in_order")]

    def __str__(self):
        return f"{self.post or self.blog or self.author}"


class FeedLink(models.Model):
    """The secret address of a private blog's feed for one reader; gone with the follow it came with.

    The address is made of `seed` and the site's secret key, and only its digest is stored: who reads the database
    alone cannot open the feed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed_links")
    blog = models.ForeignKey(BlogCard, on_delete=models.CASCADE, related_name="feed_links")
    follow = models.OneToOneField(Follow, null=True, on_delete=models.CASCADE, related_name="feed_link")
    seed = models.UUIDField()
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "blog"], name="one_feed_link_per_user_and_blog")]

    def __str__(self):
        return f"{self.user_id} of {self.blog_id}"
