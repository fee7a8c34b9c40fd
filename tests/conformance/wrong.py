"""An endpoint that answers rightly, but for one fault that the base URL names.

`http://HOST:PORT/FAULT/v1` has that fault and no other; `none` has none. Both dialects.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Events = list[dict[str, Any]]
SEEN: list[str] = []
"""The request lines that came under `/elsewhere`, where nothing may ever come."""


def chat(asked: dict[str, Any]) -> dict[str, Any]:
    """OpenAI's answer in one piece."""
    tools = bool(asked.get("tools")) and asked["messages"][-1]["role"] == "user"
    call = {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    calls = [{"id": f"call_{n}", "type": "function", "function": call} for n in (1, 2)]
    message: dict[str, Any] = {"role": "assistant", "content": "alpha beta"}
    if tools:
        message["tool_calls"] = calls
    cut = asked.get("max_tokens") == 5
    end = "tool_calls" if tools else "length" if cut else "stop"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": end}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }


def chunks(asked: dict[str, Any]) -> Events:
    """OpenAI's answer as a stream."""
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": asked["model"]}
    deltas: Events = [{"role": "assistant", "content": ""}, {"content": "one "}, {"content": "two"}]
    found = [{**head, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    found.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    return [*found, {**head, "choices": [], "usage": usage}]


def message(asked: dict[str, Any]) -> dict[str, Any]:
    """Anthropic's answer in one piece."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": [{"type": "text", "text": "alpha beta"}],
        "stop_reason": "max_tokens" if asked.get("max_tokens") == 5 else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 2},
    }


def events(asked: dict[str, Any]) -> Events:
    """Anthropic's answer as a stream."""
    start = {**message(asked), "content": [], "stop_reason": None}
    text = [{"type": "text_delta", "text": word} for word in ("one ", "two")]
    return [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in text),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 2},
        },
        {"type": "message_stop"},
    ]


def _put(answer: dict[str, Any], value: Any, *path: Any) -> None:
    *way, last = path
    place: Any = answer
    for step in way:
        place = place[step]
    place[last] = value


ODD_CALL = {"name": "get_weather", "arguments": {"city": "Paris"}}


def _each_call(answer: dict[str, Any], change: dict[str, Any]) -> None:
    for call in answer["choices"][0]["message"].get("tool_calls", []):
        call.update(change)


WHOLE: dict[str, Callable[[dict[str, Any]], None]] = {
    "no-usage": lambda answer: _put(answer, None, "usage"),
    "wrong-sum": lambda answer: answer.get("usage", {}).update(total_tokens=9),
    "odd-end": lambda answer: _put(answer, "done", "choices", 0, "finish_reason"),
    "limit-unsaid": lambda answer: _put(answer, "stop", "choices", 0, "finish_reason"),
    "no-choices": lambda answer: _put(answer, [], "choices"),
    "no-text": lambda answer: _put(answer, "", "choices", 0, "message", "content"),
    "empty-block": lambda answer: _put(answer, "", "content", 0, "text"),
    "arguments-as-object": lambda answer: _each_call(answer, {"function": ODD_CALL}),
    "same-call-ids": lambda answer: _each_call(answer, {"id": "call_1"}),
    "chance": lambda answer: _put(
        answer, str(time.perf_counter_ns()), "choices", 0, "message", "content"
    ),
    "odd-stop-reason": lambda answer: _put(answer, "stop", "stop_reason"),
    "no-output-tokens": lambda answer: answer["usage"].pop("output_tokens"),
}
"""Faults of answers in one piece."""

STREAMED: dict[str, Callable[[Events], Events]] = {
    "text-after-end": lambda e: [*e[:2], e[3], e[2], e[4]],
    "two-ends": lambda e: [*e[:4], *e[3:]],
    "no-role": lambda e: e[1:],
    "id-changes": lambda e: [{**one, "id": str(n)} for n, one in enumerate(e)],
    "no-stream-usage": lambda e: e[:-1],
    "usage-everywhere": lambda e: [{**one, "usage": e[-1]["usage"]} for one in e],
    "delta-first": lambda e: [e[0], e[2], e[1], *e[3:]],
    "block-open": lambda e: [*e[:4], *e[5:]],
    "no-message-stop": lambda e: e[:-1],
    "no-delta-usage": lambda e: [{k: v for k, v in one.items() if k != "usage"} for one in e],
}
"""Faults of streams; those that are not named here leave a stream as it is."""


