from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self):
        from search import jobs, receivers  # noqa: F401  (registers them)
