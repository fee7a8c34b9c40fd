"""Policy and settings as Envoy configuration: one filter per file, one ordered table of them."""
