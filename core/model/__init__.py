"""The one model that all pages share."""
