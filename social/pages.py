"""The page behind the way out of mails, and the address at which Amazon's SES tells of mail that came back."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_ses.views import SESEventWebhookView

from core.errors import NotFound
from social.unsubscribing import find_subscription, unsubscribe


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token in the address is what counts
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link is about, which changes nothing, since mail scanners open it; or, posted to, end those mails.

    Without the field `all` they are those about the blog of the link.
    """
    try:
        subscription = find_subscription(token)
    except NotFound as error:
        raise Http404 from error
    is_done = request.method == "POST"
    from_all = subscription.blog is None or bool(request.POST.get("all"))
    if is_done:
        unsubscribe(subscription, from_all=from_all)
    facts = {"blog": subscription.blog, "is_done": is_done, "from_all": from_all}
    response = render(request, "social/unsubscribe.html", facts)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address holds the token
    return response


class BouncesView(SESEventWebhookView):
    """What SNS tells of bounces and complaints, with Amazon's signature and from a topic of ours (`SES_TOPIC_ARNS`)."""

    def post(self, request, *args, **kwargs):
        try:
            told = json.loads(request.body)
        except ValueError:
            told = None
        return super().post(request) if isinstance(told, dict) else HttpResponseBadRequest("Not a notification.")
