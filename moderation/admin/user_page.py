"""A user as moderators see him: his blogs, reports of what he wrote, blocks and history, and what may be done."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from accounts.models import User
from blogs.models import BlogCard
from blogs.withholding import with_followers_now
from core import clock
from moderation.admin import histories
from moderation.admin.addresses import blog_page
from moderation.admin.block_acts import BlockUsers, LiftUserBlocks
from moderation.admin.pages import LISTED, ThingPage, reports_against
from moderation.admin.words import block_in_words
from social.models import Comment

MOST_BLOGS = 50


class UserPage(ThingPage):
    """One user."""

    model = User
    template_name = "moderation/user.html"
    header_icon = "user"
    index_url_name = "moderation_users:index"
    index_label = _("Users")

    def get_base_object_queryset(self):
        return User.objects.filter(is_active=True).select_related("blocked_by", "avatar")

    def get_page_title(self):
        return self.object.get_full_name()

    def acts(self):
        if self.object.pk == self.request.user.pk:
            return []
        return [BlockUsers, LiftUserBlocks] if self.object.is_blocked(clock.now()) else [BlockUsers]

    @property
    def header_buttons(self):
        buttons = super().header_buttons
        if self.request.user.is_admin:
            edit = reverse("wagtailusers_users:edit", args=(self.object.pk,))
            buttons.append(HeaderButton(_("Edit account"), url=edit, icon_name="edit"))
        if self.request.user.is_admin and self.object.pk != self.request.user.pk:
            delete = reverse("wagtailusers_users:delete", args=(self.object.pk,))
            buttons.append(HeaderButton(_("Delete account"), url=delete, icon_name="bin"))
        return buttons

    def get_context_data(self, **kwargs):
        user, reader = self.object, self.request.user
        blogs = list(with_followers_now(BlogCard.objects.filter(owner=user)).order_by("created_at", "pk")[:MOST_BLOGS])
        for blog in blogs:
            blog.page_url, blog.block = blog_page(blog.pk), block_in_words(blog)
        entries = histories.of_user(reader, user)
        who = urlencode({"author": user.username})
        return super().get_context_data(**kwargs) | {
            "person": user,
            "person_block": block_in_words(user),
            "blogs": blogs,
            "comment_count": Comment.objects.filter(author=user, deleted_at=None).count(),
            "comments_url": f"{reverse('moderation_comments:index')}?{who}",
            "reports_url": f"{reverse('moderation_reports:index')}?{who}&status=any",
            "history_url": f"{reverse('wagtailadmin_reports:site_history')}?{urlencode({'by': user.username})}",
            **self.reports_of(reports_against(user)),
            "blocks": histories.told(histories.newest(entries, most=LISTED, only=histories.BLOCKS), reader=reader),
            "history": histories.told(histories.newest(entries, most=LISTED), reader=reader),
        }
