import mimetypes

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "media"

    def ready(self):
        from wagtail.documents import signal_handlers as document_signals
        from wagtail.images import signal_handlers as image_signals
        from wagtail.permissions import register_permission_policy

        from media import receivers
        from media.models import File, Image
        from media.permissions import OwnThingsPolicy
        from media.services import clearing  # noqa: F401  (registers its part of the outbox)

        for model in (Image, File):  # exactly: Wagtail's own apps register theirs for the same models after us
            register_permission_policy(model, OwnThingsPolicy(model), exact_class=True)

        # Wagtail connects these functions by name when its own apps are ready, which is after this one.
        image_signals.post_delete_file_cleanup = receivers.leave_bytes_alone
        image_signals.post_delete_purge_rendition_cache = receivers.leave_bytes_alone
        document_signals.post_delete_file_cleanup = receivers.leave_bytes_alone

        for ending in ("webp", "avif"):  # which Python 3.11 does not know everywhere
            mimetypes.add_type(f"image/{ending}", f".{ending}")
