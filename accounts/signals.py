"""News from this room for those above it, sent inside the transaction of the change."""

from django.dispatch import Signal

user_changed = Signal()
"""What others see of `user` (name, avatar, role, whether he is there at all) is about to be different."""
