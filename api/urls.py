"""Every route of the API at a glance."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from api.blog_reads import BlogListReads
from api.comments import CommentView, PostComments
from api.likes import PostLike
from api.post_reads import LatestFeed, MyPosts, PostBySlugReads, PostListReads

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
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]
