from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from blogs.models import PostCard


class PostViews(models.Model):
    """How many readers viewed a post on a day. Of a count above `told_count` the statistics have yet to be told."""

    post = models.ForeignKey(PostCard, on_delete=models.CASCADE, related_name="views", db_index=False)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
    told_count = models.PositiveIntegerField(default=0)
    tell_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "day"], name="one_count_of_views_per_post_and_day")]
        indexes = [
            models.Index(fields=["tell_at"], name="views_untold", condition=Q(count__gt=F("told_count"))),
        ]

    def __str__(self):
        return f"{self.count} views of {self.post_id} on {self.day}"


class Salt(models.Model):
    """The secret that makes a day's digests; it is thrown away with them, and then nothing leads back to a reader."""

    day = models.DateField(primary_key=True)
    value = models.BinaryField()

    def __str__(self):
        return str(self.day)


class Reading(models.Model):
    """That somebody viewed a post today: a digest of both, which tells neither, kept until the day is over."""

    digest = models.BinaryField(primary_key=True)
    day = models.DateField(db_index=True)

    def __str__(self):
        return str(self.day)
