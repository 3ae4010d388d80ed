"""Order: reports, the acts of blocking, the review workflow and the audit log."""
