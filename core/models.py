import uuid

from django.db import models
from django.utils import timezone


class Event(models.Model):
    """Something that happened, written in the transaction in which it happened and delivered after it.

    `sequence` orders events by when they were written (not by when they were committed). A delivered event keeps its
    row until housekeeping removes it. `attempts` counts deliveries that failed, `starts` those that began since one
    ended, be it well or badly: an event that keeps killing its process is given up.

    `tell_at` is set while the statistics have yet to be told of the event: that has nothing to do with its delivery.
    """

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(default=timezone.now)
    starts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    tell_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["retry_at"],
                name="event_undelivered",
                condition=models.Q(delivered_at__isnull=True, given_up_at__isnull=True),
            ),
            models.Index(fields=["delivered_at"], name="event_delivered"),
            models.Index(fields=["tell_at"], name="event_untold", condition=models.Q(tell_at__isnull=False)),
        ]

    def __str__(self):
        return f"{self.kind} #{self.sequence}"


class RefusedAddress(models.Model):
    """An e-mail address that mail comes back from, or whose owner complained: it gets no more."""

    address = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.address


class LogLine(models.Model):
    """A line of the log, for admins to look through; `user_id` outlives the user, and tells nothing of him."""

    at = models.DateTimeField()
    level = models.PositiveSmallIntegerField()
    logger = models.CharField(max_length=100)
    request_id = models.CharField(max_length=64)
    user_id = models.BigIntegerField(null=True)
    message = models.TextField()
    details = models.TextField(blank=True)
    traceback = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(models.F("at").desc(), models.F("id").desc(), name="log_newest"),
            models.Index(
                models.F("at").desc(), models.F("id").desc(), name="log_troubles", condition=models.Q(level__gte=30)
            ),
            models.Index(fields=["request_id"], name="log_of_request"),
            models.Index(fields=["user_id", "at"], name="log_of_user", condition=models.Q(user_id__isnull=False)),
        ]

    def __str__(self):
        return self.message
