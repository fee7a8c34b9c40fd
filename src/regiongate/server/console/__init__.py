"""The console: pages for the people of the provider, one file per page."""
