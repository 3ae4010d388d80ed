"""The statistics microservice: counts what the CMS tells it, and shows the figures; imports nothing of the CMS."""
