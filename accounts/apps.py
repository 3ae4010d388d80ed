from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import mails, receivers  # noqa: F401  (connects them)
        from accounts.services import sessions  # noqa: F401  (registers its jobs)
