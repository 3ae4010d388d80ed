"""Measures reads and writes against a bare Django view and stock Wagtail: `make bench`."""
