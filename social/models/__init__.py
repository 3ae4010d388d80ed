from social.models.comments import Comment
from social.models.deliveries import Announcement, Delivery, Muting, Outcome
from social.models.likes import Like
from social.models.notifications import Kind, Notification
from social.models.views import PostViews, Reading, Salt

__all__ = [
    "Announcement",
    "Comment",
    "Delivery",
    "Kind",
    "Like",
    "Muting",
    "Notification",
    "Outcome",
    "PostViews",
    "Reading",
    "Salt",
]
