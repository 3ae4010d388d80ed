from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.blocks import Blockable

USERNAME_PATTERN = r"[A-Za-z0-9_-]{3,30}"


class Role(models.TextChoices):
    """What a user may do: a moderator keeps order, an admin also runs the site."""

    USER = "user", _("user")
    MODERATOR = "moderator", _("moderator")
    ADMIN = "admin", _("admin")


class MailDigest(models.TextChoices):
    """How often a user wants mail about new posts."""

    EACH = "each", _("each post")
    DAILY = "daily", _("once a day")
    NEVER = "never", _("never")


class Users(UserManager):
    """Finds users by name or address without regard to case."""

    def named(self, username: str) -> models.QuerySet:
        """The user of that name, ignoring case, as a queryset."""
        return self.annotate(folded=Lower("username")).filter(folded=username.lower())

    def addressed(self, email: str) -> models.QuerySet:
        """The user of that e-mail address, ignoring case, as a queryset."""
        return self.annotate(folded=Lower("email")).filter(folded=email.strip().lower())

    def get_by_natural_key(self, username):
        return self.named(username).get()


class User(Blockable, AbstractUser):
    """Somebody with an account: an author, a reader, a moderator or an admin."""

    first_name = None
    last_name = None
    username = models.CharField(
        _("user name"),
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(rf"^{USERNAME_PATTERN}\Z", _("Use 3 to 30 letters, digits, hyphens or underscores."))
        ],
    )
    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=100, blank=True)
    bio = models.TextField(_("biography"), max_length=2000, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.USER)
    email_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    pending_email = models.EmailField(max_length=254, blank=True, editable=False)
    mail_digest = models.CharField(_("mail about new posts"), max_length=5, choices=MailDigest, default=MailDigest.EACH)
    language = models.CharField(max_length=10, blank=True, editable=False)
    is_password_temporary = models.BooleanField(default=False, editable=False)

    objects = Users()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="one_user_per_name"),
            models.UniqueConstraint(Lower("email"), name="one_user_per_email"),
        ]

    def __str__(self):
        return self.username

    def get_full_name(self):
        return self.name or self.username

    def get_short_name(self):
        return self.name or self.username

    def _get_session_auth_hash(self, secret=None):
        """Also a block ends the admin's sessions for good: after it, everybody signs in anew."""
        kept = super()._get_session_auth_hash(secret)
        if self.blocked_at is None:
            return kept
        return salted_hmac(
            "accounts.blocked", f"{kept}{self.blocked_at.isoformat()}", secret=secret, algorithm="sha256"
        ).hexdigest()

    @property
    def is_moderator(self) -> bool:
        """Whether the user keeps order: moderators and admins do."""
        return self.role in (Role.MODERATOR, Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        """Whether the user runs the site."""
        return self.role == Role.ADMIN


class Session(models.Model):
    """One sign-in through the API. Its access tokens work until it ends; of its refresh tokens, only the newest does.

    `rotated_jtis` holds the refresh tokens exchanged a moment ago, each with the time (seconds since 1970): sending one
    of them again is an honest mistake (two tabs, a lost answer), sending an older one again is a theft.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    refresh_jti = models.UUIDField()
    rotated_jtis = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-last_used_at"], name="session_by_user")]

    def __str__(self):
        return f"{self.user_id}@{self.created_at:%Y-%m-%d}"
