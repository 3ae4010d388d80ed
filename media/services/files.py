"""Adding, renaming, sharing and deleting files."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.core.files.base import File as Upload
from django.db import transaction
from wagtail.log_actions import log

from accounts.models import User
from core import outbox
from core.errors import Invalid, NotFound
from media.files import naming
from media.files.storing import store
from media.models import File, Folder

LONGEST_COMMENT = 500


def add_file(*, owner: User, upload: Upload, comment: str = "") -> File:
    """Keep an upload in a user's storage, under the name it was sent with.

    Raises `Invalid`, `TooLarge` or `Unavailable`; then nothing was kept. To be called outside of any transaction.
    """
    name = naming.clean(upload.name) or naming.NAMELESS
    naming.check_extension(name)
    stored = store(upload, name=name, folder=Folder.name_for(owner))
    file = File(title=name, comment=comment, uploaded_by_user=owner, file=stored)
    file.save()
    return file


@transaction.atomic
def update_file(*, file: File, name: str | None = None, comment: str | None = None) -> File:
    """Change what is given. Raises `Invalid` for a name that is empty or not allowed, `NotFound`."""
    file = _locked(file)
    if name is not None:
        file.title = naming.clean(name)
        if not file.title:
            raise Invalid("Give a name.", code="blank", attr="name")
        naming.check_extension(file.title, attr="name")
    if comment is not None:
        file.comment = comment
    file.save(update_fields=["title", "comment"])
    return file


@transaction.atomic
def share_file(*, file: File) -> UUID:
    """Make the file available to whoever has its link; a file that is shared keeps the link it has."""
    file = _locked(file)
    if file.share_id is None:
        file.share_id = uuid.uuid4()
        file.save(update_fields=["share_id"])
    return file.share_id


def unshare_file(*, file: File) -> None:
    """Make the file's link lead nowhere, for good. Without one, nothing happens."""
    File.objects.filter(pk=file.pk).update(share_id=None)


@transaction.atomic
def delete_file(*, actor: User, file: File, reason: str = "") -> None:
    """Delete a file, its bytes after the commit. Raises `NotFound` for one that is gone."""
    file = _locked(file)
    if file.uploaded_by_user_id != actor.pk:
        outbox.record("file.deleted", file=file.pk, owner=file.uploaded_by_user_id, actor=actor.pk, reason=reason)
        log(instance=file, action="wagtail.delete", user=actor, deleted=True, data={"reason": reason})
    file.delete()


def _locked(file: File) -> File:
    found = File.objects.select_for_update(of=("self",)).filter(pk=file.pk).first()
    if found is None:
        raise NotFound
    return found
