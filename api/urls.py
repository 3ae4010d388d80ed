"""Every route of the API at a glance."""

from django.urls import path

from api.auth import (
    EmailConfirmView,
    LogoutView,
    PasswordChangeView,
    RefreshView,
    RegisterView,
    ResetRequestView,
    ResetView,
    TokenView,
)
from api.blocks import BlogBlock, UserBlock
from api.blogs import BlogAvatar, BlogListView, BlogView
from api.comments import CommentView, PostComments
from api.docs import SchemaView
from api.exports import MyExport
from api.feed_links import BlogFeedLink
from api.files import FileDownload, FileShare, FilesView, FileView
from api.follows import (
    AcceptAllRequests,
    AcceptRequest,
    BlogFollow,
    BlogFollower,
    BlogFollowers,
    FollowRequests,
    HomeFeed,
    MyFollowing,
    RejectAllRequests,
    RejectRequest,
)
from api.images import MyAvatar, UserImage, UserImages
from api.likes import MyLikes, PostLike, PostLikers, PostReplies
from api.me import MeDeleteView, MeView, SessionsView, SessionView
from api.notifications import NotificationsReadView, NotificationsView
from api.post_reads import LatestFeed, MyPosts, PostBySlugReads, PostListReads
from api.posts import (
    BlogPosts,
    PostImages,
    PostPublish,
    PostRevisions,
    PostSubmit,
    PostUnpublish,
    PostView,
    RevisionRestore,
)
from api.previews import PreviewReads
from api.reports import CommentReport, PostReport, ReportsView, ReportView
from api.search import SearchView
from api.stats import BlogStatsView
from api.sync import SyncView
from api.users import UsersView, UserView
from api.views import PostViewed
from api.wagtail.router import router as wagtail_router

