"""Which of the admin's views stand open, and to whom: what is not named here is closed to authors and moderators.

Wagtail checks permissions in each view, but a view made for a small trusted team may still name what it does not let
one change. So a stranger's pages and images are kept out before the view: every page or image that an address names
must be one that the permission policies let this user find.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.views.defaults import page_not_found
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.models import Page
from wagtail.permissions import policy_registry

from accounts.models import User
from media.models import File, Image

ADMIN = "/admin/"
CHANGING_PAGES = (f"{ADMIN}pages/", f"{ADMIN}bulk/")

ALWAYS_OPEN = {
    "wagtailadmin_account",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_login",
    "wagtailadmin_logout",
    "wagtailadmin_password_reset",
    "wagtailadmin_password_reset_complete",
    "wagtailadmin_password_reset_confirm",
    "wagtailadmin_password_reset_done",
    "wagtailadmin_sprite",
}

CLOSED = {
    "wagtailadmin_api:pages:action",
    "wagtailadmin_choose_page_chosen_multiple",
    "wagtailadmin_error_test",
    "wagtailadmin_pages:convert_alias",
    "wagtailadmin_pages:copy",
    "wagtailadmin_pages:move",
    "wagtailadmin_pages:move_confirm",
    "wagtailadmin_pages:set_page_position",
    "wagtailadmin_pages:set_privacy",
    "wagtailimages:preview",
    "wagtailimages:url_generator",
    "wagtailimages:url_generator_output",
}
"""Closed to everybody, admins too: what has no place here, or leads past our services."""
CLOSED_PARTS = {"wagtailadmin_collections", "wagtaildocs_chooser"}
"""Closed to everybody as a whole, by namespace: everything is in one collection, and posts do not link to files."""

CHOOSING = {"wagtailadmin_choose_page_child", "wagtailadmin_api:pages:detail"}
"""Show pages above one's own too, so that one can find the way down to them."""

BEGINNING = {"wagtailadmin_pages:add", "wagtailadmin_pages:add_subpage", "wagtailadmin_pages:preview_on_add"}
"""Begin a page below another."""

EDITING = {
    "wagtailadmin_pages:confirm_workflow_cancellation",
    "wagtailadmin_pages:edit",
    "wagtailadmin_pages:history",
    "wagtailadmin_pages:history_results",
    "wagtailadmin_pages:preview_on_edit",
    "wagtailadmin_pages:revisions_compare",
    "wagtailadmin_pages:revisions_index",
    "wagtailadmin_pages:revisions_revert",
    "wagtailadmin_pages:revisions_unschedule",
    "wagtailadmin_pages:revisions_view",
    "wagtailadmin_pages:usage",
    "wagtailadmin_pages:view_draft",
    "wagtailadmin_pages:workflow_history",
    "wagtailadmin_pages:workflow_history_detail",
}
"""Show what is not public of a page: only to those who may edit it."""

REVIEWING = {
    "wagtailadmin_pages:collect_workflow_action_data",
    "wagtailadmin_pages:workflow_action",
    "wagtailadmin_pages:workflow_preview",
}

OPEN_TO_AUTHORS = {
    *CHOOSING,
    *BEGINNING,
    *EDITING,
    "admin-file-download",
    "wagtail_bulk_action",
    "wagtailadmin_api:pages:listing",
    "wagtailadmin_block_preview",
    "wagtailadmin_choose_page",
    "wagtailadmin_choose_page_anchor_link",
    "wagtailadmin_choose_page_email_link",
    "wagtailadmin_choose_page_external_link",
    "wagtailadmin_choose_page_phone_link",
    "wagtailadmin_choose_page_search",
    "wagtailadmin_dismissibles",
    "wagtailadmin_editing_sessions:ping",
    "wagtailadmin_editing_sessions:release",
    "wagtailadmin_explore",
    "wagtailadmin_explore_results",
    "wagtailadmin_explore_root",
    "wagtailadmin_home",
    "wagtailadmin_pages:delete",
    "wagtailadmin_pages:search",
    "wagtailadmin_pages:search_results",
    "wagtailadmin_pages:unpublish",
    "wagtailadmin_tag_autocomplete",
    "wagtailadmin_tag_model_autocomplete",
    "wagtaildocs:add",
    "wagtaildocs:add_multiple",
    "wagtaildocs:create_multiple_from_uploaded_document",
    "wagtaildocs:delete",
    "wagtaildocs:delete_multiple",
    "wagtaildocs:delete_upload_multiple",
    "wagtaildocs:document_usage",
    "wagtaildocs:edit",
    "wagtaildocs:edit_multiple",
    "wagtaildocs:index",
    "wagtaildocs:index_results",
    "wagtailimages:add",
    "wagtailimages:add_multiple",
    "wagtailimages:create_multiple_from_uploaded_image",
    "wagtailimages:delete",
    "wagtailimages:delete_multiple",
    "wagtailimages:delete_upload_multiple",
    "wagtailimages:edit",
    "wagtailimages:edit_multiple",
    "wagtailimages:image_usage",
    "wagtailimages:index",
    "wagtailimages:index_results",
    "wagtailimages_chooser:choose",
    "wagtailimages_chooser:choose_results",
    "wagtailimages_chooser:chosen",
    "wagtailimages_chooser:chosen_multiple",
    "wagtailimages_chooser:create",
}

