"""Pictures and files that come back from our own export, byte for byte."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from django.core.files.base import File as Upload
from django.db import transaction

from accounts.models import User
from core import holes
from media import pictures
from media.documents import image_document
from media.files import storing as file_storing
from media.models import Avatar, File, Folder, Image
from media.pictures import Picture
from media.processing.parts import Part
from media.services.images import add_prepared, update_image
from media.storing import stored

OWN = -1
"""Where the bytes of a restored original stand: in no result of a decoding."""


class _Restored(Picture):
    """A picture whose original is kept as it was exported, since encoding it anew would change it a little."""

    def __init__(self, developed: Picture, content: bytes):
        super().__init__(developed._result, developed.name)
        original = developed.original
        self._content = content
        self.parts = [replace(original, start=OWN, length=len(content)), *developed.renditions]

    def bytes_of(self, part: Part) -> bytes:
        return self._content if part.start == OWN else super().bytes_of(part)

    def digest(self) -> str:
        return hashlib.sha1(self._content, usedforsecurity=False).hexdigest()


def restore_image(*, owner: User | None, upload: Upload, facts: dict, created_at: datetime, note) -> Image:
    """An exported picture: decoded within limits as every upload is, but kept as it is if it is still what it was.

    `facts` are those of `members.exporting`; `note` is called with the image in its transaction. Raises `Invalid`,
    `TooLarge` or `Unavailable`. To be called outside of any transaction.
    """
    content = _read(upload)
    developed = pictures.develop(upload, attr=None)
    made = developed.original
    is_same = (made.width, made.height) == (facts["width"], facts["height"]) and upload.name.endswith(f".{made.ending}")
    picture = _Restored(developed, content) if is_same else developed
    with developed, stored([picture]) as [kept], transaction.atomic():
        image = add_prepared(owner=owner, picture=kept, title=facts["title"], alt=facts["alt"])
        Image.objects.filter(pk=image.pk).update(created_at=created_at, title=facts["title"], description=facts["alt"])
        image.refresh_from_db()
        note(image)
    if facts["focal_point"]:
        update_image(image=image, focal_point=facts["focal_point"])
    return image


def restore_avatar(*, user: User, image: Image) -> None:
    """Let a user show a restored picture beside his name, in the caller's transaction."""
    document = holes.store(image_document(image, owner=holes.OWNER))
    Avatar.objects.update_or_create(user=user, defaults={"image": image, "document": document})


def restore_file(*, owner: User, upload: Upload, note, **facts) -> File:
    """An exported personal file; `facts` are fields of its row. `note` is called with it in its transaction.

    Raises `TooLarge` or `Unavailable`. To be called outside of any transaction.
    """
    kept = file_storing.store(upload, name=facts["title"], folder=Folder.name_for(owner))
    with transaction.atomic():
        file = File(title=facts["title"], comment=facts["comment"], uploaded_by_user=owner, file=kept)
        file.save()
        File.objects.filter(pk=file.pk).update(**facts)
        note(file)
    return file


def _read(upload: BinaryIO) -> bytes:
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    return content
