"""Who wrote posts and comments elsewhere, as users here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from accounts.services import addresses
from accounts.services.profiles import LONGEST_BIO, LONGEST_NAME, one_line
from accounts.services.registration import problems_of_name
from accounts.services.restoring import restore_user
from blogs.models import BlogPage
from blogs.services import create_blog
from blogs.services.fields import DESCRIPTION_LENGTH, TITLE_LENGTH
from blogs.services.slugs import make_slug
from members import registration
from members.importing.memory import Memory
from members.importing.report import Report
from members.importing.things import Author, Source, Unreadable

LONGEST_USERNAME = 30
MAIL_HOST = "imported.invalid"
"""Where those have their address of whom none is known: no mail ever goes there."""


@dataclass(frozen=True)
class Writer:
    """An author, and the blog into which his posts go."""

    user: User
    blog: BlogPage


class People:
    """Makes users of authors and of commenting strangers, each once.

    An author becomes a new user with a blog of his own, unless `mapping` gives his posts to somebody who is here
    (`{"author": "username"}` or `{"author": "username/blog"}`): nobody's account is ever taken over because of a name
    or address. A stranger who commented becomes an inactive user: a name beside his comments, that nobody can sign in
    with, and whose address is not kept.
    """

    def __init__(self, source: Source, *, memory: Memory, report: Report, mapping: dict[str, str], is_dry: bool):
        self._memory, self._report, self._is_dry = memory, report, is_dry
        self._authors = {author.key: author for author in source.authors()}
        self._site = (source.title, source.description) if len(self._authors) == 1 else ("", "")
        self._writers: dict[str, Writer | None] = {}
        self._guests: dict[str, int | None] = {}
        self._unreachable: list[str] = []
        self._mapped = {key: self._resolve(key, name) for key, name in mapping.items()}

    def writer(self, key: str) -> Writer | None:
        """The author of this key; None where his account was deleted since he was brought here."""
        if key not in self._writers:
            author = self._authors.get(key) or Author(key=key, name=key)
            self._writers[key] = self._mapped_to(author) or self._known(author) or self._new(author)
        return self._writers[key]

    def commenter(self, *, author: str | None, guest_name: str, guest_key: str) -> int | None:
        """The user id of who wrote a comment; None where the account is gone."""
        if author is not None and (author in self._authors or author in self._mapped):
            writer = self.writer(author)
            return writer.user.pk if writer else None
        if guest_key not in self._guests:
            self._guests[guest_key] = self._guest(guest_name, guest_key)
        return self._guests[guest_key]

    def finish(self) -> None:
        """Report who cannot sign in."""
        if self._unreachable:
            who = ", ".join(self._unreachable)
            self._report.lose(
                "authors", f"no e-mail address is known, so nobody can sign in until an admin sets one: {who}"
            )

    def _resolve(self, key: str, name: str) -> Writer:
        if not {key} & {word for author in self._authors.values() for word in _words(author)}:
            known = ", ".join(sorted(self._authors)) or "none are named"
            raise Unreadable(f"--author: there is no author {key} in the source (but: {known}).")
        username, _, slug = name.partition("/")
        user = User.objects.named(username).filter(is_active=True).first()
        if user is None:
            raise Unreadable(f"--author: there is no user {username}.")
        blogs = BlogPage.objects.filter(owner=user, **({"slug": slug} if slug else {})).order_by("pk")
        blog = blogs.first()
        if blog is None:
            raise Unreadable(f"--author: {username} has no blog {slug}.".replace(" .", "."))
        return Writer(user, blog)

    def _mapped_to(self, author: Author) -> Writer | None:
        return next((self._mapped[word] for word in _words(author) if word in self._mapped), None)

    def _known(self, author: Author) -> Writer | None:
        noted = self._memory.find("author", author.key)
        if noted is None:
            return None
        user = User.objects.filter(pk=noted.object_id, is_active=True).first()
        blog = BlogPage.objects.filter(owner=user).order_by("pk").first() if user else None
        if blog is None:
            self._report.lose(author.name, "this author's account or blog was deleted since he was brought here")
            return None
        return Writer(user, blog)

    def _new(self, author: Author) -> Writer | None:
        if self._memory.find("author", author.key):
            return None
        self._report.count("authors")
        username = free_username(author.username or author.name)
        email = self._address(author, username)
        if self._is_dry:
            return Writer(User(username=username), BlogPage(slug=username.lower()))
        title, description = self._site
        with transaction.atomic():
            user = restore_user(
                username=username, email=email, name=one_line(author.name)[:LONGEST_NAME], bio=author.bio[:LONGEST_BIO]
            )
            blog = create_blog(
                owner=user,
                title=(one_line(title) or user.get_full_name())[:TITLE_LENGTH],
                slug=username.lower(),
                description=one_line(description)[:DESCRIPTION_LENGTH],
            )
            self._memory.note("author", author.key, user.pk)
        return Writer(user, blog)

    def _address(self, author: Author, username: str) -> str:
        email = addresses.normalize(author.email) if author.email else ""
        if email and not (problems := addresses.problems_of(email)):
            return email
        if email:
            is_taken = problems[0].code == "taken"
            why = "somebody here has the address already" if is_taken else "the address is not valid"
            hint = f" If it is the same person, import with --author {author.key}=USERNAME." if is_taken else ""
            self._report.lose(author.name, f"{why}, so the new user {username} has none.{hint}")
        else:
            self._unreachable.append(username)
        return f"{username}@{MAIL_HOST}"

    def _guest(self, name: str, key: str) -> int | None:
        noted = self._memory.find("guest", key)
        if noted is not None:
            return User.objects.filter(pk=noted.object_id).values_list("pk", flat=True).first()
        self._report.count("commenting strangers")
        if self._is_dry:
            return 0
        name = one_line(name)[:LONGEST_NAME] or "Anonymous"
        with transaction.atomic():
            username = free_username(name)
            email = f"{username}@{MAIL_HOST}"
            user = restore_user(username=username, email=email, name=name, is_active=False)
            self._memory.note("guest", key, user.pk)
        return user.pk


def free_username(name: str) -> str:
    """A user name like this one that nobody has, and no blog either."""
    base = name if not problems_of_name(name) else make_slug(name, "author")
    base = base if len(base) >= 3 else f"author-{base}"
    number = 1
    while True:
        end = f"-{number}" if number > 1 else ""
        username = base[: LONGEST_USERNAME - len(end)].rstrip("-") + end
        if not registration.problems_of(username=username):
            return username
        number += 1


def _words(author: Author) -> list[str]:
    """What an author may be called in a mapping."""
    return [word for word in (author.key, author.username, author.name) if word]
