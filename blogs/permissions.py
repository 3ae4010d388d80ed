"""Who may do what with pages in Wagtail's admin: a blog and its posts are its owner's, whatever the groups say.

Wagtail asks the policy for a user's permissions on subtrees, and a tester for what he may do with one page. Neither
needs a row per user: ownership itself is the permission.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet
from wagtail.models import Page, PagePermissionTester
from wagtail.permission_policies.pages import PagePermissionPolicy

from accounts.models import User
from accounts.permissions import may_act
from accounts.viewers import Viewer
from core import clock

OWNER_ACTIONS = ("view", "add", "change", "bulk_delete")
EXPLORING_ACTIONS = {"view", "add", "change", "publish", "lock", "unlock", "bulk_delete"}


@dataclass(frozen=True, eq=False)
class OwnerPermission:
    """What owning a blog permits on it and below it, in the form of one of Wagtail's `GroupPagePermission`s."""

    page: Page
    permission: Permission

    @property
    def page_id(self) -> int:
        return self.page.pk


def owner_actions() -> tuple[str, ...]:
    """What the owner of a blog may do in it."""
    return OWNER_ACTIONS if settings.POSTS_REQUIRE_REVIEW else (*OWNER_ACTIONS, "publish")


class BlogPermissionPolicy(PagePermissionPolicy):
    """Wagtail's policy by groups, and ownership beside it. The owner of a blocked blog sees it and no more.

    Moderators find posts that are live or in review, and never drafts but their own.
    """

    def get_all_permissions_for_user(self, user):
        if not may_act(user) or user.is_superuser:
            return []
        return [*super().get_all_permissions_for_user(user), *_owned_by(user)]

    def user_has_any_permission(self, user, actions):
        exploring = {*actions} >= EXPLORING_ACTIONS - {"view"}  # Wagtail asks for all of them, to show the explorer
        return super().user_has_any_permission(user, {*actions, "view"} if exploring else actions)

    def instances_with_direct_explore_permission(self, user):
        if user.is_superuser:
            return super().instances_with_direct_explore_permission(user)
        return list({perm.page_id: perm.page for perm in self._exploring(user)}.values())

    def explorable_instances(self, user):
        everything_or_nothing = self._base_queryset_for_user(user)
        if everything_or_nothing is not None:
            return everything_or_nothing
        paths = {perm.page.path for perm in self._exploring(user)}
        if not paths:
            return self.model._default_manager.none()
        below = Q()
        for path in paths:
            below |= Q(path__startswith=path)
        if user.is_moderator:
            below &= _found_by_moderator(user)
        return self.model._default_manager.filter(below | Q(path__in=_paths_between(paths)))

    def users_with_any_permission(self, actions, include_superusers=True):
        users = super().users_with_any_permission(actions, include_superusers)
        if not self._is_owners(actions):
            return users
        owners = Page.objects.filter(blogpage__isnull=False).order_by().values("owner")
        return self._active(Q(pk__in=users.order_by().values("pk")) | Q(pk__in=owners))

    def users_with_any_permission_for_instance(self, actions, instance, include_superusers=True):
        users = super().users_with_any_permission_for_instance(actions, instance, include_superusers)
        if not self._is_owners(actions):
            return users
        blog = instance.get_ancestors(inclusive=True).filter(blogpage__isnull=False).order_by()
        return self._active(Q(pk__in=users.order_by().values("pk")) | Q(pk__in=blog.values("owner")))

    def _exploring(self, user) -> list:
        codenames = self._get_permission_codenames(EXPLORING_ACTIONS)
        return [perm for perm in self.get_cached_permissions_for_user(user) if perm.permission.codename in codenames]

    @staticmethod
    def _is_owners(actions: Iterable[str]) -> bool:
        return bool({*actions} & {*owner_actions(), "delete"})

    @staticmethod
    def _active(condition: Q) -> QuerySet[User]:
        return User.objects.filter(condition, is_active=True)


class FixedPageTester(PagePermissionTester):
    """What may be done with a page that has its place for good: nobody moves, copies or hides it or shares a copy.

    Who may see a blog is a field of its own (`is_private`), so Wagtail's page privacy has no use here.
    """

    def can_move(self):
        return False

    def can_move_to(self, destination):
        return False

    def can_copy(self):
        return False

    def can_copy_to(self, destination, recursive=False):
        return False

    def can_set_view_restrictions(self):
        return False

    def can_reorder_children(self):
        return False

    def can_view_revisions(self):
        return self.can_edit()

    @property
    def _is_admin(self) -> bool:
        return self.user.is_active and self.user.is_superuser

    @property
    def _is_owner(self) -> bool:
        return self.user.is_active and "change" in self.permissions


class StructurePageTester(FixedPageTester):
    """The home page and the blogs index: they are always there."""

    def can_publish(self):
        return self._is_admin

    def can_delete(self, ignore_bulk=False):
        return False

    def can_unpublish(self):
        return False

    def can_submit_for_moderation(self):
        return False


class BlogIndexTester(StructurePageTester):
    """The blogs index: whoever may act may begin a blog below it, and gains nothing else by that."""

    def can_add_subpage(self):
        return may_act(self.user)

    def can_publish_subpage(self):
        return may_act(self.user)


class BlogTester(FixedPageTester):
    """A blog: its owner may change and delete it, and needs no review for that."""

    def can_publish(self):
        return self._is_admin or self._is_owner

    def can_unpublish(self):
        return False

    def can_submit_for_moderation(self):
        return False

    def can_delete(self, ignore_bulk=False):
        return self._is_admin or self._is_owner


class PostTester(FixedPageTester):
    """A post: its blog's owner writes it, moderators may also delete it."""

    def can_unpublish(self):
        return super().can_unpublish() and (self._is_admin or self._is_owner)

    def can_delete(self, ignore_bulk=False):
        return self._is_admin or self._is_owner or (may_act(self.user) and self.user.is_moderator)


def _owned_by(user: User) -> list[OwnerPermission]:
    from blogs.models import BlogCard  # the models name the testers above

    blocked = BlogCard.objects.filter(blog=OuterRef("pk"), blocked_at__isnull=False).filter(
        Q(blocked_until__isnull=True) | Q(blocked_until__gt=clock.now())
    )
    blogs = Page.objects.filter(owner=user, blogpage__isnull=False).annotate(is_blocked=Exists(blocked))
    return [
        OwnerPermission(blog, Permission(codename=f"{action}_page"))
        for blog in blogs
        for action in (("view",) if blog.is_blocked else owner_actions())
    ]


def _found_by_moderator(user: User) -> Q:
    from blogs.visibility import seen

    return Q(blogpostpage__isnull=True) | seen(Viewer.of(user), prefix="blogpostpage__card__")


def _paths_between(paths: set[str]) -> set[str]:
    """The paths of all ancestors of these, up to and including the lowest that they have in common."""
    first, last, step = min(paths), max(paths), Page.steplen
    top = next(end for end in range(len(first), -1, -step) if last.startswith(first[:end]))
    return {path[:end] for path in paths for end in range(top, len(path), step)} - {""}
