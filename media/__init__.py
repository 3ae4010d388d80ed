"""Pictures and files: images, renditions, avatars, personal files, their processing and storage."""
