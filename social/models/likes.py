from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from blogs.models import PostCard


class Like(models.Model):
    """A user likes a post."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes", db_index=False)
    post = models.ForeignKey(PostCard, on_delete=models.CASCADE, related_name="likes", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="one_like_per_user_and_post")]
        indexes = [
            models.Index(F("post"), F("created_at").desc(), F("id").desc(), name="likes_of_post"),
            models.Index(F("user"), F("created_at").desc(), F("id").desc(), name="likes_by_user"),
        ]

    def __str__(self):
        return f"{self.user_id} likes {self.post_id}"
