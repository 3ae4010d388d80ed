"""Who may do what with images and files in Wagtail's admin: everybody with his own, admins with all.

Collections, which these policies are about in stock Wagtail, play no part: everything is in the root collection.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from wagtail.models import Collection
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from accounts.models import User
from accounts.permissions import may_act

ACTIONS = {"add", "change", "delete", "choose"}


class OwnThingsPolicy(CollectionOwnershipPermissionPolicy):
    """Everybody who may act adds, changes, chooses and deletes his own things, and does not see anybody else's."""

    def __init__(self, model):
        super().__init__(model, owner_field_name="uploaded_by_user")

    def user_has_permission(self, user, action):
        return may_act(user) and (user.is_superuser or action in ACTIONS)

    def user_has_any_permission(self, user, actions):
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_any_permission_for_instance(self, user, actions, instance):
        if not self.user_has_any_permission(user, actions):
            return False
        return user.is_superuser or instance.uploaded_by_user_id == user.pk

    def instances_user_has_any_permission_for(self, user, actions):
        if not self.user_has_any_permission(user, actions):
            return self.model._default_manager.none()
        things = self.model._default_manager.all()
        return things if user.is_superuser else things.filter(uploaded_by_user=user.pk)

    def collections_user_has_any_permission_for(self, user, actions):
        if not self.user_has_any_permission(user, actions):
            return Collection.objects.none()
        return Collection.objects.filter(depth=1)

    def users_with_any_permission(self, actions):
        return _active(Q() if ACTIONS & set(actions) else Q(is_superuser=True))

    def users_with_any_permission_for_instance(self, actions, instance):
        owner = Q(pk=instance.uploaded_by_user_id) if ACTIONS & set(actions) else Q()
        return _active(owner | Q(is_superuser=True))


def _active(condition: Q) -> QuerySet[User]:
    return User.objects.filter(condition, is_active=True)
