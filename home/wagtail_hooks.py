"""How the admin looks: the first page, and its own face instead of Wagtail's."""

from __future__ import annotations

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.home import UserObjectsInWorkflowModerationPanel, WorkflowObjectsToModeratePanel
from wagtail.admin.wagtail_hooks import ExplorerMenuItem

from blogs.admin_doors import open_to_authors
from home import own_comments
from home.charts import OverviewPanel, StatisticsPanel
from home.dashboard import BlogsPanel, CommentsPanel, Numbers, UnfinishedPanel

LAST = 1000

open_to_authors(*own_comments.NAMES, "admin-statistics")


@hooks.register("register_admin_urls")
def comments_urls():
    return own_comments.urls()


@hooks.register("register_admin_menu_item")
def comments_item():
    return MenuItem(_("Comments"), reverse("own_comments"), name="own-comments", icon_name="comment", order=350)


@hooks.register("construct_homepage_panels", order=LAST)
def own_panels(request, panels):
    """One's own things first; what waits for review before that, for those who review."""
    kept = [panel for panel in panels if isinstance(panel, UserObjectsInWorkflowModerationPanel)]
    if request.user.is_moderator:
        reviews = [panel for panel in panels if isinstance(panel, WorkflowObjectsToModeratePanel)]
        for panel in reviews:
            panel.order = 50
        kept += reviews
    charts = [StatisticsPanel(), *([OverviewPanel()] if request.user.is_admin else [])]
    panels[:] = [BlogsPanel(), *charts, UnfinishedPanel(), CommentsPanel(), *kept]


@hooks.register("construct_homepage_summary_items", order=LAST)
def own_numbers(request, items):
    items[:] = Numbers(request).items


@hooks.register("construct_main_menu", order=LAST)
def own_words(request, items):
    """Call things what they are called everywhere else."""
    for place, item in enumerate(items):
        if item.name == "explorer":
            items[place] = ExplorerMenuItem(
                _("Blogs"), item.url, name=item.name, icon_name=item.icon_name, order=item.order
            )
        elif item.name == "documents":
            items[place] = MenuItem(_("Files"), item.url, name=item.name, icon_name=item.icon_name, order=item.order)


@hooks.register("insert_global_admin_css")
def admin_css():
    return format_html('<link rel="stylesheet" href="{}">', static("home/admin.css"))
