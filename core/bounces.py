"""Addresses that mail comes back from, and those whose owners complain of it: they get no more."""

from __future__ import annotations

import logging

from django.conf import settings

from core.models import RefusedAddress

logger = logging.getLogger(__name__)

BOUNCE, COMPLAINT = "bounce", "complaint"


def refuse(address: str, *, reason: str) -> None:
    """Send no more mail to an address. Saying so twice is saying it once."""
    _, is_new = RefusedAddress.objects.get_or_create(address=address.strip().lower(), defaults={"reason": reason})
    if is_new:
        logger.info("address refused", extra={"reason": reason})


def is_refused(address: str) -> bool:
    """Whether an address is not to be written to."""
    return RefusedAddress.objects.filter(address=address.lower()).exists()


def address_has_bounced(sender, bounce_obj: dict, **facts) -> None:
    """What SES tells of mail that came back; a mailbox that is full, or away, may be written to again."""
    if bounce_obj.get("bounceType") == "Permanent":
        for recipient in bounce_obj.get("bouncedRecipients", ()):
            refuse(_bare(recipient["emailAddress"]), reason=BOUNCE)


def owner_has_complained(sender, complaint_obj: dict, **facts) -> None:
    """What SES tells of mail that was called spam."""
    for recipient in complaint_obj.get("complainedRecipients", ()):
        refuse(_bare(recipient["emailAddress"]), reason=COMPLAINT)


def _bare(address: str) -> str:
    return address.rpartition("<")[2].rstrip("> ")


if settings.EMAIL_BACKEND == "django_ses.SESBackend":
    from django_ses.signals import bounce_received, complaint_received

    bounce_received.connect(address_has_bounced)
    complaint_received.connect(owner_has_complained)
