"""The one shape of every error, as the schema shows it; `api.errors` writes it."""

from rest_framework import serializers


class ProblemSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="Stable and machine-readable.")
    detail = serializers.CharField(help_text="A sentence for people.")
    attr = serializers.CharField(allow_null=True, help_text="The field or parameter it is about.")


class ErrorSerializer(serializers.Serializer):
    type = serializers.ChoiceField(["validation_error", "client_error", "server_error"])
    errors = ProblemSerializer(many=True)


class UserBlockedSerializer(ErrorSerializer):
    """The error of a user who is blocked."""

    until = serializers.DateTimeField(required=False, allow_null=True, help_text="When the block ends; null: never.")
