"""Files outside of the API: share links for everybody, downloads for who works in the admin."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from wagtail.admin.auth import require_admin_access
from wagtail.permissions import policy_registry

from media.files.reads import find_shared
from media.files.sending import send
from media.models import File


@csrf_exempt
@require_safe
def shared(request: HttpRequest, share_id: UUID) -> HttpResponse:
    """The file behind a share link, for whoever has the link."""
    file = find_shared(share_id)
    if file is None:
        raise Http404
    response = send(request, file)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_admin_access
@require_safe
def download(request: HttpRequest, id: int) -> HttpResponse:
    """A file for somebody who is signed in to the admin and may change it there."""
    policy = policy_registry.get_by_type(File)
    return send(
        request,
        get_object_or_404(policy.instances_user_has_any_permission_for(request.user, ["change"]), pk=id),
    )
