"""nginx: the upstream of everyone, and a contestant with and without ngx_http_geoip2_module."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.contestant import Layout, Running
from bench.process import BenchError, Cores, family, pinned, stop, wait_until_serving

GEOIP2 = Path("/usr/lib/nginx/modules/ngx_http_geoip2_module.so")
ECHO = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
STREAM_PATH = "/v1/streamed"
PIECES = 50
PACE = 0.01
"""Seconds between two pieces of a streamed answer."""

_PIECE = (
    'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,'
    '"model":"sample","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}'
    "\\n\\n"
)
COMPLETION = (
    '{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"sample",'
    '"choices":[{"index":0,"message":{"role":"assistant","content":"Hello."},'
    '"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}'
)

_FRAME = """\
daemon off;
worker_processes {workers};
pid {home}/nginx.pid;
error_log {home}/error.log warn;
{load}
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
{body}}}
"""

_UPSTREAM = """\
    access_log off;
    default_type application/json;
    server {{
        listen 127.0.0.1:{port} reuseport backlog=4096;
        location / {{ return 200 '{{"object":"list","data":[]}}'; }}
        location = /v1/chat/completions {{ return 200 '{completion}'; }}
{stream}
    }}
"""

_STREAM = """\
        location = {path} {{
            default_type text/event-stream;
{pieces}
        }}
"""

_PROXY = """\
    set_real_ip_from 127.0.0.0/8;
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;
    log_format line escape=json '{{"time":"$time_iso8601","request_id":"$request_id",'
        '"address":"$remote_addr",{fields}"method":"$request_method","host":"$host",'
        '"path":"$request_uri","status":$status,"bytes":$bytes_sent,"duration":$request_time}}';
    access_log {home}/access.log line;
{gate}
    upstream api {{
        server 127.0.0.1:{upstream};
        keepalive 64;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} reuseport backlog=4096;
        location / {{
{refuse}
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_pass http://api;
        }}
    }}
"""

_GATE = """\
    map_hash_bucket_size 512;
    geoip2 {database} {{
        $country default=- source=$remote_addr country iso_code;
        $place default=unknown source=$remote_addr city names en;
    }}
    map $place $verdict {{
        default block;
{rows}
    }}
"""


def require_nginx() -> None:
    """BenchError when nginx is not installed."""
    if shutil.which("nginx") is None:
        raise BenchError("there is no nginx: apt-get install nginx")


def require_echo() -> None:
    """BenchError when nginx cannot stream: it needs a module for that."""
    require_nginx()
    if not ECHO.is_file():
        raise BenchError("nginx has no echo module: apt-get install libnginx-mod-http-echo")


def require_geoip2() -> None:
    """BenchError when the module is not installed."""
    require_nginx()
    if not GEOIP2.is_file():
        raise BenchError("nginx has no geoip2 module: apt-get install libnginx-mod-http-geoip2")


@dataclass(frozen=True)
class Nginx:
    """One nginx. With a database and verdicts by place key it refuses as the gate does."""

    home: Path
    port: int
    upstream_port: int
    database: Path | None = None
    verdicts: tuple[tuple[str, str], ...] = ()

    def start(self, layout: Layout) -> Running:
        """Start it as a proxy."""
        gate = refuse = fields = load = ""
        if self.database is not None:
            require_geoip2()
            load = f"load_module {GEOIP2};"
            rows = "\n".join(f'        "{key}" {verdict};' for key, verdict in self.verdicts)
            gate = _GATE.format(database=self.database, rows=rows)
            refuse = "            if ($verdict = block) { return 403; }"
            fields = '"country":"$country","place":"$place","verdict":"$verdict",'
        body = _PROXY.format(
            home=self.home,
            port=self.port,
            upstream=self.upstream_port,
            gate=gate,
            refuse=refuse,
            fields=fields,
        )
        return run(self.home, self.port, body, load, layout)


def upstream(home: Path, port: int, cores: Cores) -> Running:
    """The API behind every contestant: a constant answer, so that it is never what is measured.

    One path streams: so many pieces, each a while after the one before.
    """
    require_nginx()
    stream = load = ""
    if ECHO.is_file():
        piece = f"            echo -n '{_PIECE}';\n            echo_flush;\n"
        pieces = f"            echo_sleep {PACE};\n".join([piece] * PIECES)
        stream = _STREAM.format(path=STREAM_PATH, pieces=pieces)
        load = f"load_module {ECHO};"
    body = _UPSTREAM.format(port=port, completion=COMPLETION, stream=stream)
    return run(home, port, body, load, Layout("upstream", cores, cores, workers=1))


def run(home: Path, port: int, body: str, load: str, layout: Layout) -> Running:
    """Start nginx with this configuration and wait until it serves."""
    home.mkdir(parents=True, exist_ok=True)
    config = home / "nginx.conf"
    config.write_text(_FRAME.format(home=home, workers=layout.workers, load=load, body=body))
    log = home / "words.log"
    with log.open("wb") as words, pinned(layout.proxy):
        command = ["nginx", "-p", str(home), "-e", str(home / "error.log"), "-c", str(config)]
        process = subprocess.Popen(command, stdout=words, stderr=words)
    wait_until_serving(port, "/", process, log)
    return Running(port, lambda: family(process.pid), lambda: stop(process))
