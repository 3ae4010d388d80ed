"""The users of a restored site, with their pictures and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.services.restoring import restore_user
from core.errors import DomainError
from media.models import Image
from media.services.restoring import restore_avatar, restore_file, restore_image
from members.exporting.names import NOBODY
from members.importing.site_things import SiteThings, moment_of
from members.importing.things import Unreadable

PROFILE = ("name", "bio", "email", "mail_digest", "role", "is_active")


class SiteAccounts(SiteThings):
    """Restores users and what they keep."""

    def _users(self) -> Iterator[str]:
        for facts in self._files.rows("users.json"):
            self._once("user", facts["username"], lambda facts=facts: self._add_user(facts).pk)
            yield facts["username"]
        for facts in self._files.rows("users.json"):
            user = User.objects.get(pk=self._user(facts["username"]))
            yield from self._pictures(user, f"users/{user.username}/")
            yield from self._keep_files(user, f"users/{user.username}/")
            with transaction.atomic():
                self._finish_user(user, facts)
        yield from self._pictures(None, f"users/{NOBODY}/")

    def _add_user(self, facts: Mapping[str, Any]) -> User:
        present = User.objects.named(facts["username"]).first()
        others = User.objects.addressed(facts["email"]).exclude(pk=present.pk if present else None)
        if other := others.first():
            raise Unreadable(
                f"{other.username}, who is here, has the address of {facts['username']} in the export. "
                f"Restore into a site whose admin is called {facts['username']} (ADMIN_USERNAME)."
            )
        known = {name: facts[name] for name in PROFILE}
        known |= {"email_confirmed_at": moment_of(facts["email_confirmed_at"])}
        if present is None:
            self.report.count("users")
            return restore_user(username=facts["username"], joined_at=moment_of(facts["joined_at"]), **known)
        # The admin whom `migrate` founded, and who is the same one: his password stays.
        known |= {"date_joined": moment_of(facts["joined_at"]), "username": facts["username"]}
        for name, value in known.items():
            setattr(present, name, value)
        present.save()
        return present

    def _finish_user(self, user: User, facts: Mapping[str, Any]) -> None:
        if facts["avatar"] and (image := Image.objects.filter(pk=self._image(facts["avatar"])).first()):
            restore_avatar(user=user, image=image)
        if facts["block"]:
            User.objects.filter(pk=user.pk).update(**self._block(facts["block"]))

    def _pictures(self, owner: User | None, home: str) -> Iterator[str]:
        for facts in self._files.rows(f"{home}images.json"):
            path = facts["file"]
            if self._memory.find("picture", path) is None:
                try:
                    with self._files.upload(path, most=settings.IMAGE_MAX_BYTES) as upload:
                        restore_image(
                            owner=owner,
                            upload=upload,
                            facts=facts,
                            created_at=moment_of(facts["created_at"]),
                            note=lambda image, path=path: self._memory.note("picture", path, image.pk),
                        )
                    self.report.count("pictures")
                except (DomainError, Unreadable) as error:
                    self.report.fail(path, f"not carried: {error}")
            yield path

    def _keep_files(self, owner: User, home: str) -> Iterator[str]:
        for facts in self._files.rows(f"{home}files.json"):
            path = facts["file"]
            if self._memory.find("file", path) is None:
                try:
                    with self._files.upload(path, most=settings.FILE_MAX_BYTES) as upload:
                        restore_file(
                            owner=owner,
                            upload=upload,
                            note=lambda file, path=path: self._memory.note("file", path, file.pk),
                            title=facts["name"],
                            comment=facts["comment"],
                            content_type=facts["content_type"],
                            created_at=moment_of(facts["created_at"]),
                            last_downloaded_at=moment_of(facts["last_downloaded_at"]),
                            share_id=facts["share"],
                        )
                    self.report.count("files")
                except (DomainError, Unreadable) as error:
                    self.report.fail(path, f"not carried: {error}")
            yield path
