"""Blocking users and blogs and lifting it, from any list or page that shows them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from accounts.models import User
from blogs.models import BlogCard
from core import clock
from moderation import blocking
from moderation.admin.acts import Act, ReasonForm
from moderation.admin.words import block_in_words

FOR_GOOD, UNTIL = "good", "until"
TERMS = {"1": _("a day"), "7": _("a week"), "30": _("30 days"), UNTIL: _("until a time")}


class BlockForm(ReasonForm):
    """For how long, and why. Only admins are offered to block for good."""

    term = forms.ChoiceField(label=_("For how long"), widget=forms.RadioSelect, initial="7")
    until = forms.DateTimeField(label=_("Until"), required=False, widget=AdminDateTimeInput)
    field_order = ("term", "until", "reason")

    def __init__(self, *args, for_user: User, **kwargs):
        super().__init__(*args, **kwargs)
        for_good = {FOR_GOOD: _("for good")} if for_user.is_admin else {}
        self.fields["term"].choices = [*TERMS.items(), *for_good.items()]

    def clean(self):
        cleaned = super().clean()
        term, until = cleaned.get("term"), cleaned.pop("until", None)
        if term != UNTIL:
            cleaned["until"] = self._after(term)
        elif until is None or until <= clock.now():
            self.add_error("until", _("Give a time to come."))
        else:
            cleaned["until"] = until
        cleaned.pop("term", None)
        return cleaned

    @staticmethod
    def _after(term: str | None) -> datetime | None:
        return clock.now() + timedelta(days=int(term)) if term in TERMS else None


class BlockAct(Act):
    """Blocks what is chosen."""

    form_class = BlockForm
    icon = "lock"
    is_serious = True
    confirm = _("Block")

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "for_user": self.request.user}


class BlogAct(Act):
    """Mixed into acts on blogs."""

    models = [BlogCard]

    def rows(self):
        return BlogCard.objects.select_related("owner", "blog")

    def named(self, row):
        return row.title, _("/%(slug)s/ by %(owner)s %(block)s") % {
            "slug": row.slug,
            "owner": row.owner.get_full_name(),
            "block": in_brackets(block_in_words(row)),
        }


class UserAct(Act):
    """Mixed into acts on users, which are the admins' own."""

    models = [User]
    for_admins = True

    def rows(self):
        return User.objects.filter(is_active=True)

    def named(self, row):
        return row.get_full_name(), f"@{row.username} {in_brackets(block_in_words(row))}".strip()


def in_brackets(text: str) -> str:
    """The text in brackets, if there is one."""
    return f"({text})" if text else ""


class BlockBlogs(BlockAct, BlogAct):
    """Hide blogs with all that is in them."""

    display_name = _("Block")
    action_type = "block"
    aria_label = _("Block the chosen blogs")
    question = _("Nobody but their owners and moderators sees blocked blogs. Block these?")

    def do(self, row, *, reason, until):
        blocking.block_blog(actor=self.request.user, blog=row, until=until, reason=reason)


class LiftBlogBlocks(BlogAct):
    """Show blogs again."""

    display_name = _("Lift block")
    action_type = "lift"
    aria_label = _("Lift the blocks of the chosen blogs")
    question = _("Lift the blocks of these blogs?")
    confirm = _("Lift")
    icon = "lock-open"

    def do(self, row, *, reason):
        blocking.unblock_blog(actor=self.request.user, blog=row, reason=reason)


class BlockUsers(BlockAct, UserAct):
    """Shut users out, and hide what is theirs."""

    display_name = _("Block")
    action_type = "block"
    aria_label = _("Block the chosen users")
    question = _("Blocked users are signed out at once, and all their blogs are hidden. Block these?")

    def do(self, row, *, reason, until):
        blocking.block_user(actor=self.request.user, user=row, until=until, reason=reason)


class LiftUserBlocks(UserAct):
    """Let users in again."""

    display_name = _("Lift block")
    action_type = "lift"
    aria_label = _("Lift the blocks of the chosen users")
    question = _("Lift the blocks of these users?")
    confirm = _("Lift")
    icon = "lock-open"

    def do(self, row, *, reason):
        blocking.unblock_user(actor=self.request.user, user=row, reason=reason)


BLOG_ACTS = [BlockBlogs, LiftBlogBlocks]
USER_ACTS = [BlockUsers, LiftUserBlocks]
