"""The ground floor: errors, the clock, request ids and the outbox; knows nothing of blogging."""