class Wrong(BaseHTTPRequestHandler):
    """One request. HTTP/1.0: an answer ends with its connection."""

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""

    def handle(self) -> None:
        """A client that was told too much hangs up, which is what is wanted here."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """The list of models."""
        fault = self._fault()
        if fault == "refuses-key":
            self._json(401, {"error": {"message": "no", "type": "authentication_error"}})
        elif fault == "redirect":
            self._redirect()
        elif fault == "slow-head":
            self._trickle()
        else:
            model = {"id": "m", "object": "model", "type": "model", "display_name": "m"}
            self._json(200, {"object": "list", "data": [model], "has_more": False})

    def do_POST(self) -> None:
        """A chat or a message, plain or streamed."""
        fault = self._fault()
        sent = self.rfile.read(int(self.headers["content-length"]))
        if not self.path.endswith(("/chat/completions", "/messages")):
            self._json(404, {"error": {"message": "no such path"}})
            return
        asked = json.loads(sent)
        told = hostile(fault, self)
        if told is not None:
            return
        if not asked.get("messages") or asked["model"].startswith("no-such"):
            self._refuse(fault, 400 if not asked.get("messages") else 404)
        elif asked.get("stream"):
            self._stream(fault, asked)
        else:
            answer = message(asked) if self.path.endswith("/messages") else chat(asked)
            if fault in WHOLE:
                WHOLE[fault](answer)
            self._json(200, answer)

    def _fault(self) -> str:
        if self.path.startswith("/elsewhere"):
            SEEN.append(self.path)
        return self.path.split("/")[1]

    def _refuse(self, fault: str, status: int) -> None:
        code = "model_not_found" if status == 404 else None
        error = {"message": "no", "type": "invalid_request_error", "code": code, "param": None}
        plain = fault == "plain-errors"
        self._json(
            500 if fault == "error-500" else status,
            {"detail": "no"} if plain else {"type": "error", "error": error},
        )

    def _stream(self, fault: str, asked: dict[str, Any]) -> None:
        ours = self.path.endswith("/messages")
        found = events(asked) if ours else chunks(asked)
        if fault in STREAMED:
            found = STREAMED[fault](found)
        self.head(200, "text/plain" if fault == "odd-type" else "text/event-stream")
        for event in found:
            name = f"event: {event['type']}\n" if ours and fault != "unnamed" else ""
            self.wfile.write(f"{name}data: {json.dumps(event)}\n\n".encode())
        if not ours and fault != "no-done":
            self.wfile.write(b"data: [DONE]\n\n")

    def _json(self, status: int, document: object) -> None:
        self.head(status, "application/json")
        self.wfile.write(json.dumps(document).encode())

    def _redirect(self) -> None:
        self.send_response(307)
        port = self.headers["host"].rpartition(":")[2]
        self.send_header("location", f"http://localhost:{port}/elsewhere/v1/models")
        self.end_headers()

    def _trickle(self) -> None:
        for _ in range(200):
            self.wfile.write(b"H")
            self.wfile.flush()
            time.sleep(0.05)

    def head(self, status: int, kind: str, **more: str) -> None:
        """The beginning of an answer."""
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


def hostile(fault: str, to: Wrong) -> bool | None:
    """Answers that are meant to do harm; None where the fault is none of them."""
    if fault == "endless":
        to.head(200, "text/event-stream")
        for _ in range(2000):
            to.wfile.write(b": on\n\n")
            time.sleep(0.02)
    elif fault == "giant":
        to.head(200, "application/json")
        for _ in range(64):
            to.wfile.write(b" " * 1024 * 1024)
    elif fault == "deep":
        to.head(200, "application/json")
        to.wfile.write(b"[" * 200_000)
    elif fault == "html":
        to.head(200, "text/html")
        to.wfile.write(b"<html>\x1b[31mwelcome")
    elif fault == "compressed":
        to.head(200, "application/json", content_encoding="gzip")
        to.wfile.write(b"\x1f\x8b")
    elif fault == "repeats-key":
        to.head(400, "application/json", x_key=to.headers["authorization"])
        to.wfile.write(json.dumps({"error": {"message": to.headers["authorization"]}}).encode())
    elif fault == "too-many":
        to.head(429, "application/json")
        to.wfile.write(b"{}")
    else:
        return None
    return True


@contextmanager
def wrong_endpoint() -> Iterator[str]:
    """The base URL of a running one, to which a fault is added."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wrong)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
