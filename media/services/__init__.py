"""What can be done with media: `images` and `avatars`."""
