"""The tests, one folder per room; `servers` starts what they run against."""
