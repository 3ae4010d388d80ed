"""Links to pages in rich text, as the editor gets them: what a link names must not tell what its target hides."""

from __future__ import annotations

from wagtail.admin.rich_text.converters.html_to_contentstate import LinkElementHandler
from wagtail.models import Page

from accounts.viewers import ANONYMOUS
from blogs.visibility import pages_visible_to


class PublicPageLinkHandler(LinkElementHandler):
    """Tells the URL of a page only if everybody may know it; other links appear without one.

    Anybody can write a link to any id, and stock Wagtail would answer with the page's slug.
    """

    def get_attribute_data(self, attrs):
        page_id = attrs.get("id", "")
        if not (page_id.isascii() and page_id.isdigit() and len(page_id) < 19):
            return {"id": 0, "url": None, "parentId": None}
        page = pages_visible_to(ANONYMOUS).filter(pk=page_id).first()
        if page is None:
            return {"id": int(page_id), "url": None, "parentId": None}
        parent = Page.objects.filter(path=page.path[: -page.steplen]).values_list("pk", flat=True).first()
        return {"id": page.pk, "url": page.specific.url, "parentId": parent}
