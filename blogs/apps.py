from django.apps import AppConfig


class BlogsConfig(AppConfig):
    name = "blogs"

    def ready(self):
        from wagtail.models import Page
        from wagtail.permissions import register_permission_policy

        from blogs import jobs, page_receivers, receivers, schedule  # noqa: F401  (registers them)
        from blogs.admin_mails import replace_notifiers
        from blogs.permissions import BlogPermissionPolicy

        replace_notifiers()
        register_permission_policy(Page, BlogPermissionPolicy(Page))