urlpatterns = [
    # reading posts: first, because they are asked for most
    path("feed/latest/", LatestFeed.as_view(), name="latest-feed"),
    path("posts/", PostListReads.as_view(), name="posts"),
    path("posts/<str:id>/", PostView.as_view(), name="post"),
    path("me/posts/", MyPosts.as_view(), name="my-posts"),
    path("blogs/<str:blog>/posts/<str:slug>/", PostBySlugReads.as_view(), name="post-by-slug"),
    path("preview/", PreviewReads.as_view(), name="preview"),
    path("sync/", SyncView.as_view(), name="sync"),
    path("feed/home/", HomeFeed.as_view(), name="home-feed"),
    path("me/likes/", MyLikes.as_view(), name="my-likes"),
    path("me/following/", MyFollowing.as_view(), name="my-following"),
    path("posts/<str:id>/likes/", PostLikers.as_view(), name="post-likes"),
    path("posts/<str:id>/replies/", PostReplies.as_view(), name="post-replies"),
    # likes and comments
    path("posts/<str:id>/like/", PostLike.as_view(), name="post-like"),
    path("posts/<str:id>/view/", PostViewed.as_view(), name="post-view"),
    path("posts/<str:id>/comments/", PostComments.as_view(), name="post-comments"),
    path("comments/<str:id>/", CommentView.as_view(), name="comment"),
    # blogs
    path("blogs/", BlogListView.as_view(), name="blogs"),
    path("blogs/<str:slug>/", BlogView.as_view(), name="blog"),
    path("blogs/<str:slug>/avatar/", BlogAvatar.as_view(), name="blog-avatar"),
    path("blogs/<str:slug>/stats/", BlogStatsView.as_view(), name="blog-stats"),
    # writing posts
    path("blogs/<str:slug>/posts/", BlogPosts.as_view(), name="blog-posts"),
    path("posts/<str:id>/publish/", PostPublish.as_view(), name="post-publish"),
    path("posts/<str:id>/unpublish/", PostUnpublish.as_view(), name="post-unpublish"),
    path("posts/<str:id>/submit/", PostSubmit.as_view(), name="post-submit"),
    path("posts/<str:id>/images/", PostImages.as_view(), name="post-images"),
    path("posts/<str:id>/revisions/", PostRevisions.as_view(), name="post-revisions"),
    path("posts/<str:id>/revisions/<str:revision>/restore/", RevisionRestore.as_view(), name="revision-restore"),
    path("blogs/<str:slug>/follow/", BlogFollow.as_view(), name="blog-follow"),
    path("blogs/<str:slug>/feed-link/", BlogFeedLink.as_view(), name="blog-feed-link"),
    path("blogs/<str:slug>/followers/", BlogFollowers.as_view(), name="blog-followers"),
    path("blogs/<str:slug>/followers/<str:username>/", BlogFollower.as_view(), name="blog-follower"),
    path("blogs/<str:slug>/follow-requests/", FollowRequests.as_view(), name="follow-requests"),
    path("blogs/<str:slug>/follow-requests/accept-all/", AcceptAllRequests.as_view(), name="accept-all-requests"),
    path("blogs/<str:slug>/follow-requests/reject-all/", RejectAllRequests.as_view(), name="reject-all-requests"),
    path("blogs/<str:slug>/follow-requests/<str:username>/accept/", AcceptRequest.as_view(), name="accept-request"),
    path("blogs/<str:slug>/follow-requests/<str:username>/reject/", RejectRequest.as_view(), name="reject-request"),
    # accounts
    path("auth/register/", RegisterView.as_view(), name="register"),
    path("auth/token/", TokenView.as_view(), name="token"),
    path("auth/token/refresh/", RefreshView.as_view(), name="token-refresh"),
    path("auth/logout/", LogoutView.as_view(), name="logout"),
    path("auth/password/change/", PasswordChangeView.as_view(), name="password-change"),
    path("auth/password/reset/", ResetRequestView.as_view(), name="password-reset"),
    path("auth/password/reset/confirm/", ResetView.as_view(), name="password-reset-confirm"),
    path("auth/email/confirm/", EmailConfirmView.as_view(), name="email-confirm"),
    path("me/", MeView.as_view(), name="me"),
    path("me/delete/", MeDeleteView.as_view(), name="me-delete"),
    path("me/export/", MyExport.as_view(), name="my-export"),
    path("me/sessions/", SessionsView.as_view(), name="my-sessions"),
    path("me/sessions/<str:id>/", SessionView.as_view(), name="my-session"),
    path("me/notifications/", NotificationsView.as_view(), name="my-notifications"),
    path("me/notifications/read/", NotificationsReadView.as_view(), name="my-notifications-read"),
    path("search/", SearchView.as_view(), name="search"),
    path("users/", UsersView.as_view(), name="users"),
    path("users/<str:username>/", UserView.as_view(), name="user"),
    # moderation
    path("posts/<str:id>/report/", PostReport.as_view(), name="post-report"),
    path("comments/<str:id>/report/", CommentReport.as_view(), name="comment-report"),
    path("reports/", ReportsView.as_view(), name="reports"),
    path("reports/<str:id>/", ReportView.as_view(), name="report"),
    path("users/<str:username>/block/", UserBlock.as_view(), name="user-block"),
    path("blogs/<str:slug>/block/", BlogBlock.as_view(), name="blog-block"),
    # images
    path("users/<str:username>/images/", UserImages.as_view(), name="user-images"),
    path("users/<str:username>/images/<str:id>/", UserImage.as_view(), name="user-image"),
    path("me/avatar/", MyAvatar.as_view(), name="my-avatar"),
    # files
    path("files/", FilesView.as_view(), name="files"),
    path("files/<str:id>/", FileView.as_view(), name="file"),
    path("files/<str:id>/download/", FileDownload.as_view(), name="file-download"),
    path("files/<str:id>/share/", FileShare.as_view(), name="file-share"),
    # Wagtail's own: pages, images, documents
    path("", wagtail_router.urls),
    path("schema/", SchemaView.as_view(), name="schema"),
]
