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
from api.blog_reads import BlogListReads
from api.comments import CommentView, PostComments
from api.docs import SchemaView
from api.images import MyAvatar, UserImage, UserImages
from api.likes import PostLike
from api.me import MeDeleteView, MeView, SessionsView, SessionView
from api.post_reads import LatestFeed, MyPosts, PostBySlugReads, PostListReads
from api.users import UsersView, UserView
from api.wagtail.router import router as wagtail_router

urlpatterns = [
    # reading posts: first, because they are asked for most
    path("feed/latest/", LatestFeed.as_view(), name="latest-feed"),
    path("posts/", PostListReads.as_view(), name="posts"),
    path("me/posts/", MyPosts.as_view(), name="my-posts"),
    path("blogs/<str:blog>/posts/<str:slug>/", PostBySlugReads.as_view(), name="post-by-slug"),
    # likes and comments
    path("posts/<str:id>/like/", PostLike.as_view(), name="post-like"),
    path("posts/<str:id>/comments/", PostComments.as_view(), name="post-comments"),
    path("comments/<str:id>/", CommentView.as_view(), name="comment"),
    # blogs
    path("blogs/", BlogListReads.as_view(), name="blogs"),
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
    path("me/sessions/", SessionsView.as_view(), name="my-sessions"),
    path("me/sessions/<str:id>/", SessionView.as_view(), name="my-session"),
    path("users/", UsersView.as_view(), name="users"),
    path("users/<str:username>/", UserView.as_view(), name="user"),
    # images
    path("users/<str:username>/images/", UserImages.as_view(), name="user-images"),
    path("users/<str:username>/images/<str:id>/", UserImage.as_view(), name="user-image"),
    path("me/avatar/", MyAvatar.as_view(), name="my-avatar"),
    # Wagtail's own: pages, images, documents
    path("", wagtail_router.urls),
    path("schema/", SchemaView.as_view(), name="schema"),
]
