"""Bringing content in: from WordPress, Ghost, Markdown files, and our own exports."""
