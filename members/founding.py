"""What a site is founded with: home page, blogs index, groups, review workflow and an admin.

`migrate` founds the site and may be run as often as one likes: only what is missing is made, and the address follows
`BASE_URL`.
"""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from accounts.models import Role, User
from accounts.services.roles import AUTHORS, MODERATORS
from blogs.models import BlogIndexPage
from core import clock
from home.models import HomePage

logger = logging.getLogger(__name__)

GROUP_PERMISSIONS = {
    AUTHORS: ["wagtailadmin.access_admin"],
    MODERATORS: ["wagtailadmin.access_admin"],
}
"""Permissions of the groups as `app.codename`. What an author may do with his own things is not listed here: ownership
decides it, in the permission policies."""

BLOGS_INDEX_PERMISSIONS = {MODERATORS: ["publish"]}
"""Permissions of the groups on the blogs index and below. Without `publish` an approval would publish nothing."""

REVIEW = "Review"
STOCK_GROUPS = ("Editors",)
STOCK_WORKFLOWS = ("Moderators approval",)
FOUNDING_LOCK = 7_309_841_122


def on_post_migrate(app_config, using, plan=None, **kwargs) -> None:
    """Found the site once all apps have been migrated; a partial migration founds nothing."""
    if app_config is not _last_app():
        return
    if plan is not None and not _is_fully_migrated(using):
        return
    for config in apps.get_app_configs():  # those of the last app might come after us
        if config.label in {"auth", "wagtailadmin", "wagtailcore", app_config.label}:
            create_contenttypes(config, verbosity=0, using=using)
            create_permissions(config, verbosity=0, using=using)
    found_site()


def found_site() -> None:
    """Make whatever a working site lacks. Of two processes that found at once, the second waits and finds all there."""
    admin_password = _new_password()
    encoded = None if admin_password is None else make_password(admin_password)
    with transaction.atomic(), _one_at_a_time():
        root = _found_tree()
        home = _found_home(root)
        index = _found_blogs_index(home)
        _found_groups(index)
        _found_review(index)
        if encoded is not None:
            _found_admin(admin_password, encoded)
    Site.clear_site_root_paths_cache()


def _last_app():
    return [config for config in apps.get_app_configs() if config.models_module is not None][-1]


def _is_fully_migrated(using: str) -> bool:
    loader = MigrationLoader(connections[using])
    return all(node in loader.applied_migrations for node in loader.graph.leaf_nodes())


@contextmanager
def _one_at_a_time():
    connection = connections["default"]
    if connection.vendor == "postgresql":  # on SQLite the transaction itself holds the only write lock
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOUNDING_LOCK])
    yield


def _found_tree() -> Page:
    language = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    locale, _ = Locale.objects.get_or_create(language_code=language)
    if not Collection.objects.filter(depth=1).exists():
        Collection.add_root(name="Root")
    root = Page.objects.filter(depth=1).order_by("path").first()
    if root is None:
        root = Page.add_root(
            title="Root", slug="root", locale=locale, content_type=ContentType.objects.get_for_model(Page)
        )
    return root


def _found_home(root: Page) -> HomePage:
    home = HomePage.objects.order_by("path").first()
    if home is None:
        for welcome in root.get_children().filter(content_type=ContentType.objects.get_for_model(Page)):
            Site.objects.filter(root_page=welcome).update(root_page=root)
            welcome.delete()
        root.refresh_from_db()
        home = root.add_child(instance=HomePage(title=settings.WAGTAIL_SITE_NAME, slug="home"))
    address = urlsplit(settings.BASE_URL)
    place = {
        "hostname": address.hostname,
        "port": address.port or (443 if address.scheme == "https" else 80),
        "root_page": home,
        "site_name": settings.WAGTAIL_SITE_NAME,
    }
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.pk is None or (site.hostname, site.port, site.root_page_id) != (place["hostname"], place["port"], home.pk):
        for field, value in place.items():
            setattr(site, field, value)
        site.save()
    return home


def _found_blogs_index(home: HomePage) -> BlogIndexPage:
    index = BlogIndexPage.objects.order_by("path").first()
    if index is None:
        home.refresh_from_db()
        index = home.add_child(instance=BlogIndexPage(title="Blogs", slug="blogs"))
    return index


def _found_groups(index: BlogIndexPage) -> None:
    is_new = not Group.objects.filter(name=AUTHORS).exists()
    if is_new:  # what Wagtail's migrations made, and we do not use
        Group.objects.filter(name__in=STOCK_GROUPS).delete()
        GroupPagePermission.objects.filter(group__name=MODERATORS).delete()
    for name, permissions in GROUP_PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=name)
        if name == MODERATORS and is_new:
            group.permissions.clear()
            group.collection_permissions.all().delete()
        group.permissions.add(*(_permission(permission) for permission in permissions))
        for action in BLOGS_INDEX_PERMISSIONS.get(name, ()):
            GroupPagePermission.objects.get_or_create(
                group=group, page=index, permission=_permission(f"wagtailcore.{action}_page")
            )


def _permission(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _found_review(index: BlogIndexPage) -> None:
    workflow = Workflow.objects.filter(name=REVIEW).first()
    if workflow is not None:
        return
    for stock in Workflow.objects.filter(name__in=STOCK_WORKFLOWS):
        stock.delete()
    for stock in GroupApprovalTask.objects.filter(name__in=STOCK_WORKFLOWS):
        stock.delete()
    task = GroupApprovalTask.objects.create(name=REVIEW)
    task.groups.set(Group.objects.filter(name=MODERATORS))
    workflow = Workflow.objects.create(name=REVIEW)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=index)


def _new_password() -> str | None:
    """The password of the admin to be made; None if there is an admin."""
    if User.objects.filter(role=Role.ADMIN).exists():
        return None
    return settings.ADMIN_PASSWORD or secrets.token_urlsafe(12)


def _found_admin(password: str, encoded: str) -> None:
    if User.objects.filter(role=Role.ADMIN).exists():
        return
    name = settings.ADMIN_USERNAME
    email = settings.ADMIN_EMAIL or f"{name}@localhost"
    if User.objects.named(name).exists() or User.objects.addressed(email).exists():
        logger.error("there is no admin, and ADMIN_USERNAME or ADMIN_EMAIL is that of another user")
        return
    is_temporary = not settings.ADMIN_PASSWORD
    User.objects.create(
        username=name,
        email=email,
        password=encoded,
        role=Role.ADMIN,
        is_password_temporary=is_temporary,
        email_confirmed_at=clock.now() if settings.ADMIN_EMAIL else None,
    )
    if is_temporary:
        _keep_password(password)


def _keep_password(password: str) -> None:
    """Write the password where only the operator can read it, whole or not at all."""
    path = settings.ADMIN_PASSWORD_FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(password)
    draft.replace(path)
