import secrets
import uuid

from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition

from accounts.models import User


def image_key(instance, filename: str) -> str:
    """A storage key that cannot be guessed; of the given name only the ending stays."""
    ending = filename.rpartition(".")[2].lower()
    key = secrets.token_urlsafe(24)
    return f"images/{key[:2]}/{key}.{ending}"


def file_storage():
    """The private storage of personal files."""
    return storages["files"]


def file_key(instance, filename: str) -> str:
    """A random key in the owner's random folder: neither says anything of user or name."""
    return f"{instance.folder}/{secrets.token_urlsafe(24)}"


class Image(AbstractImage):
    """A picture of a user's. `uploaded_by_user` owns it; `description` is its alternative text."""

    uploaded_by_user = models.ForeignKey(
        User,
        verbose_name=_("uploaded by user"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="images",
    )
    uploaded_by_user.wagtail_reference_index_ignore = True
    tags = TaggableManager(verbose_name=_("tags"), help_text=None, blank=True, related_name="images")
    placeholder = models.CharField(max_length=120, blank=True, editable=False)
    content_type = models.CharField(max_length=30, blank=True, editable=False)

    admin_form_fields = (
        "title",
        "file",
        "description",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )
    api_fields = ()

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        indexes = [models.Index(fields=["uploaded_by_user", "-created_at", "-id"], name="image_by_owner")]

    def get_upload_to(self, filename):
        return image_key(self, filename)


class Rendition(AbstractRendition):
    """One ready-made size and format of an image, from the fixed list in `media.renditions`."""

    image = models.ForeignKey(Image, related_name="renditions", on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="one_rendition_per_spec")
        ]

    def get_upload_to(self, filename):
        return image_key(self, filename)


class Avatar(models.Model):
    """The picture a user shows beside his name, with the Image object of the API ready rendered in `document`."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="avatar")
    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="avatar_of")
    document = models.TextField()

    def __str__(self):
        return f"avatar of {self.user_id}"


class File(AbstractDocument):
    """A file in a user's personal storage; nobody else sees it but through its share link."""

    file = models.FileField(_("file"), upload_to=file_key, storage=file_storage, max_length=255)
    comment = models.CharField(max_length=500, blank=True)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    last_downloaded_at = models.DateTimeField(null=True, blank=True, editable=False)
    share_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    folder = models.UUIDField(default=uuid.uuid4, editable=False)

    admin_form_fields = ("title", "file", "comment")
    api_fields = ()

    class Meta(AbstractDocument.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["uploaded_by_user", "-created_at", "-id"], name="file_by_owner")]

