"""Users as the schema shows them (`api.user_documents` writes them), and what may be sent about them."""

from rest_framework import serializers

from accounts.models import MailDigest, Role
from api.serializers.images import ImageSerializer


class UserRefSerializer(serializers.Serializer):
    username = serializers.CharField()
    name = serializers.CharField()
    avatar = ImageSerializer(allow_null=True)


class BlogRefSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()
    avatar = ImageSerializer(allow_null=True)


class BlockSerializer(serializers.Serializer):
    until = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    by = serializers.CharField(allow_null=True, help_text="User name of the moderator.")


class StorageSerializer(serializers.Serializer):
    images = serializers.IntegerField(help_text="How many images.")
    files = serializers.IntegerField(help_text="How many files.")
    bytes = serializers.IntegerField(help_text="What both take up.")
    quota = serializers.IntegerField(help_text="What both may take up.")


class UserSerializer(UserRefSerializer):
    bio = serializers.CharField()
    joined_at = serializers.DateTimeField()
    blogs = BlogRefSerializer(many=True)
    role = serializers.ChoiceField(Role.choices, required=False, help_text="Shown to moderators and admins.")
    email = serializers.EmailField(required=False, help_text="Shown to moderators and admins.")
    is_blocked = serializers.BooleanField(required=False, help_text="Shown to moderators and admins.")
    block = BlockSerializer(required=False, allow_null=True, help_text="Shown to moderators and admins.")
    storage = StorageSerializer(required=False, help_text="Shown to admins.")


class MeSerializer(UserRefSerializer):
    bio = serializers.CharField()
    joined_at = serializers.DateTimeField()
    blogs = BlogRefSerializer(many=True)
    role = serializers.ChoiceField(Role.choices)
    email = serializers.EmailField()
    email_confirmed = serializers.BooleanField()
    mail_digest = serializers.ChoiceField(MailDigest.choices)
    storage = StorageSerializer()


class TokensSerializer(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class RegisteredSerializer(TokensSerializer):
    user = MeSerializer()


class SessionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    user_agent = serializers.CharField()
    is_current = serializers.BooleanField()


class PasswordField(serializers.CharField):
    """A password as it was typed; how good a new one is, the domain says."""

    def __init__(self, **kwargs):
        super().__init__(trim_whitespace=False, write_only=True, style={"input_type": "password"}, **kwargs)


class RegistrationSerializer(serializers.Serializer):
    username = serializers.CharField(trim_whitespace=False)
    email = serializers.CharField()
    password = PasswordField()
    name = serializers.CharField(required=False, allow_blank=True, max_length=100)


class CredentialsSerializer(serializers.Serializer):
    username = serializers.CharField(help_text="User name or e-mail address.")
    password = PasswordField()


class RefreshSerializer(serializers.Serializer):
    refresh = serializers.CharField()


class PasswordChangeSerializer(serializers.Serializer):
    old_password = PasswordField()
    new_password = PasswordField()


class ResetRequestSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)


class LinkSerializer(serializers.Serializer):
    uid = serializers.CharField(max_length=40)
    token = serializers.CharField(max_length=200)


class ResetSerializer(LinkSerializer):
    new_password = PasswordField()


class ProfileSerializer(serializers.Serializer):
    name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    bio = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    mail_digest = serializers.ChoiceField(MailDigest.choices, required=False)
    email = serializers.CharField(required=False, help_text="A new address; needs `password`. It acts once confirmed.")
    password = PasswordField(required=False)

    def validate(self, attrs):
        if "email" in attrs and "password" not in attrs:
            raise serializers.ValidationError(
                {"password": "Give your password to change the address."}, code="required"
            )
        return attrs


class PasswordSerializer(serializers.Serializer):
    password = PasswordField()


class RoleSerializer(serializers.Serializer):
    role = serializers.ChoiceField(Role.choices)
