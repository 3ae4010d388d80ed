"""What the site is made of: apps, middlewares, templates."""

from cms.environment import BASE_DIR
from cms.settings.addresses import CORS_ALLOWED_ORIGINS
from cms.settings.debugging import DEBUG

INSTALLED_APPS = [
    # Our rooms, from the top down: a template or command of a room wins over one below it.
    "api",
    "home",
    "search",
    "members",
    "moderation",
    "social",
    "blogs",
    "media",
    "accounts",
    "core",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "members.apps.UsersAppConfig",  # wagtail.users
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.api.v2",
    "wagtail",
    "wagtail_headless_preview",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "corsheaders",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]

# Requests to the API pass only the first part; see cms.middleware.
MIDDLEWARE = [
    "core.request_ids.RequestIdMiddleware",
    "cms.middleware.BodyLimitMiddleware",
    "cms.middleware.ApiHeadersMiddleware",
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    "cms.middleware.PageSecurityMiddleware",
    "cms.middleware.PageStaticFilesMiddleware",
    "cms.middleware.PageSessionMiddleware",
    "cms.middleware.PageLocaleMiddleware",
    "cms.middleware.PageCommonMiddleware",
    "cms.middleware.PageCsrfMiddleware",
    "cms.middleware.PageAuthenticationMiddleware",
    "cms.middleware.PageMessageMiddleware",
    "cms.middleware.PageTemporaryPasswordMiddleware",
    "cms.middleware.PageClickjackingMiddleware",
    "cms.middleware.PageRedirectMiddleware",
    "blogs.admin_doors.AdminDoorsMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                *(["django.template.context_processors.debug"] if DEBUG else []),
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
