"""Who is looking: the one thing about a caller that the visibility kernel needs."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role, User


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks at something: nobody in particular (`user_id` None), a user, a moderator or an admin."""

    user_id: int | None = None
    role: str | None = None

    @classmethod
    def of(cls, user) -> Viewer:
        """The viewer that a user (or Django's AnonymousUser, or None) is."""
        if user is None or not isinstance(user, User) or not user.is_active:
            return ANONYMOUS
        return cls(user.pk, user.role)

    @property
    def is_anonymous(self) -> bool:
        return self.user_id is None

    @property
    def is_moderator(self) -> bool:
        """Moderators and admins."""
        return self.role in (Role.MODERATOR, Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN


ANONYMOUS = Viewer()
