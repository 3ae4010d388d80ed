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
    "syndication",
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

MIDDLEWARE = [
    "core.clients.ForwardedMiddleware",
    "core.request_ids.RequestIdMiddleware",
    "cms.probes.ProbesMiddleware",
    "cms.metrics.MetricsMiddleware",
    "cms.middleware.BodyLimitMiddleware",
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    "cms.middleware.ApiOrPageMiddleware",
]
# What the last of these sends pages through, and requests to the API not.
PAGE_MIDDLEWARE = [
    "cms.headers.PageHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.TemporaryPasswordMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "home.redirects.VisibleRedirectMiddleware",
    "blogs.admin_doors.AdminDoorsMiddleware",
    "cms.middleware.DomainErrorMiddleware",
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
