from django.core.management.base import BaseCommand
from rich.progress import track

from blogs import cards
from blogs.models import BlogPage, BlogPostPage


class Command(BaseCommand):
    """Write the cards of all blogs and posts anew, or compare them with what they should be."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a card is not true")

    def handle(self, *, check: bool, **options):
        work = ((BlogPage, _rebuild_blog), (BlogPostPage, _rebuild_post))
        stale = 0
        for model, refresh in work:
            pages = model.objects.order_by("pk")
            for page in track(
                pages.iterator(500), total=pages.count(), description=str(model._meta.verbose_name_plural)
            ):
                if not check:
                    refresh(page)
                elif not cards.is_true(page):
                    stale += 1
                    self.stderr.write(f"{model._meta.verbose_name} {page.pk} ({page.slug}): the card is not true")
        if stale:
            raise SystemExit(1)


def _rebuild_blog(blog: BlogPage) -> None:
    cards.refresh_blog(blog)
    cards.recount_blog(blog.pk)


def _rebuild_post(post: BlogPostPage) -> None:
    cards.refresh_post(post)
    cards.recount_replies(post.pk)
