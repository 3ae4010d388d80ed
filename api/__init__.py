"""Every HTTP endpoint under /api/v2/; the only room that knows Django REST framework."""
