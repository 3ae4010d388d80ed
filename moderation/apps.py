from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self):
        from moderation import audit, blocking, notices  # noqa: F401  (register themselves)
