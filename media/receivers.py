"""What follows when media rows come and go through Wagtail's own doors; bytes are removed after the commit."""

from __future__ import annotations

import logging
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import UploadedFile

from accounts.models import User
from accounts.signals import user_changed
from media.models import Avatar, File, Image, Rendition
from media.pictures import develop
from media.storing import FILES, IMAGES, abandon, new_key

logger = logging.getLogger(__name__)


@receiver(post_save, sender=Image)
@receiver(post_save, sender=File)
def upload_is_kept(instance: Image | File, created: bool, **kwargs) -> None:
    """Put it on record, once it is certain."""
    if created:
        kind = instance._meta.model_name
        facts = {kind: instance.pk, "user": instance.uploaded_by_user_id, "bytes": instance.file_size}
        transaction.on_commit(partial(logger.info, f"{kind}.uploaded", extra=facts))


@receiver(post_delete, sender=Image)
@receiver(post_delete, sender=File)
def upload_is_gone(instance: Image | File, **kwargs) -> None:
    kind = instance._meta.model_name
    facts = {kind: instance.pk, "user": instance.uploaded_by_user_id}
    transaction.on_commit(partial(logger.info, f"{kind}.deleted", extra=facts))


@receiver(pre_delete, sender=Image)
def image_is_deleted(instance: Image, **kwargs) -> None:
    """Note the bytes of the image and of its renditions, while the rows still say which they are."""
    renditions = Rendition.objects.filter(image=instance.pk).values_list("file", flat=True)
    abandon(alias=IMAGES, keys=[instance.file.name, *renditions], image=instance.pk)


@receiver(post_delete, sender=Rendition)
def rendition_was_deleted(instance: Rendition, origin, **kwargs) -> None:
    """Note the bytes of a rendition that goes alone; those that go with their image are noted above."""
    model = type(origin) if isinstance(origin, Rendition) else getattr(origin, "model", None)
    if model is Rendition:
        abandon(alias=IMAGES, keys=[instance.file.name], image=instance.image_id)


@receiver(post_delete, sender=File)
def file_was_deleted(instance: File, **kwargs) -> None:
    """Note the bytes of the file."""
    abandon(alias=FILES, keys=[instance.file.name])


@receiver(post_delete, sender=Avatar)
def avatar_was_deleted(instance: Avatar, origin, **kwargs) -> None:
    """Tell that a user looks different, unless it is he who goes."""
    if not isinstance(origin, User) and getattr(origin, "model", None) is not User:
        user_changed.send(User, user=instance.user)


@receiver(pre_save, sender=UploadedFile)
def waiting_upload_is_saved(instance: UploadedFile, **kwargs) -> None:
    """Of a picture that waits in the admin for a better title, keep a clean one, under a name nobody can guess."""
    is_new = instance.file and not instance.file._committed
    if is_new and instance.for_content_type and instance.for_content_type.model_class() is Image:
        with develop(instance.file.file) as picture:
            name = new_key(picture.original.ending).rpartition("/")[2]
            instance.file = ContentFile(picture.bytes_of(picture.original), name=name)


def leave_bytes_alone(instance, **kwargs) -> None:
    """Stands for Wagtail's own clean-up of bytes, which does it once and gives up when the storage is down."""
