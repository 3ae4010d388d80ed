"""What readers do: likes, comments, notifications and mail."""
