"""What a watcher of the server reads: health, metrics, traces."""
