"""The pictures users show beside their names."""

from __future__ import annotations

from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from accounts.signals import user_changed
from core import holes
from media.documents import image_document
from media.models import Avatar, Image
from media.services.images import add_prepared, prepared


def set_avatar(*, user: User, upload: File) -> Avatar:
    """Show this picture beside the user's name; the one before it is deleted.

    Raises `Invalid`, `TooLarge` or `Unavailable`; then nothing was changed. To be called outside of any transaction.
    """
    with prepared(owner=user, uploads=[upload]) as [picture], transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        before = Image.objects.filter(avatar_of__user=user).first()
        image = add_prepared(owner=user, picture=picture, alt=user.get_full_name())
        document = holes.store(image_document(image, owner=holes.OWNER))
        avatar, _ = Avatar.objects.update_or_create(user=user, defaults={"image": image, "document": document})
        if before is not None:
            before.delete()
        user.avatar = avatar
        user_changed.send(User, user=user)
    return avatar


def remove_avatar(*, user: User) -> None:
    """Show no picture beside the user's name; it is deleted. Without one, nothing happens."""
    with transaction.atomic():
        for image in Image.objects.filter(avatar_of__user=user):
            image.delete()
    user._state.fields_cache.pop("avatar", None)
