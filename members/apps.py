from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MembersConfig(AppConfig):
    name = "members"

    def ready(self):
        from members import deletion, founding  # noqa: F401  (deletion connects its receivers)

        post_migrate.connect(founding.on_post_migrate, dispatch_uid="members.found_site")
