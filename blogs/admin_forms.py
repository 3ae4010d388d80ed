"""The admin's forms for blogs and posts: the rules of the services, told beside the fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import copy

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import StructBlockValidationError
from wagtail.blocks.stream_block import StreamBlockValidationError

from core.errors import DomainError, Invalid, Problem, Problems
from media.models import Image

NOT_YOURS = "not_yours"
UNFINISHED = {"blank", "required"}
"""What may be wrong with a draft."""


class OwnImagesForm(WagtailAdminPageForm):
    """Takes images only of the owner of the page.

    Another's image is dropped from what was sent before anything looks it up, because the editor, shown again with
    the errors, would tell its title and show it.
    """

    image_field = ""

    def __init__(self, data=None, files=None, *args, **kwargs):
        super().__init__(data, files, *args, **kwargs)
        self.refused: set[str] = set()
        if "slug" in self.fields:
            self.fields["slug"].required = False  # one is made of the title
        field = self.fields.get(self.image_field)
        if field is not None:
            field.queryset = Image.objects.filter(uploaded_by_user=self.owner_id)
            if self.is_bound:
                self._refuse_foreign_image(self.image_field, field)

    @property
    def owner_id(self) -> int | None:
        """Whose page it is, or is going to be."""
        if self.instance.owner_id:
            return self.instance.owner_id
        return self.for_user.pk if self.for_user else None

    def clean(self):
        cleaned = super().clean()
        if self.image_field in self.refused:
            self.add_error(self.image_field, ValidationError(_("Choose one of your own images."), code=NOT_YOURS))
        return cleaned

    def save(self, commit=True):
        if self.instance._state.adding:
            self.instance.live = False  # publishing makes it live, and nothing before
        return super().save(commit=commit)

    def read(self, name: str, reader: Callable[..., object], *args) -> None:
        """Replace what was given for a field by what a service's reader makes of it."""
        if name not in self.cleaned_data or not self.cleaned_data[name]:
            return
        problems = Problems()
        self.cleaned_data[name] = reader(self.cleaned_data[name], *args, problems)
        for problem in problems.found:
            self.add_error(name, ValidationError(problem.detail, code=problem.code))

    def take_slug(self, take: Callable[[str], str], make: Callable[[str], str]) -> None:
        """Let a service check the slug, or make one of the title."""
        from blogs.services.slugs import read_slug

        self.read("slug", read_slug)
        if "slug" in self.errors or not self.cleaned_data.get("title"):
            return
        if not self.cleaned_data.get("slug"):
            self.cleaned_data["slug"] = self.instance.slug or make(self.cleaned_data["title"])
            return
        try:
            self.cleaned_data["slug"] = take(self.cleaned_data["slug"])
        except Invalid as error:
            for problem in error.problems:
                self.add_error("slug", ValidationError(problem.detail, code=problem.code))

    def read_texts(self, **lengths: int) -> None:
        """Read the title, the tags, what search engines are told, and further texts of these lengths."""
        from blogs.services import fields

        self.read("title", fields.read_title)
        self.read("tags", fields.read_tags)
        for name, length in lengths.items():
            self.read(
                name, lambda text, problems, name=name, length=length: fields.read_text(text, name, problems, length)
            )
        for name, length in {
            "seo_title": fields.SEO_TITLE_LENGTH,
            "search_description": fields.SEO_DESCRIPTION_LENGTH,
        }.items():
            self.read(
                name, lambda text, problems, name=name, length=length: fields.read_line(text, name, problems, length)
            )

    def _refuse_foreign_image(self, name: str, field) -> None:
        key = self.add_prefix(name)
        given = field.widget.value_from_datadict(self.data, self.files, key)
        if not given:
            return
        try:
            field.clean(given)
        except ValidationError:
            self.data = self.data.copy()
            self.data[key] = ""
            self.refused.add(name)


class BlogForm(OwnImagesForm):
    """The form of a blog."""

    image_field = "avatar"

    def clean(self):
        from blogs.models import BlogIndexPage
        from blogs.services.fields import DESCRIPTION_LENGTH
        from blogs.services.slugs import free_blog_slug, take_blog_slug

        cleaned = super().clean()
        self.read_texts(description=DESCRIPTION_LENGTH)
        index = BlogIndexPage.objects.first()
        blog = self.instance if self.instance.pk else None
        self.take_slug(
            lambda slug: take_blog_slug(slug, index=index, blog=blog), lambda title: free_blog_slug(title, index=index)
        )
        return cleaned


