import mimetypes

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "media"

    def ready(self):
        from wagtail.documents import signal_handlers as document_signals
        from wagtail.images import signal_handlers as image_signals

        from media import receivers

        # Wagtail connects these functions by name when its own apps are ready, which is after this one.
        image_signals.post_delete_file_cleanup = receivers.leave_bytes_alone
        image_signals.post_delete_purge_rendition_cache = receivers.leave_bytes_alone
        document_signals.post_delete_file_cleanup = receivers.leave_bytes_alone

        for ending in ("webp", "avif"):  # which Python 3.11 does not know everywhere
            mimetypes.add_type(f"image/{ending}", f".{ending}")
