"""Where Wagtail's admin is told of the moderators' lists and acts."""

from __future__ import annotations

from wagtail import hooks
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel

from blogs.admin_doors import open_bulk_action_to_moderators, open_to_moderators
from moderation.admin.block_acts import BLOG_ACTS, USER_ACTS
from moderation.admin.blocks import Lift
from moderation.admin.comments import DeleteComments
from moderation.admin.dashboard import WaitingPanel
from moderation.admin.reports import REPORT_ACTS
from moderation.admin.reviews import Approve, SendBack
from moderation.admin.viewsets import ModerationGroup

ACTS = [*REPORT_ACTS, Approve, SendBack, DeleteComments, *BLOG_ACTS, *USER_ACTS, Lift]
LISTS = ("reports", "reviews", "comments", "blogs", "users", "blocks")

AFTER_HOME = 2000

open_to_moderators(
    "moderation_site_history",
    "moderation_site_history_results",
    *(f"moderation_{name}:{view}" for name in LISTS for view in ("index", "index_results")),
    *(f"moderation_{name}:page" for name in ("reports", "blogs", "users")),
)
for act in ACTS:
    hooks.register("register_bulk_action", act)
    open_bulk_action_to_moderators(act.models[0], act.action_type)


@hooks.register("register_admin_viewset")
def register_lists():
    return ModerationGroup()


@hooks.register("construct_homepage_panels", order=AFTER_HOME)
def what_waits(request, panels):
    panels[:] = [panel for panel in panels if not isinstance(panel, WorkflowObjectsToModeratePanel)]
    if request.user.is_moderator:
        panels.append(WaitingPanel())
