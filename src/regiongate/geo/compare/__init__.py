"""Sources laid over each other and weighed: where they speak, and where they disagree."""
