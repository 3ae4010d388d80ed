"""The mails to readers: what stands in them, and whether their recipient may still have them."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.languages import language_of
from accounts.models import MailDigest, User
from accounts.services.profiles import one_line
from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogPostPage, Follow, PostCard
from blogs.urls import blog_url, post_url
from core import bounces, clock
from social import unsubscribing
from social.models import Delivery, Muting

MOST_IN_DIGEST = 50


def write_letter(delivery: Delivery, posts: list[int]) -> EmailMultiAlternatives | None:
    """The mail of a delivery, or None where its user does not want it, or may not have it any more.

    `posts` are the ids of the posts it is to tell of, if it tells of posts.
    """
    user = delivery.user
    if not _may_be_written_to(user):
        return None
    with translation.override(language_of(user)):
        return _write(delivery, posts)


def _write(delivery: Delivery, posts: list[int]) -> EmailMultiAlternatives | None:
    user = delivery.user
    if delivery.kind in (Delivery.Kind.POST, Delivery.Kind.DIGEST):
        cards = list(_posts_for(user, posts)[:MOST_IN_DIGEST])
        if not cards:
            return None
        if delivery.kind == Delivery.Kind.DIGEST:
            return _digest(delivery, cards)
        return _new_post(delivery, cards[0])
    return _of_following(delivery)


def _may_be_written_to(user: User) -> bool:
    return bool(
        user.is_active
        and user.email_confirmed_at
        and user.mail_digest != MailDigest.NEVER
        and not user.is_blocked(clock.now())
        and not bounces.is_refused(user.email)
    )


def _posts_for(user: User, posts: list[int]):
    """The posts among these of blogs that the user follows without having muted them, and may read now."""
    follows = Follow.objects.filter(blog=OuterRef("blog"), user=user, accepted_at__isnull=False)
    muted = Muting.objects.filter(blog=OuterRef("blog"), user=user)
    follows = follows.exclude(Exists(muted.filter(created_at__gte=OuterRef("created_at"), blog=OuterRef("blog"))))
    found = PostCard.objects.filter(visibility.listed(Viewer.of(user)), Exists(follows), pk__in=posts)
    return found.exclude(author=user).select_related("blog", "author").order_by("published_at", "pk")


def _new_post(delivery: Delivery, card: PostCard) -> EmailMultiAlternatives:
    [post] = _described([card])
    way_out = unsubscribing.url_for(user=delivery.user_id, blog=card.blog_id)
    name = card.author.get_short_name()
    letter = _letter("new_post", delivery, f"{card.blog.title}: {card.title}", way_out, post=post, author=name)
    letter.extra_headers["List-Id"] = f"<{card.blog_id}.blogs.{_domain()}>"
    return letter


def _digest(delivery: Delivery, cards: list[PostCard]) -> EmailMultiAlternatives:
    subject = _("New: %(title)s") % {"title": cards[0].title}
    if len(cards) > 1:
        subject = ngettext("%(count)s new post", "%(count)s new posts", len(cards)) % {"count": len(cards)}
    way_out = unsubscribing.url_for(user=delivery.user_id)
    return _letter("digest", delivery, subject, way_out, posts=_described(cards))


def _of_following(delivery: Delivery) -> EmailMultiAlternatives | None:
    follow = delivery.follow
    blog = visibility.blogs_existing_for(Viewer.of(delivery.user)).filter(pk=follow.blog_id).first()
    is_request = delivery.kind == Delivery.Kind.FOLLOW_REQUEST
    if blog is None or is_request is (follow.accepted_at is not None):
        return None
    way_out = unsubscribing.url_for(user=delivery.user_id)
    facts = {"blog": blog, "blog_url": blog_url(blog.slug)}
    if not is_request:
        return _letter(
            "follow_accepted", delivery, _("You now follow %(blog)s") % {"blog": blog.title}, way_out, **facts
        )
    reader = follow.user
    if not reader.is_active or reader.is_blocked(clock.now()) or blog.owner_id != delivery.user_id:
        return None
    subject = _("%(reader)s would like to follow %(blog)s") % {
        "reader": reader.get_short_name(),
        "blog": blog.title,
    }
    return _letter("follow_request", delivery, subject, way_out, reader=reader, **facts)


def _described(cards: list[PostCard]) -> list[dict]:
    intros = dict(BlogPostPage.objects.filter(pk__in=[card.pk for card in cards]).values_list("pk", "intro"))
    return [
        {
            "title": one_line(card.title),
            "intro": intros.get(card.pk, ""),
            "blog": one_line(card.blog.title),
            "author": card.author.get_short_name(),
            "url": post_url(card.blog.slug, card.slug),
        }
        for card in cards
    ]


def _letter(template: str, delivery: Delivery, subject: str, way_out: str, **facts) -> EmailMultiAlternatives:
    facts |= {
        "subject": one_line(subject),
        "user": delivery.user,
        "unsubscribe_url": way_out,
        "site_name": settings.WAGTAIL_SITE_NAME,
        "site_url": settings.BASE_URL,
    }
    headers = {
        "Message-ID": _message_id(delivery),
        "List-Unsubscribe": f"<{way_out}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    text = render_to_string(f"mail/{template}.txt", facts)
    letter = EmailMultiAlternatives(facts["subject"], text, to=[delivery.user.email], headers=headers)
    letter.attach_alternative(render_to_string(f"mail/{template}.html", facts), "text/html")
    return letter


def _message_id(delivery: Delivery) -> str:
    """The same for each copy of a mail, so that mail programs show a second copy as the first."""
    digest = salted_hmac("social.letters", f"{delivery.pk}:{delivery.kind}", algorithm="sha256").hexdigest()
    return f"<{delivery.kind}.{delivery.pk}.{digest[:24]}@{_domain()}>"


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
