"""Where Wagtail's admin is told of our blogs: lists, choosers, menus and links that lead nowhere one may not go."""

from __future__ import annotations

from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.rich_text.converters.contentstate import link_entity
from wagtail.admin.rich_text.converters.html_to_contentstate import ExternalLinkElementHandler
from wagtail.admin.wagtail_hooks import PageListingViewDraftButton
from wagtail.models import Page
from wagtail.permissions import policy_registry

from blogs.admin_doors import leads_somewhere, offer_open_bulk_actions_only
from blogs.admin_links import PublicPageLinkHandler
from blogs.admin_listings import BlogViewSet, PlainPageViewSet, PostViewSet

AFTER_WAGTAIL = 100

offer_open_bulk_actions_only()


@hooks.register("register_admin_viewset", order=AFTER_WAGTAIL)
def register_listings():
    return [PlainPageViewSet(), BlogViewSet(), PostViewSet()]


@hooks.register("construct_page_chooser_queryset")
def only_own_pages(pages, request):
    """Choosers offer what the explorer shows, and the pages on the way down to it."""
    policy = policy_registry.get_by_type(Page)
    if request.user.is_superuser:
        return pages
    paths = {permission.page.path for permission in policy.get_cached_permissions_for_user(request.user)}
    above = {path[:end] for path in paths for end in range(Page.steplen, len(path) + 1, Page.steplen)}
    found = policy.explorable_instances(request.user).values("pk")
    return pages.filter(pk__in=found) | pages.filter(path__in=above)


@hooks.register("construct_main_menu", order=AFTER_WAGTAIL)
@hooks.register("construct_settings_menu", order=AFTER_WAGTAIL)
@hooks.register("construct_reports_menu", order=AFTER_WAGTAIL)
def no_dead_ends(request, items):
    """Leave out of a menu what the user may not open."""
    items[:] = [item for item in items if item.url == "#" or leads_somewhere(request.user, item.url)]


@hooks.register("construct_search", order=AFTER_WAGTAIL)
def no_closed_searches(request, areas):
    areas[:] = [area for area in areas if leads_somewhere(request.user, area.url)]


@hooks.register("construct_help_menu")
def help_of_our_own(request, items):
    """Leave out what is about Wagtail's releases and its own site."""
    items[:] = [item for item in items if item.name in ("keyboard-shortcuts-trigger", "api-docs")]


@hooks.register("register_help_menu_item")
def api_docs():
    from django.utils.translation import gettext_lazy as _

    return MenuItem(_("API"), "/docs/", name="api-docs", icon_name="code", order=100)


def may_view_draft(button: PageListingViewDraftButton, user) -> bool:
    """Offer the draft of a page only to those who may see it."""
    page = button.page
    return page.has_unpublished_changes and page.is_previewable() and page.permissions_for_user(user).can_edit()


PageListingViewDraftButton.is_shown = may_view_draft  # it is in a menu of rows, which no hook can change


@hooks.register("register_rich_text_features", order=AFTER_WAGTAIL)
def links_tell_nothing(features):
    features.register_converter_rule(
        "contentstate",
        "link",
        {
            "from_database_format": {
                "a[href]": ExternalLinkElementHandler("LINK"),
                'a[linktype="page"]': PublicPageLinkHandler("LINK"),
            },
            "to_database_format": {"entity_decorators": {"LINK": link_entity}},
        },
    )
