from django.conf import settings
from django.db import models

from blogs.models.cards import BlogCard, PostCard


class Withheld(models.Model):
    """A like or follow of a blocked user that does not count until his block ends (`until` null: while it lasts).

    The counters on the cards count it on; whoever shows them takes off what is withheld at the moment. So a counter is
    right again the moment a block ends, without any job.

    The foreign keys to cards are no constraints, so that a block waits for nobody who writes to a card.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class WithheldLike(Withheld):
    """A like that does not count now."""

    post = models.ForeignKey(
        PostCard, on_delete=models.CASCADE, related_name="withheld_likes", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "user"], name="one_withheld_like_per_user_and_post")]

    def __str__(self):
        return f"like of {self.user_id} on {self.post_id}"


class WithheldFollow(Withheld):
    """A follow that does not count now."""

    blog = models.ForeignKey(
        BlogCard, on_delete=models.CASCADE, related_name="withheld_follows", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blog", "user"], name="one_withheld_follow_per_user_and_blog")]

    def __str__(self):
        return f"follow of {self.user_id} of {self.blog_id}"
