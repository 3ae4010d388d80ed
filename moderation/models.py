from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blogs.models import PostCard
from social.models import Comment


class Reason(models.TextChoices):
    """What is wrong with a reported thing."""

    SPAM = "spam", _("spam")
    ABUSE = "abuse", _("abuse")
    COPYRIGHT = "copyright", _("copyright")
    OTHER = "other", _("other")


class ReportStatus(models.TextChoices):
    """Whether a report waits, was found right and acted on, or was found wrong."""

    OPEN = "open", _("open")
    RESOLVED = "resolved", _("resolved")
    DISMISSED = "dismissed", _("dismissed")


class Report(models.Model):
    """A user says that something is wrong with a post or a comment.

    `about` names the thing (`post:12`, `comment:5`) also after it is gone; reports of one thing belong together.
    """

    about = models.CharField(max_length=30, editable=False)
    post = models.ForeignKey(PostCard, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports_received",
        verbose_name=_("author"),
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports_made", verbose_name=_("reporter")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    note = models.TextField(_("note"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ReportStatus, default=ReportStatus.OPEN)
    created_at = models.DateTimeField(_("reported at"), default=timezone.now)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("handled by"),
    )
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    handled_note = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [models.UniqueConstraint(fields=["about", "reporter"], name="one_report_per_user_and_thing")]
        indexes = [
            models.Index(F("created_at").desc(), F("id").desc(), name="reports_newest"),
            models.Index(F("status"), F("created_at").desc(), F("id").desc(), name="reports_by_status"),
        ]

    def __str__(self):
        return f"{self.reason}: {self.about}"

    @property
    def reported_post(self) -> int | None:
        """The id of the reported post, which may be gone; None if the report is about a comment."""
        return self._id_of("post")

    @property
    def reported_comment(self) -> int | None:
        """The id of the reported comment, which may be gone; None if the report is about a post."""
        return self._id_of("comment")

    def _id_of(self, kind: str) -> int | None:
        found, _, pk = self.about.partition(":")
        return int(pk) if found == kind else None
