from django.apps import AppConfig


class SyndicationConfig(AppConfig):
    name = "syndication"

    def ready(self):
        from syndication import jobs, marks  # noqa: F401  (registers them)
