"""Deleting all images of everybody."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Max
from wagtail.log_actions import log
from wagtail.models import Collection

from accounts.models import User
from core import outbox
from core.errors import NotAllowed
from media.models import Image

logger = logging.getLogger(__name__)

WORDS = "delete all images"
"""What has to be said before anything is deleted."""
LOGGED_AS = "inktree.delete_all_images"
CHUNK = 50


def delete_all_images(*, actor: User) -> int:
    """Begin to delete every image there is now, with its bytes, also from the posts that show it; returns how many.

    What is uploaded from now on stays. Raises `NotAllowed` unless the actor is an admin.
    """
    if not actor.is_admin:
        raise NotAllowed
    with transaction.atomic():
        last = Image.objects.aggregate(last=Max("pk"))["last"] or 0
        count = Image.objects.filter(pk__lte=last).count()
        log(instance=Collection.get_first_root_node(), action=LOGGED_AS, user=actor, data={"count": count})
        if count:
            outbox.record("images.clear", until=last)
    logger.warning("all images are being deleted", extra={"actor": actor.pk, "images": count})
    return count


@outbox.handles("images.clear", background=True)
def clear_images(*, until: int) -> None:
    """Delete some of the images up to that id, and leave the rest to an event of its own.

    So no delivery takes long, and after a kill the next one goes on with what is left.
    """
    with transaction.atomic():
        chunk = list(Image.objects.filter(pk__lte=until).order_by("pk")[:CHUNK])
        for image in chunk:
            image.delete()
        if len(chunk) == CHUNK:
            outbox.record("images.clear", until=until)
