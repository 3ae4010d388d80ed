from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blogs.models import BlogCard, Follow, PostCard


class Announcement(models.Model):
    """A post was published for the first time; mails about it are made once, however often it is published again."""

    post = models.OneToOneField(PostCard, primary_key=True, on_delete=models.CASCADE, related_name="announcement")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"announcement of {self.post_id}"


class Outcome(models.TextChoices):
    """How a delivery ended."""

    SENT = "sent", _("sent")
    LEFT_OUT = "left_out", _("left out")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")


class Delivery(models.Model):
    """A mail to be sent to a user, and what became of it.

    It waits while `ended_at` is null. Whoever sends it moves `due_at` into the future first; if he dies, it is due
    again then. A delivery of a post without `due_at` waits for the digest of its user's day.
    """

    class Kind(models.TextChoices):
        """What the mail is about."""

        POST = "post", _("post")
        DIGEST = "digest", _("digest")
        FOLLOW_REQUEST = "follow_request", _("follow request")
        FOLLOW_ACCEPTED = "follow_accepted", _("follow accepted")

    kind = models.CharField(max_length=20, choices=Kind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deliveries")
    post = models.ForeignKey(PostCard, null=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    follow = models.ForeignKey(Follow, null=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    day = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "user"], name="one_delivery_per_post_and_user"),
            models.UniqueConstraint(fields=["follow", "kind"], name="one_delivery_per_follow_and_kind"),
            models.UniqueConstraint(fields=["user", "day"], name="one_digest_per_user_and_day"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="deliveries_waiting", condition=Q(ended_at=None)),
            models.Index(fields=["ended_at"], name="deliveries_ended", condition=Q(ended_at__isnull=False)),
        ]

    def __str__(self):
        return f"{self.kind} mail to {self.user_id}"


class Muting(models.Model):
    """A user wants no more mail about the posts of a blog, which he may go on following.

    It ends when he follows the blog anew.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutings", db_index=False)
    blog = models.ForeignKey(BlogCard, on_delete=models.CASCADE, related_name="mutings")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "blog"], name="one_muting_per_user_and_blog")]

    def __str__(self):
        return f"{self.user_id} has muted {self.blog_id}"
