"""Files as the API shows them: the object File."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from core.clock import iso
from media.models import File


def file_document(file: File) -> dict:
    """The File object; costs no query and never touches the storage."""
    return {
        "id": file.pk,
        "name": file.title,
        "size": file.file_size,
        "content_type": file.content_type,
        "comment": file.comment,
        "created_at": iso(file.created_at),
        "last_downloaded_at": iso(file.last_downloaded_at),
        "download_url": f"{settings.BASE_URL}{reverse('file-download', args=[file.pk])}",
        "share_url": share_url(file.share_id) if file.share_id else None,
    }


def share_url(share_id: UUID) -> str:
    """The address under which anybody gets a shared file."""
    return f"{settings.BASE_URL}{reverse('share', args=[share_id])}"
