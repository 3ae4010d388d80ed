from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from blogs.models import PostCard


class Comment(models.Model):
    """A reader's remark on a post. A deleted one that was answered stays as an empty stub without author."""

    post = models.ForeignKey(PostCard, on_delete=models.CASCADE, related_name="comments", db_index=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="comments"
    )
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    reply_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(F("post"), F("created_at"), F("id"), name="comments_of_post")]

    def __str__(self):
        return f"comment {self.pk}"
