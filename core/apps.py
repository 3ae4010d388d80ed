from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        from core import bounces, sqlite  # noqa: F401  (connects them)