OPEN_TO_MODERATORS = {
    *OPEN_TO_AUTHORS,
    *REVIEWING,
    "wagtailadmin_reports:site_history",
    "wagtailadmin_reports:site_history_results",
    "wagtailadmin_reports:workflow",
    "wagtailadmin_reports:workflow_results",
    "wagtailadmin_reports:workflow_tasks",
    "wagtailadmin_reports:workflow_tasks_results",
}

BULK_ACTIONS = {
    ("wagtailcore", "page"): {"delete", "publish", "unpublish"},
    ("media", "file"): {"delete"},
    ("media", "image"): {"delete"},
}

BULK_ACTIONS_OF_MODERATORS: dict[tuple[str, str], set[str]] = {}

THINGS = {"image": Image, "file": File}

PAGE_KEYS = ("page_id", "parent_page_id", "pk")
IMAGE_KEYS = ("image_id", "pk")
FILE_KEYS = ("document_id", "doc_id")
ID_KEYS = (*PAGE_KEYS, *IMAGE_KEYS, *FILE_KEYS, "revision_id", "task_state_id", "task_id", "workflow_state_id")
LARGEST_ID = 2**63 - 1


def open_to_authors(*names: str) -> None:
    """Open views of a room above this one to everybody who may open the admin."""
    OPEN_TO_AUTHORS.update(names)
    OPEN_TO_MODERATORS.update(names)


def open_to_moderators(*names: str) -> None:
    """Open views of a room above this one to moderators and admins."""
    OPEN_TO_MODERATORS.update(names)


def open_bulk_action_to_moderators(model: type[Model], action: str) -> None:
    """Open a bulk action of a room above this one, on chosen rows, to moderators and admins."""
    key = (model._meta.app_label, model._meta.model_name)
    BULK_ACTIONS_OF_MODERATORS.setdefault(key, set()).add(action)


def offer_open_bulk_actions_only() -> None:
    """Leave out of the admin's lists the buttons of bulk actions that are closed."""
    offered = bulk_action_registry.get_bulk_actions_for_model

    def open_ones(app_label: str, model_name: str) -> list:
        actions = BULK_ACTIONS.get((app_label, model_name), ())
        return [action for action in offered(app_label, model_name) if action.action_type in actions]

    bulk_action_registry.get_bulk_actions_for_model = open_ones


def is_open(user: User, view_name: str) -> bool:
    """Whether a view as such is open to a user; what it may show him is another question."""
    if view_name in CLOSED or view_name.partition(":")[0] in CLOSED_PARTS:
        return False
    if user.is_admin or view_name in ALWAYS_OPEN:
        return True
    return view_name in (OPEN_TO_MODERATORS if user.is_moderator else OPEN_TO_AUTHORS)


def leads_somewhere(user: User, url: str) -> bool:
    """Whether the user may follow a link of the admin; links to elsewhere he always may."""
    try:
        match = resolve(str(url).partition("?")[0])
    except Resolver404:
        return True
    return not match.route.startswith(ADMIN.lstrip("/")) or is_open(user, match.view_name)


