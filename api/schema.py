"""The OpenAPI schema: what every operation has without saying so."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from wagtail.api.v2.views import BaseAPIViewSet

from api.authentication import IsSignedInOrReads
from api.reading import ReadView
from api.serializers.errors import ErrorSerializer

PREFIX = "/api/v2/"
SAFE = ("GET", "HEAD", "OPTIONS")
REFUSALS = {
    "400": "Something in the request is wrong: `errors` says what, field by field.",
    "401": "No valid access token.",
    "403": "The caller may not do this.",
    "404": "It does not exist, or the caller may not know that it does.",
    "406": "None of the media types that `Accept` asks for.",
    "409": "The current state does not allow it.",
    "413": "More bytes than are accepted.",
    "415": "A media type that is not accepted.",
    "429": "Too many requests; `Retry-After` says how many seconds to wait.",
}


class Schema(AutoSchema):
    """DRF's `DEFAULT_SCHEMA_CLASS`: adds to each operation the errors it can end with, and who may call it."""

    def get_auth(self):
        auth = super().get_auth()
        return [*auth, {}] if auth and self._is_open() and {} not in auth else auth

    def _is_open(self) -> bool:
        """Nobody needs to be signed in for this operation."""
        permissions = self.view.get_permissions()
        return not permissions or (
            self.method in SAFE and all(type(permission) is IsSignedInOrReads for permission in permissions)
        )

    def _get_response_bodies(self, direction="response"):
        responses = super()._get_response_bodies(direction)
        if direction != "response":
            return responses
        if self.method == "GET" and isinstance(self.view, ReadView | BaseAPIViewSet) and "200" in responses:
            responses["304"] = {"description": "The caller has it already: `If-None-Match` named its `ETag`."}
        if "/blogs/{" in self.path and "308" not in responses:
            responses["308"] = {"description": "The blog has another slug now: `Location` says where to ask again."}
        for code in self._refusals():
            if code not in responses:
                refusal = OpenApiResponse(ErrorSerializer, REFUSALS[code])
                responses[code] = self._get_response_for_code(refusal, code, ["application/json"])
        other = OpenApiResponse(ErrorSerializer, "Any other error.")
        responses["default"] = self._get_response_for_code(other, "default", ["application/json"])
        return dict(sorted(responses.items()))

    def _refusals(self) -> list[str]:
        codes = ["400"]
        if self.view.get_authenticators():
            codes.append("401")
        if self.method not in SAFE or not self._is_open():
            codes.append("403")
        if "{" in self.path:
            codes.append("404")
        if not (self.method == "GET" and isinstance(self.view, ReadView)):  # which give JSON whatever is asked for
            codes.append("406")
        if self.method not in SAFE:
            codes += ["409", "413", "415", "429"]
        return codes


def only_api(endpoints):
    """Keep the operations of the API: the admin's own are nobody else's business."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(PREFIX)]
