"""Wagtail's own mutations of pages, without the queries that tell us what we know.

A stock `add_child` and `save_revision().publish()` validate every foreign key three times, read the new revision back
from its JSON, and validate each log entry: about a hundred queries. The steps here are the same in the same order, and
leave the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import Page, PageLogEntry, Revision

from accounts.models import User
from core import clock

SET_BY_PUBLISHING = (
    "live",
    "has_unpublished_changes",
    "expired",
    "first_published_at",
    "last_published_at",
    "live_revision",
)


class PublishVersion(PublishPageRevisionAction):
    """Publishes (or schedules) a revision by the very object it was made of. Whether the actor may was decided."""

    def __init__(self, revision: Revision, version: Page, *, actor: User | None, **options):
        super().__init__(_Made(version), user=actor, **options)
        self.revision = revision

    def execute(self) -> Page:
        super().execute(skip_permission_checks=True)
        return self.object


class _Made:
    """A revision whose object need not be read from it."""

    def __init__(self, version: Page):
        self._version = version

    def as_object(self) -> Page:
        return self._version


def add_page(parent: Page, page: Page) -> None:
    """Add a new page, whose fields were checked, as the last child of its (locked) parent."""
    page.draft_title = page.title
    _saving_with(page, lambda: parent.add_child(instance=page), clean=False, log_action=None)
    _log(page, "wagtail.create", actor=page.owner)


def add_live_page(parent: Page, page: Page) -> Page:
    """Like `add_page`, and publish it, now or at its time, by its owner."""
    actor, now = page.owner, clock.now()
    page.draft_title = page.title
    _saving_with(page, lambda: parent.add_child(instance=page), clean=False, log_action=None)
    revision = page.save_revision(user=actor, clean=False)
    is_now = page.go_live_at is None or page.go_live_at <= now
    publish = PublishVersion(revision, page, actor=actor, log_action=not is_now, previous_revision=_Made(page))
    _saving_with(page, publish.execute, clean=False, update_fields=SET_BY_PUBLISHING)
    _log(page, "wagtail.create", *(["wagtail.publish"] if is_now else []), actor=actor, revision=revision)
    return page


def _saving_with(page: Page, act: Callable[[], object], **options) -> None:
    """Call something that calls `page.save()`, which then gets these options."""
    page.save = partial(page.save, **options)
    try:
        act()
    finally:
        del page.save


def _log(page: Page, *actions: str, actor: User, revision: Revision | None = None) -> None:
    """Write Wagtail's log entries of these actions in one query."""
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            page=page,
            content_type_id=page.content_type_id,
            label=page.get_admin_display_title(),
            action=action,
            user=actor,
            timestamp=clock.now(),
            content_changed=True,
            revision=None if action == "wagtail.create" else revision,
        )
        for action in actions
    )
