import uuid

from django.core.cache.backends.dummy import DummyCache
from django.core.files.storage import storages
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition

from accounts.models import User
from core import outbox
from core.errors import NotFound
from media import quota
from media.fields import PictureField
from media.files.fields import PersonalFileField
from media.files.naming import disposition
from media.files.storing import StoredUpload
from media.files.storing import new_key as new_file_key
from media.storing import FILES, IMAGES, StoredPicture, abandon, new_key


def image_key(instance, filename: str) -> str:
    """A storage key that cannot be guessed; of the given name only the ending stays."""
    return new_key(filename.rpartition(".")[2].lower())


def file_storage():
    """The private storage of personal files."""
    return storages[FILES]


def file_key(instance, filename: str) -> str:
    """A random key in the owner's random folder: neither says anything of user or name."""
    return new_file_key(instance.folder)


class Image(AbstractImage):
    """A picture of a user's. `uploaded_by_user` owns it; `description` is its alternative text."""

    file = PictureField(_("file"), upload_to=image_key, width_field="width", height_field="height")
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

    _stored: StoredPicture | None = None

    def take(self, stored: StoredPicture) -> None:
        """Become this picture; `save` makes it so in the database."""
        original = stored.original
        self.width, self.height = original.width, original.height
        self.file_size, self.file_hash = original.length, stored.digest
        self.placeholder, self.content_type = stored.placeholder, original.content_type
        self._stored = stored

    def save(self, *args, **kwargs):
        """Save the row, and with a new file its renditions; the bytes of a file it replaces are removed.

        A file that is not stored yet is decoded and stored first. Raises `Invalid`, `TooLarge` or `Unavailable`.
        """
        if self.file and not self.file._committed:
            self.file.save(self.file.name, self.file.file, save=False)
        stored, self._stored = self._stored, None
        if stored is None:
            return super().save(*args, **kwargs)
        try:
            with transaction.atomic():
                self._leave_room_for(stored)
                is_replaced = self._abandon_present_file()
                super().save(*args, **kwargs)
                stored.keep(self)
                if is_replaced:
                    outbox.record("image.changed", image=self.pk)
        except BaseException:
            stored.discard()
            raise

    def _set_image_file_metadata(self):
        """Nothing to do for Wagtail's forms: `take` sets it."""

    def _leave_room_for(self, stored: StoredPicture) -> None:
        if self.uploaded_by_user_id is not None:
            quota.reserve(user_id=self.uploaded_by_user_id, size=stored.original.length, replaced=self)

    def _abandon_present_file(self) -> bool:
        """Drop the renditions of the stored row and have its bytes removed after the commit; False for a new image."""
        if self.pk is None:
            return False
        present = (
            Image.objects.select_for_update(of=("self",)).filter(pk=self.pk).values_list("file", flat=True).first()
        )
        if present is None:
            return False
        renditions = self.renditions.all()
        abandon(alias=IMAGES, keys=[present, *renditions.values_list("file", flat=True)], image=self.pk)
        renditions._raw_delete(renditions.db)
        return True

    def get_upload_to(self, filename):
        return image_key(self, filename)


class Rendition(AbstractRendition):
    """One ready-made size and format of an image, from the fixed list in `media.renditions`."""

    image = models.ForeignKey(Image, related_name="renditions", on_delete=models.CASCADE)

    cache_backend = DummyCache("renditions", {})
    """Wagtail would keep rows in the cache: they are read with one query for a whole page, and must never be stale."""

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


class Folder(models.Model):
    """Where the files of a user are kept: a random name that says nothing of him, the same one for all of them."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="folder")
    name = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    def __str__(self):
        return str(self.name)

    @classmethod
    def name_for(cls, user: User | None) -> str:
        """The name of the user's folder, from his first file on; one of its own for a file that is nobody's."""
        return str(uuid.uuid4() if user is None else cls.objects.get_or_create(user=user)[0].name)


class File(AbstractDocument):
    """A file in a user's personal storage; nobody else sees it but through its share link. `title` is its name."""

    file = PersonalFileField(_("file"), upload_to=file_key, storage=file_storage, max_length=255)
    comment = models.CharField(max_length=500, blank=True)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    last_downloaded_at = models.DateTimeField(null=True, blank=True, editable=False)
    share_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    admin_form_fields = ("title", "file", "comment")
    api_fields = ()

    class Meta(AbstractDocument.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["uploaded_by_user", "-created_at", "-id"], name="file_by_owner")]

    _stored: StoredUpload | None = None

    def take(self, stored: StoredUpload) -> None:
        """Become this file; `save` makes it so in the database."""
        self.file_size, self.file_hash, self.content_type = stored.size, stored.digest, stored.content_type
        self._stored = stored

    def save(self, *args, **kwargs):
        """Save the row; the bytes of a file it replaces are removed.

        A file that is not stored yet is stored first. Raises `TooLarge`, `NotFound` or `Unavailable`.
        """
        if self.file and not self.file._committed:
            self.file.save(self.file.name, self.file.file, save=False)
        stored, self._stored = self._stored, None
        if stored is None:
            return super().save(*args, **kwargs)
        try:
            with transaction.atomic():
                self._leave_room_for(stored)
                self._abandon_present_file()
                super().save(*args, **kwargs)
                stored.keep()
        except BaseException:
            stored.discard()
            raise

    @property
    def folder(self) -> str:
        return Folder.name_for(self.uploaded_by_user)

    @property
    def filename(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        """Where somebody who is signed in to the admin gets the file."""
        return reverse("admin-file-download", args=[self.pk])

    @property
    def content_disposition(self) -> str:
        return disposition(self.title)

    def _set_document_file_metadata(self):
        """Nothing to do for Wagtail's forms: `take` sets it."""

    def _leave_room_for(self, stored: StoredUpload) -> None:
        if self.uploaded_by_user_id is None:
            return
        quota.reserve(user_id=self.uploaded_by_user_id, size=stored.size, replaced=self)
        if not User.objects.filter(pk=self.uploaded_by_user_id, is_active=True).exists():
            raise NotFound  # the account was closed while the bytes came in

    def _abandon_present_file(self) -> None:
        """Have the bytes of the stored row removed after the commit."""
        if self.pk is not None:
            present = File.objects.select_for_update(of=("self",)).filter(pk=self.pk)
            abandon(alias=FILES, keys=present.values_list("file", flat=True))