class PostForm(OwnImagesForm):
    """The form of a post."""

    image_field = "feature_image"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "body" in self.fields:
            widget = copy(self.fields["body"].widget)
            read = widget.value_from_datadict
            widget.value_from_datadict = lambda *given: self._without_foreign_images(self._read_blocks(read, *given))
            self.fields["body"].widget = widget

    def clean(self):
        from blogs.services.fields import INTRO_LENGTH
        from blogs.services.slugs import free_post_slug

        cleaned = super().clean()
        self.read_texts(intro=INTRO_LENGTH)
        # Whether a sibling has the slug was asked above; one that a sibling once had is free to take.
        self.take_slug(lambda slug: slug, lambda title: free_post_slug(title, blog=self.parent_page))
        if "shape of body" in self.refused:
            self._add_body_errors([Problem(_("The text did not arrive as the editor sends it."), "invalid")])
        elif "body" in self.refused:
            message = _("Images in the text have to be your own. Those of others were taken out.")
            self._add_body_errors([Problem(message, NOT_YOURS)])
        elif "body" in cleaned:
            self._read_body(cleaned)
        return cleaned

    def clean_first_published_at(self):
        """The date as the API takes it: past, and not after the real one. What the editor shows has no seconds."""
        from blogs.services.fields import check_past
        from blogs.services.posts import first_publication

        given, present = self.cleaned_data["first_published_at"], self.instance.first_published_at
        if given is None or (present and given == present.replace(second=0, microsecond=0)):
            return present
        problems = Problems()
        latest = first_publication(self.instance) if self.instance.pk else None
        check_past(given, "published_at", problems, latest=latest)
        if problems.found:
            raise ValidationError(problems.found[0].detail, code=problems.found[0].code)
        return given

    def _read_body(self, cleaned: dict) -> None:
        """Bring the body into the form that the API would store, with the same limits."""
        from blogs.body import from_blocks

        is_draft = self.is_deferred_validation  # and need not be complete
        try:
            blocks = from_blocks([_as_sent(block) for block in cleaned["body"].get_prep_value()], own_images=set)
        except DomainError as error:
            problems = [problem for problem in error.problems if not (is_draft and problem.code in UNFINISHED)]
            self._add_body_errors(problems)
        else:
            if not is_draft:  # what is still empty stays, where it was put
                cleaned["body"] = self.fields["body"].block.to_python(blocks)

    def _add_body_errors(self, problems: list[Problem]) -> None:
        """Show problems beside the blocks they are about (`body.3.level`), or above all."""
        in_blocks: dict[int, dict[str, ValidationError]] = defaultdict(dict)
        simple: dict[int, ValidationError] = {}
        general = ErrorList()
        for problem in problems:
            error = ValidationError(problem.detail, code=problem.code)
            _body, _dot, place = (problem.attr or "").partition(".")
            number, _dot, name = place.partition(".")
            if number.isdigit() and name.isidentifier() and name != "value":
                in_blocks[int(number)][name] = error
            elif number.isdigit() and name == "value":
                simple[int(number)] = error
            else:
                general.append(error)
        errors = {number: StructBlockValidationError(block_errors=found) for number, found in in_blocks.items()}
        if problems:
            self.add_error(
                "body", StreamBlockValidationError(block_errors={**errors, **simple}, non_block_errors=general)
            )

    def _read_blocks(self, read: Callable, *given):
        """The body as the editor sends it; of anything else, nothing."""
        try:
            return read(*given)
        except (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError):
            self.refused.add("shape of body")
            return self.fields["body"].block.to_python([])

    def _without_foreign_images(self, body):
        """The body as it was sent, with nothing in the places of images of others."""
        for block in body or ():
            if block.block_type == "image" and self._is_foreign(block.value.get("image")):
                block.value["image"] = None
                self.refused.add("body")
            elif block.block_type == "gallery":
                for place, image in enumerate(block.value):
                    if self._is_foreign(image):
                        block.value[place] = None
                        self.refused.add("body")
        return body

    def _is_foreign(self, image: Image | None) -> bool:
        return image is not None and image.uploaded_by_user_id != self.owner_id


def _as_sent(block: dict) -> dict:
    """A stored block in the form in which clients send it."""
    kind, value = block["type"], block["value"]
    if kind == "heading":
        value = {**value, "level": int(value.get("level") or 2)}
    elif kind == "gallery":
        value = [item["value"] for item in value or []]
    return {**block, "value": value}
