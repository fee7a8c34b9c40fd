"""The server: a JSON API, public pages and a console over the use cases of `control`."""
