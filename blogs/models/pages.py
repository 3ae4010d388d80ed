from datetime import datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index
from wagtail_headless_preview.models import HeadlessPreviewMixin

from blogs.admin_forms import BlogForm, PostForm
from blogs.blocks import BodyBlock
from blogs.permissions import BlogIndexTester, BlogTester, PostTester
from blogs.urls import blog_url, post_url
from core import clock
from media.models import Image


class CardedPages(PageQuerySet):
    """Pages that have cards, or have pages with cards below them."""

    def delete(self, *args, **kwargs):
        """Delete them as Wagtail does, whoever asks for it, holding the parents, the pages and the cards of what goes.

        Django looks for what refers to a card and deletes that first; what came in between, like a worker's
        announcement, would make all of it fail. So whoever writes such a row waits, and then finds the card gone.
        """
        from blogs.models.cards import BlogCard, PostCard  # needs the pages

        with transaction.atomic():
            paths = list(self.values_list("path", flat=True))
            held = {*paths, *(path[: -Page.steplen] for path in paths)}
            tree = Page.objects.filter(path__in=held).order_by("path")
            list(tree.select_for_update(no_key=True).values_list("pk"))
            below = reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk__in=[]))
            for card, page in ((PostCard, BlogPostPage), (BlogCard, BlogPage)):
                cards = card.objects.filter(pk__in=page.objects.filter(below).values("pk"))
                list(cards.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
            return super().delete(*args, **kwargs)

    delete.alters_data = True
    delete.queryset_only = True


class ExactTimes:
    """A page whose revisions keep its times to the microsecond: JSON, as Django writes it, has them in milliseconds."""

    def serializable_data(self):
        content = super().serializable_data()
        return {name: clock.iso(value) if isinstance(value, datetime) else value for name, value in content.items()}


class BlogIndexPage(Page):
    """The one parent of all blogs."""

    objects = PageManager.from_queryset(CardedPages)()

    parent_page_types = ["home.HomePage"]
    subpage_types = ["blogs.BlogPage"]
    max_count = 1

    class Meta:
        verbose_name = _("blogs index")

    def permissions_for_user(self, user):
        return BlogIndexTester(user, self)


class BlogTag(TaggedItemBase):
    content_object = ParentalKey("blogs.BlogPage", related_name="tagged_items", on_delete=models.CASCADE)


class PostTag(TaggedItemBase):
    content_object = ParentalKey("blogs.BlogPostPage", related_name="tagged_items", on_delete=models.CASCADE)


class BlogPage(ExactTimes, Page):
    """A blog: `owner` writes it, its children are its posts. Whether it is blocked stands in its `BlogCard`."""

    description = models.TextField(_("description"), max_length=2000, blank=True)
    is_private = models.BooleanField(
        _("private"), default=False, help_text=_("Only followers whom you accepted can read the posts.")
    )
    avatar = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("avatar")
    )
    tags = ClusterTaggableManager(through=BlogTag, blank=True, verbose_name=_("tags"))

    objects = PageManager.from_queryset(CardedPages)()

    parent_page_types = ["blogs.BlogIndexPage"]
    subpage_types = ["blogs.BlogPostPage"]
    base_form_class = BlogForm
    show_in_menus_default = False

    content_panels = [
        *Page.content_panels,
        FieldPanel("description"),
        FieldPanel("avatar"),
        FieldPanel("tags"),
        FieldPanel("is_private"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("description"),
        index.RelatedFields("tags", [index.SearchField("name"), index.AutocompleteField("name")]),
        index.FilterField("is_private"),
    ]

    class Meta:
        verbose_name = _("blog")
        verbose_name_plural = _("blogs")

    def is_site_root(self):
        return False  # Wagtail would ask the database at each save

    def get_full_url(self, request=None):
        return blog_url(self.slug) if self.slug else None

    def get_url(self, request=None, current_site=None):
        return self.get_full_url()

    def permissions_for_user(self, user):
        return BlogTester(user, self)

    def serve_preview(self, request, mode_name):
        from blogs.previews import preview_blog  # needs the models

        return preview_blog(self, request)


class BlogPostPage(ExactTimes, HeadlessPreviewMixin, Page):
    """A post of the blog it is a child of. `first_published_at` is its date, `owner` its author."""

    intro = models.TextField(_("intro"), max_length=1000, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("body"))
    feature_image = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("feature image")
    )
    comments_open = models.BooleanField(_("comments open"), default=True)
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replies", verbose_name=_("reply to")
    )
    tags = ClusterTaggableManager(through=PostTag, blank=True, verbose_name=_("tags"))

    objects = PageManager.from_queryset(CardedPages)()

    parent_page_types = ["blogs.BlogPage"]
    subpage_types: list[str] = []
    base_form_class = PostForm
    show_in_menus_default = False

    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("feature_image"),
        FieldPanel("body"),
        FieldPanel("tags"),
    ]
    settings_panels = [
        *Page.settings_panels,
        FieldPanel(
            "first_published_at",
            heading=_("Date of publication"),
            help_text=_("An earlier date, if the post appeared somewhere else before. Empty: when it is published."),
        ),
        MultiFieldPanel([FieldPanel("comments_open")], _("Comments")),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("intro"),
        index.SearchField("body"),
        index.RelatedFields("tags", [index.SearchField("name"), index.AutocompleteField("name")]),
    ]

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    def is_site_root(self):
        return False  # Wagtail would ask the database at each save

    def update_aliases(self, **kwargs):
        """Posts have no aliases: they are not copied."""

    def get_full_url(self, request=None):
        if "card" in self._state.fields_cache:  # where many posts are listed
            return post_url(self.card.blog.slug, self.slug)
        blog_slug = BlogPage.objects.ancestor_of(self).values_list("slug", flat=True).first()
        return post_url(blog_slug, self.slug) if blog_slug else None

    def get_url(self, request=None, current_site=None):
        return self.get_full_url()

    def permissions_for_user(self, user):
        return PostTester(user, self)

    def make_preview_request(self, original_request=None, preview_mode=None, extra_request_attrs=None):
        from blogs.previews import place_of  # needs the models

        attributes = {**(extra_request_attrs or {}), "preview_place": place_of(original_request)}
        return super().make_preview_request(original_request, preview_mode, attributes)

    def get_client_root_url(self, request):
        return f"{settings.FRONTEND_URL}/"

    def serve_preview(self, request, mode_name):
        from blogs.previews import preview_post  # needs the models

        return preview_post(self, request)
