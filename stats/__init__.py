"""The statistics microservice; imports nothing of the CMS."""
