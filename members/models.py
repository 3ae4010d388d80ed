from django.conf import settings
from django.db import models
from django.utils import timezone


class ImportedThing(models.Model):
    """What was brought from elsewhere, and what it became here, so that an import can be repeated and go on.

    `source` names where it came from, `kind` and `key` what it is called there; `object_id` is ours. What became
    nothing (it was refused, and reported) has none.
    """

    source = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    object_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "key"], name="one_thing_per_source_and_key")]

    def __str__(self):
        return f"{self.kind} {self.key} of {self.source}"


class AccountExport(models.Model):
    """The zip of a large account: asked for, and once `ready_at` is set to be had for a day under `key`."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="export")
    requested_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=255, blank=True)

    def __str__(self):
        return f"export of {self.user_id}"
