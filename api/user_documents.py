"""Users as the API shows them: the objects User and Me."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Sum

from accounts.models import User
from accounts.viewers import Viewer
from blogs import visibility
from blogs.documents import blog_ref_json
from core import clock
from media.documents import user_ref, user_ref_json
from media.models import File, Image


def me_document(user: User) -> dict:
    """The Me object."""
    [document] = _profiles([user], viewer=Viewer.of(user))
    return {
        **document,
        "role": user.role,
        "email": user.email,
        "email_confirmed": user.email_confirmed_at is not None,
        "mail_digest": user.mail_digest,
        "storage": storage_of([user])[user.pk],
    }


def user_documents(users: Sequence[User], *, viewer: Viewer) -> list[dict]:
    """The User objects as this viewer sees them, in a fixed number of queries; select `avatar` and `blocked_by`."""
    documents = _profiles(users, viewer=viewer)
    if viewer.is_moderator:
        now = clock.now()
        for document, user in zip(documents, users, strict=True):
            document |= {"role": user.role, "email": user.email, **_block_of(user, now)}
    if viewer.is_admin:
        stored = storage_of(users)
        for document, user in zip(documents, users, strict=True):
            document["storage"] = stored[user.pk]
    return documents


def storage_of(users: Sequence[User]) -> dict[int, dict]:
    """How much each of these users has stored: the object `storage`."""
    owned = {"uploaded_by_user__in": [user.pk for user in users]}
    images, files = (
        {
            row[0]: row[1:]
            for row in model.objects.filter(**owned)
            .values_list("uploaded_by_user")
            .annotate(Count("pk"), Sum("file_size"))
        }
        for model in (Image, File)
    )
    nothing = (0, 0)
    return {
        user.pk: {
            "images": images.get(user.pk, nothing)[0],
            "files": files.get(user.pk, nothing)[0],
            "bytes": (images.get(user.pk, nothing)[1] or 0) + (files.get(user.pk, nothing)[1] or 0),
            "quota": settings.FILE_QUOTA_BYTES,
        }
        for user in users
    }


def _profiles(users: Sequence[User], *, viewer: Viewer) -> list[dict]:
    blogs = defaultdict(list)
    cards = visibility.blogs_existing_for(viewer).filter(owner__in=[user.pk for user in users])
    columns = ("owner", "owner__username", "owner__name", "slug", "title", "avatar_document")
    for owner, username, name, slug, title, avatar in cards.order_by("created_at", "pk").values_list(*columns):
        owner_ref = user_ref_json(username, name, None)
        blogs[owner].append(json.loads(blog_ref_json(slug, title, avatar, owner_ref)))
    return [
        {
            **user_ref(user),
            "bio": user.bio,
            "joined_at": clock.iso(user.date_joined),
            "blogs": blogs[user.pk],
        }
        for user in users
    ]


def _block_of(user: User, at: datetime) -> dict:
    if not user.is_blocked(at):
        return {"is_blocked": False, "block": None}
    by = user.blocked_by.username if user.blocked_by else None
    return {
        "is_blocked": True,
        "block": {"until": clock.iso(user.blocked_until), "reason": user.block_reason, "by": by},
    }
