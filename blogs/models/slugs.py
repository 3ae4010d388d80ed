from django.db import models

from blogs.models.pages import BlogPage, BlogPostPage


class OldBlogSlug(models.Model):
    """A slug a blog once had: it stays reserved for that blog and redirects to it."""

    slug = models.CharField(max_length=255, unique=True)
    blog = models.ForeignKey(BlogPage, on_delete=models.CASCADE, related_name="old_slugs")

    def __str__(self):
        return self.slug


class OldPostSlug(models.Model):
    """A slug a post once had in its blog; it redirects until another post of the blog takes it."""

    blog = models.ForeignKey(BlogPage, on_delete=models.CASCADE, related_name="+")
    slug = models.CharField(max_length=255)
    post = models.ForeignKey(BlogPostPage, on_delete=models.CASCADE, related_name="old_slugs")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blog", "slug"], name="one_old_slug_per_blog")]

    def __str__(self):
        return self.slug