class AdminDoorsMiddleware:
    """Answers 404 in place of every view of the admin that is closed to the user, or names what he may not find."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path_info.startswith(CHANGING_PAGES):
            return self.get_response(request)
        with transaction.atomic():  # Wagtail's views save a page in several steps: all of them, or none
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not request.path_info.startswith(ADMIN) or not request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name
        user = request.user
        if not is_open(user, name) or not _makes_sense(request, name, kwargs):
            return _not_found(request)
        if not user.is_admin and name not in ALWAYS_OPEN:
            if name == "wagtailadmin_choose_page":
                return _start_choosing(request)
            if not _may_find(request, user, name, kwargs):
                return _not_found(request)
        if request.method == "POST":
            _lock_parents(request, name, kwargs)
        return None


def _not_found(request: HttpRequest) -> HttpResponse:
    return page_not_found(request, None, template_name="wagtailadmin/404.html")


def _makes_sense(request: HttpRequest, name: str, kwargs: dict) -> bool:
    """Whether ids that Wagtail takes as they come are ids at all."""
    if name == "wagtail_bulk_action":
        ids = [id for id in request.GET.getlist("id") if id != "all"]
        parents = [id for id in request.GET.getlist("childOf") if id]
        key = (kwargs["app_label"].lower(), kwargs["model_name"].lower())
        if kwargs["action"] in BULK_ACTIONS_OF_MODERATORS.get(key, ()):
            return request.user.is_moderator and _are_ids(request.GET.getlist("id"))
        return kwargs["action"] in BULK_ACTIONS.get(key, ()) and _are_ids(ids + parents)
    if name == "wagtailadmin_editing_sessions:ping":
        return _are_ids([kwargs["object_id"]])
    if name == "wagtailadmin_choose_page_external_link" and request.method == "POST":
        return "external-link-chooser-url" in request.POST
    if name.startswith("wagtailadmin_choose_page"):
        return _are_ids([id for id in request.GET.getlist("target_pages[]") if id])
    if name == "wagtailimages_chooser:chosen_multiple":
        return _are_ids(request.GET.getlist("id"))
    return all(_are_ids([str(kwargs[key])]) for key in ID_KEYS if key in kwargs)


def _are_ids(texts: list[str]) -> bool:
    return all(text.isascii() and text.isdigit() and int(text) <= LARGEST_ID for text in texts)


def _lock_parents(request: HttpRequest, name: str, kwargs: dict) -> None:
    """Let all changes below one page queue up, as the services do (`blogs.services.tree`)."""
    part = name.partition(":")[0]
    if part == "wagtailadmin_pages" and "parent_page_id" in kwargs:
        pages = Page.objects.filter(pk=kwargs["parent_page_id"])
    elif part == "wagtailadmin_pages" and "page_id" in kwargs:
        pages = _parents([kwargs["page_id"]])
    elif name == "wagtail_bulk_action" and kwargs["model_name"].lower() == "page":
        pages = _parents([id for id in request.GET.getlist("id") if id != "all"])
        if parents := [id for id in request.GET.getlist("childOf") if id]:
            pages = pages | Page.objects.filter(pk__in=parents)
    else:
        return
    list(pages.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def _parents(ids: list):
    paths = Page.objects.filter(pk__in=ids).values_list("path", flat=True)
    return Page.objects.filter(path__in=[path[: -Page.steplen] for path in paths])


def _start_choosing(request: HttpRequest) -> HttpResponse:
    """Begin at the top of what is one's own, not at the top of the whole tree."""
    root = policy_registry.get_by_type(Page).explorable_root_instance(request.user)
    if root is None:
        return _not_found(request)
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{reverse('wagtailadmin_choose_page_child', args=[root.pk])}?{query}")


def _may_find(request: HttpRequest, user: User, name: str, kwargs: dict) -> bool:
    part = name.partition(":")[0]
    if name == "wagtail_bulk_action":
        return _may_find_all(request, user, kwargs)
    if part in ("wagtailimages", "wagtailimages_chooser"):
        return _things_found(user, Image, [kwargs[key] for key in IMAGE_KEYS if key in kwargs])
    if part == "wagtaildocs":
        return _things_found(user, File, [kwargs[key] for key in FILE_KEYS if key in kwargs])
    ids = [kwargs[key] for key in PAGE_KEYS if key in kwargs]
    if not ids:
        return True
    page = Page.objects.filter(pk=ids[0]).first()
    if page is None:
        return False
    if name in EDITING or name in REVIEWING:
        return page.permissions_for_user(user).can_edit()
    if name in BEGINNING:
        return page.permissions_for_user(user).can_add_subpage()
    if name in CHOOSING and _is_above_own(user, page):
        return True
    return _pages_found(user, ids)


def _may_find_all(request: HttpRequest, user: User, kwargs: dict) -> bool:
    ids = request.GET.getlist("id")
    if kwargs["action"] in BULK_ACTIONS_OF_MODERATORS.get((kwargs["app_label"], kwargs["model_name"]), ()):
        return True  # on rows of a list that moderators have anyway
    if kwargs["model_name"].lower() != "page":
        return "all" in ids or _things_found(user, THINGS[kwargs["model_name"].lower()], ids)
    if "all" in ids:
        parents = [id for id in request.GET.getlist("childOf") if id]
        return not user.is_moderator and bool(parents) and _owns(user, parents[-1])
    return _pages_found(user, ids)


def _pages_found(user: User, ids: list) -> bool:
    wanted = {int(id) for id in ids}
    return policy_registry.get_by_type(Page).explorable_instances(user).filter(pk__in=wanted).count() == len(wanted)


def _things_found(user: User, model: type[Image] | type[File], ids: list) -> bool:
    wanted = {int(id) for id in ids}
    own = policy_registry.get_by_type(model).instances_user_has_any_permission_for(user, ["change"])
    return not wanted or own.filter(pk__in=wanted).count() == len(wanted)


def _owns(user: User, page_id: str) -> bool:
    return Page.objects.filter(pk=page_id, owner=user, blogpage__isnull=False).exists()


def _is_above_own(user: User, page: Page) -> bool:
    permissions = policy_registry.get_by_type(Page).get_cached_permissions_for_user(user)
    return any(permission.page.path.startswith(page.path) for permission in permissions)
