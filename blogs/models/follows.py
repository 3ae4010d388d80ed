from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from blogs.models.cards import BlogCard


class Follow(models.Model):
    """A user follows a blog, or (`accepted_at` null) has asked to follow a private one."""

    blog = models.ForeignKey(BlogCard, on_delete=models.CASCADE, related_name="follows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    created_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "blog"], name="one_follow_per_user_and_blog")]
        indexes = [
            models.Index(F("blog"), F("accepted_at").desc(), F("id").desc(), name="followers_of_blog"),
            models.Index(
                F("blog"),
                F("created_at").desc(),
                F("id").desc(),
                name="requests_to_blog",
                condition=Q(accepted_at=None),
            ),
            models.Index(
                fields=["user"], include=["blog"], name="follows_of_user", condition=Q(accepted_at__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.user_id} → {self.blog_id}"
