"""Where Wagtail's admin is told of our pictures of users."""

from __future__ import annotations

import json

from wagtail import hooks

from core import holes
from media.documents import avatar_document_of


@hooks.register("get_avatar_url")
def avatar_url(user, size):
    """The thumbnail of a user's avatar; Wagtail's own picture of nobody where there is none."""
    document = avatar_document_of(user) if user and user.pk else None
    if not document:
        return None
    image = json.loads(holes.fill(document, "null"))
    return (image["renditions"]["thumbnail"] or image)["url"]
