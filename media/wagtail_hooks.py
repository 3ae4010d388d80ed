"""Where Wagtail's admin is told of our pictures of users."""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter

from accounts.models import User
from core import holes
from media.documents import avatar_document_of
from media.services import clearing


@hooks.register("get_avatar_url")
def avatar_url(user, size):
    """The thumbnail of a user's avatar; Wagtail's own picture of nobody where there is none."""
    document = avatar_document_of(user) if isinstance(user, User) else None  # Wagtail has pages that send an id
    if not document:
        return None
    image = json.loads(holes.fill(document, "null"))
    return (image["renditions"]["thumbnail"] or image)["url"]


@hooks.register("register_log_actions")
def log_actions(actions):
    @actions.register_action(clearing.LOGGED_AS)
    class DeleteAllImages(LogFormatter):
        label = _("Delete all images")

        def format_message(self, log_entry):
            return _("Deleted all %(count)d images") % {"count": log_entry.data["count"]}
