from django.apps import AppConfig
from django.db.models.signals import post_migrate
from wagtail.users.apps import WagtailUsersAppConfig


class MembersConfig(AppConfig):
    name = "members"
    default = True

    def ready(self):
        from members import deletion, founding  # noqa: F401  (deletion connects its receivers)
        from members.exporting import accounts  # noqa: F401  (connects its receivers)

        post_migrate.connect(founding.on_post_migrate, dispatch_uid="members.found_site")


class UsersAppConfig(WagtailUsersAppConfig):
    """Wagtail's app of users, with our views of them."""

    user_viewset = "members.admin_users.UserViewSet"
