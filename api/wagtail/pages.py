"""`pages/`: posts, blogs and the pages above them, in Wagtail's own form."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.http import Http404
from rest_framework import relations
from wagtail.api.v2.serializers import PageHtmlUrlField, PageSerializer, get_serializer_class
from wagtail.api.v2.utils import BadRequestError, page_models_from_string
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.api.validators import SiteFilterValidator
from wagtail.models import Page, Site

from api.serializers.wagtail import PageSerializer as PageInSchema
from api.wagtail import filters, shown
from api.wagtail.documented import HTML_PATH, TREE, documented
from api.wagtail.viewset import OurRules, Shown
from blogs.models import BlogCard, BlogPage, BlogPostPage, PostCard
from blogs.urls import blog_url, post_url
from blogs.visibility import kind_visible_to, pages_visible_to

BRIEF = ["id", "type", "detail_url", "html_url", "title"]
BRIEF_META = ["type", "detail_url", "html_url"]
HEAVY = ("body", "card__detail", "card__owner_detail")
"""What is read from the database only where `body` is asked for."""


class HtmlUrlField(PageHtmlUrlField):
    """The address for readers."""

    def to_representation(self, page):
        return shown.html_url(page)


class BriefPageField(relations.RelatedField):
    """Another page in brief: it was looked up among those the caller may see."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)

    def get_attribute(self, page):
        return self.context["view"].related_page(page, self.field_name)

    def to_representation(self, page):
        serializer = get_serializer_class(type(page), BRIEF, meta_fields=BRIEF_META, base=SeenPageSerializer)
        return serializer(context=self.context).to_representation(page)


class SeenPageSerializer(PageSerializer):
    """Wagtail's serializer, without what tells of pages the caller may not see."""

    html_url = HtmlUrlField(read_only=True)
    parent = BriefPageField()
    alias_of = BriefPageField()


class BodyField(Shown):
    """The blocks of a post."""

    def __init__(self):
        super().__init__(of=lambda post: post)

    def to_representation(self, post):
        return shown.post_body(post, self.context["_wagtail_rich_text_format"])


def stored(name: str) -> Shown:
    """A member of the stored PostCard."""
    return Shown(lambda post: shown.post_document(post)[name])


