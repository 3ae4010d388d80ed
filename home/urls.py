"""The pages Inktree serves itself; last in line, because the address of a blog may be any word that is left."""

from django.urls import path

from home import upload, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("upload/", upload.upload, name="upload"),
    path("upload/token/", upload.token, name="upload-token"),
    path("<slug:blog>/", views.blog, name="blog"),
    path("<slug:blog>/<slug:post>/", views.post, name="post"),
]
