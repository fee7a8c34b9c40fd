"""The server's log on stderr: one JSON object a line, one line a request."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

REQUESTS = logging.getLogger("regiongate.requests")
"""Gets each request when it has been answered, its facts in `facts`."""

ERRORS = logging.getLogger("uvicorn.error")
"""Gets what broke, with its traceback."""

FACTS = "facts"


def log_request(facts: dict[str, Any]) -> None:
    """Log a request that was answered."""
    REQUESTS.info("request", extra={FACTS: facts})


class JsonLines(logging.Formatter):
    """Records as JSON: `time`, `level`, `message`, then the facts, then what broke."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {"time": at, "level": record.levelname.lower(), "message": record.getMessage()}
        said |= getattr(record, FACTS, {})
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def log_to_stderr() -> None:
    """Let both loggers write to stderr, and nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for logger, level in ((REQUESTS, logging.INFO), (ERRORS, logging.WARNING)):
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