@documented("pages", PageInSchema, listing=TREE, find=[HTML_PATH])
class PagesViewSet(OurRules, PagesAPIViewSet):
    """Pages the caller may see, in their live version."""

    base_serializer_class = SeenPageSerializer
    filter_backends = [
        filters.FieldsFilter,
        filters.ChildOfFilter,
        filters.AncestorOfFilter,
        filters.DescendantOfFilter,
        filters.OrderingFilter,
        filters.TranslationOfFilter,
        filters.LocaleFilter,
        filters.SearchFilter,
    ]
    detail_query_parameters = OurRules.detail_query_parameters | {"type", "site"}
    own_fields = {
        BlogPostPage: {
            "intro": None,
            "body": BodyField(),
            "tags": stored("tags"),
            "feature_image": stored("feature_image"),
            "comments_open": None,
            "reading_minutes": stored("reading_minutes"),
            "published_at": stored("published_at"),
            "owner": Shown(shown.post_owner),
            "counts": Shown(shown.post_counts),
        },
        BlogPage: {
            "description": None,
            "tags": Shown(shown.blog_tags),
            "avatar": Shown(shown.blog_avatar),
            "is_private": None,
            "owner": Shown(shown.blog_owner),
            "counts": Shown(shown.blog_counts),
        },
    }
    cards = {BlogPostPage: shown.CARD_OF_POST, BlogPage: shown.CARD_OF_BLOG}

    # which pages

    def get_base_queryset(self):
        return self._of_site(pages_visible_to(self.viewer))

    def get_queryset(self):
        models = self._types()
        if not models:
            return self.get_base_queryset()
        if len(models) == 1:
            return self._of_site(kind_visible_to(models[0], self.viewer))
        return self.get_base_queryset().type(*models)

    def _types(self) -> tuple[type[Page], ...]:
        names = self.request.GET.get("type")
        try:
            return tuple(dict.fromkeys(page_models_from_string(names))) if names else ()
        except (LookupError, ValueError) as error:
            raise BadRequestError("type doesn't exist") from error

    def _of_site(self, pages: QuerySet) -> QuerySet:
        try:
            site = SiteFilterValidator(site=self.request.GET.get("site"), request=self.request).site_obj
        except (ValueError, Http404) as error:
            raise BadRequestError("site doesn't exist, or there are several") from error
        return pages.descendant_of(site.root_page, inclusive=True) if site else pages.none()

    def get_filter_fields(self, model):
        fields = super().get_filter_fields(model)
        fields.pop("owner", None)  # by the id of an account, which is nobody's business: `posts/?author=` takes names
        return fields

    def condition_on(self, field, value) -> Q:
        if field.name == "alias_of":
            return Q(alias_of__in=self.get_base_queryset().filter(pk=value).values("pk"))
        return super().condition_on(field, value)

    # rows

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        if isinstance(queryset, QuerySet):
            return self._with_cards(queryset)
        queryset.query_compiler.queryset = self._with_cards(queryset.query_compiler.queryset)
        return queryset

    def _with_cards(self, pages: QuerySet) -> QuerySet:
        """The queryset that reads with each page what its fields are made of."""
        related = ("locale", *self.cards.get(pages.model, ()))
        if pages.model is BlogPostPage and "body" not in self.get_serializer_class().Meta.fields:
            pages = pages.defer(*HEAVY)
        return shown.with_withheld(pages.select_related(*related))

    def paginate_queryset(self, queryset):
        pages = list(super().paginate_queryset(queryset))
        self._read_addresses(pages)
        self._read_related(pages)
        return pages

    def get_object(self):
        if not hasattr(self, "_cached_object"):
            found = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
            if found is None:
                raise Http404
            kind = found.specific_class or Page
            related = ("locale", *self.cards.get(kind, ()))
            pages = kind_visible_to(kind, self.viewer).select_related(*related)
            page = shown.with_withheld(pages).filter(pk=found.pk).first()
            if page is None:
                raise Http404
            self._read_addresses([page])
            self._read_related([page])
            self._cached_object = page
        return self._cached_object

    def related_page(self, page: Page, name: str) -> Page | None:
        """The parent of a page, or what it is an alias of, if the caller may see that."""
        if name == "alias_of":
            return self._aliased.get(page.alias_of_id)
        parent = self.get_base_queryset().filter(path=page.path[: -Page.steplen]).first() if page.depth > 1 else None
        if parent:
            self._read_addresses([parent])
        return parent

    def _read_addresses(self, pages: Sequence[Page]) -> None:
        """Give plain pages that are posts or blogs the addresses of those, in two queries."""
        plain = {page.pk: page for page in pages if type(page) is Page and page.specific_class is not Page}
        posts = [pk for pk, page in plain.items() if page.specific_class is BlogPostPage]
        for pk, blog, slug in PostCard.objects.filter(pk__in=posts).values_list("pk", "blog__slug", "slug"):
            plain[pk].address = post_url(blog, slug)
        for page in plain.values():
            if page.specific_class is BlogPage:
                page.address = blog_url(page.slug)

    def _read_related(self, pages: Sequence[Page]) -> None:
        originals = {page.alias_of_id for page in pages if page.alias_of_id}
        seen = list(self.get_base_queryset().filter(pk__in=originals)) if originals else []
        self._read_addresses(seen)
        self._aliased = {page.pk: page for page in seen}

    # find

    def find_object(self, queryset, request):
        if "html_path" in request.GET:
            parts = [part for part in request.GET["html_path"].split("/") if part]
            return self._find_by_address(queryset, parts) or self._find_in_tree(queryset, parts)
        return super().find_object(queryset, request)

    def _find_by_address(self, queryset: QuerySet, parts: list[str]) -> Page | None:
        """The blog or post with the address that `html_url` gives."""
        if len(parts) == 1:
            cards = BlogCard.objects.filter(slug=parts[0])
        elif len(parts) == 2:
            cards = PostCard.objects.filter(blog__slug=parts[0], slug=parts[1])
        else:
            return None
        return queryset.filter(pk__in=cards.values("pk")).first()

    def _find_in_tree(self, queryset: QuerySet, parts: list[str]) -> Page | None:
        """The page at a path of slugs below the site's root page."""
        site = Site.find_for_request(self.request)
        if site is None:
            return None
        root = site.root_page
        path = root.url_path + "".join(f"{part}/" for part in parts)
        slug = parts[-1] if parts else root.slug
        return queryset.filter(slug=slug, url_path=path).first()
