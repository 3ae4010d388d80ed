"""What others carry on: the list for mirrors, feeds and their secret addresses, the sitemap, cards for embedding."""
