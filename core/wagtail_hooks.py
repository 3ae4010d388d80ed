"""What the house shows in the admin."""

from __future__ import annotations

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from core.admin_log import ServerLogView


class ServerLogMenuItem(MenuItem):
    """For admins alone."""

    def is_shown(self, request):
        return request.user.is_superuser


@hooks.register("register_admin_urls")
def server_log_urls():
    return [
        path("reports/server-log/", ServerLogView.as_view(), name="server_log"),
        path("reports/server-log/results/", ServerLogView.as_view(results_only=True), name="server_log_results"),
    ]


@hooks.register("register_reports_menu_item")
def server_log_item():
    return ServerLogMenuItem(_("Server log"), reverse("server_log"), name="server-log", icon_name="list-ul", order=2000)
