from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from blogs.permissions import StructurePageTester
from blogs.urls import site_url


class HomePage(Page):
    """The root of the site."""

    subpage_types = ["blogs.BlogIndexPage"]
    max_count = 1

    class Meta:
        verbose_name = _("home page")

    def get_full_url(self, request=None):
        return f"{site_url()}/"

    def get_url(self, request=None, current_site=None):
        return self.get_full_url()

    def permissions_for_user(self, user):
        return StructurePageTester(user, self)
