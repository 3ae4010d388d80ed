"""Every address of the site. The API's routes are in api/urls.py."""

from django.conf import settings
from django.urls import include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls

from accounts.admin_login import LoginView
from api import charts, feeds, sitemaps
from api.docs import DocsView
from api.errors import not_found
from api.oembed import oembed
from api.stats import AtServiceAddress
from cms.media_files import serve_media
from media.files import pages as files
from members.exporting.pages import download as download_export
from social.pages import BouncesView, unsubscribe_page

urlpatterns = [
    path("api/v2/", include("api.urls")),
    re_path(r"^api(?:/|$)", not_found),
    path("docs/", DocsView.as_view(), name="docs"),
    path("account/", include("accounts.urls")),
    path("admin/login/", LoginView.as_view()),
    path("admin/account/", include("accounts.admin_account")),
    path("admin/tag-autocomplete/", include("blogs.admin_tags")),
    path("admin/statistics/", charts.overview_chart, name="admin-statistics-overview"),
    path("admin/statistics/<str:slug>/", charts.blog_chart, name="admin-statistics"),
    path("admin/files/<int:id>/download/", files.download, name="admin-file-download"),
    path("admin/reports/site-history/", include("moderation.admin.site_history")),
    path("admin/", include(wagtailadmin_urls)),
    re_path(rf"^feeds/latest\.(?P<kind>{feeds.KINDS})$", feeds.latest, name="latest-posts-feed"),
    re_path(rf"^feeds/blogs/(?P<slug>[^/]+)\.(?P<kind>{feeds.KINDS})$", feeds.of_blog, name="blog-feed"),
    re_path(rf"^feeds/tags/(?P<tag>.+)\.(?P<kind>{feeds.KINDS})$", feeds.of_tag, name="tag-feed"),
    re_path(rf"^feeds/private/(?P<token>[\w-]{{32}})\.(?P<kind>{feeds.KINDS})$", feeds.private, name="private-feed"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/<int:number>.xml", sitemaps.part, name="sitemap-part"),
    path("robots.txt", sitemaps.robots),
    path("oembed/", oembed, name="oembed"),
    path("stats/blogs/<str:slug>/", AtServiceAddress.as_view(), name="stats-as-service"),
    path("s/<uuid:share_id>/", files.shared, name="share"),
    path("exports/<str:token>/", download_export, name="export"),
    path("unsubscribe/<str:token>/", unsubscribe_page, name="unsubscribe"),
    *([path("hooks/ses/", BouncesView.as_view())] if settings.AWS_SNS_EVENT_TRUSTED_TOPIC_ARNS else []),
    re_path(rf"^{settings.MEDIA_URL.strip('/')}/(?P<name>.+)$", serve_media, name="media"),
    *([path("", include("cms.frontend"))] if settings.FRONTEND_DIST else []),
    path("", include("home.urls")),
]

handler400 = "cms.error_pages.bad_request"
handler403 = "cms.error_pages.permission_denied"
handler404 = "cms.error_pages.not_found"
handler500 = "cms.error_pages.server_error"
