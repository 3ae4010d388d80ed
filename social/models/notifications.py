from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blogs.models import BlogCard, PostCard
from social.models.comments import Comment


class Kind(models.TextChoices):
    """What a notification tells of."""

    FOLLOW = "follow", _("follow")
    FOLLOW_REQUEST = "follow_request", _("follow request")
    FOLLOW_ACCEPTED = "follow_accepted", _("follow accepted")
    COMMENT = "comment", _("comment")
    REPLY = "reply", _("reply")
    LIKE = "like", _("like")
    MODERATION = "moderation", _("moderation")


class Notification(models.Model):
    """Something that others did and a user should know of.

    `key` names what it tells of, so that an event delivered twice makes one notification. `count` says how many acts
    it stands for: likes of a post are gathered in one until it is read; then `actor` is the last one, and `created_at`
    the time of the last one. A notice of moderation names no actor, for it speaks for the house: `act` says what was
    done, `subject` the title of what may be gone, `reason` why.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(PostCard, null=True, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.CASCADE, related_name="+")
    blog = models.ForeignKey(BlogCard, null=True, on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=30, blank=True, default="", db_default="")
    subject = models.CharField(max_length=255, blank=True, default="", db_default="")
    reason = models.TextField(blank=True, default="", db_default="")
    count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="one_notification_per_key")]
        indexes = [
            models.Index(F("recipient"), F("created_at").desc(), F("id").desc(), name="notifications_newest"),
            models.Index(fields=["recipient"], name="notifications_unread", condition=Q(read_at=None)),
        ]

    def __str__(self):
        return f"{self.kind} for {self.recipient_id}"
