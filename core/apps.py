from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        from core import bounces, checks, sqlite  # noqa: F401  (connects them)
