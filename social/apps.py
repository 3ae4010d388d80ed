from django.apps import AppConfig


class SocialConfig(AppConfig):
    name = "social"

    def ready(self):
        from social import announcing, deliveries, notifications, views  # noqa: F401  (registers them)
