"""The pages Inktree serves itself: the home page, built-in post pages, the upload page."""
