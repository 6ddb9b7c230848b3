"""Behind nginx, haproxy and Apache: what goes in as one request comes out as one.

Each odd request carries a whole second one where a body would be. If the proxy and we read its
end differently, the second one waits on a connection that the proxy uses again, and the next
visitor is given its answer. So visitors follow each, and must be given their own.
"""
import contextlib
import shutil
import socket
import subprocess

import pytest

from hands import wait_until
from proc import free_port, port_taken

INNER = b"GET /v1/me HTTP/1.1\r\nHost: h\r\n\r\n"  # 401: nobody's token
OWN = b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
SIZE = str(len(INNER)).encode()


def post(*fields, body=INNER):
    return (b"POST /v1/decisions HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
            + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body)


CHUNKED = b"Transfer-Encoding: chunked"
EMPTY = b"0\r\n\r\n" + INNER

ODD = {
    "two lengths": post(b"Content-Length: 0", b"Content-Length: " + SIZE),
    "two lengths, the other way": post(b"Content-Length: " + SIZE, b"Content-Length: 0"),
    "a list of lengths": post(b"Content-Length: 0, " + SIZE),
    "a length with a sign": post(b"Content-Length: +" + SIZE),
    "a length in hexadecimal": post(b"Content-Length: 0x" + SIZE),
    "a blank before the colon": post(b"Content-Length : " + SIZE),
    "a length and chunks": post(b"Content-Length: " + str(len(EMPTY)).encode(), CHUNKED, body=EMPTY),
    "chunks and a length": post(CHUNKED, b"Content-Length: " + str(len(EMPTY)).encode(), body=EMPTY),
    "chunks with a blank": post(b"Transfer-Encoding : chunked", b"Content-Length: " + SIZE),
    "chunks by another name": post(b"Transfer-Encoding: xchunked", b"Content-Length: 5", body=EMPTY),
    "chunks twice": post(CHUNKED, b"Transfer-Encoding: identity", body=EMPTY),
    "chunks on a continued line": post(b"X: y\r\n " + CHUNKED, b"Content-Length: 5", body=EMPTY),
    "chunks behind a tab": post(b"\t" + CHUNKED, b"Content-Length: 5", body=EMPTY),
    "chunks behind a line feed": post(b"X: y\n" + CHUNKED, b"Content-Length: 5", body=EMPTY),
    "chunks behind a carriage return": post(b"X: y\r" + CHUNKED, b"Content-Length: 5", body=EMPTY),
    "a vertical tab": post(b"Transfer-Encoding:\x0bchunked", b"Content-Length: 5", body=EMPTY),
    "a NUL in a name": post(b"Content-Length\x00: 0", b"Content-Length: " + SIZE),
    "a chunk with an extension": post(CHUNKED, body=b"0;x=\"\n\r\n\r\n" + INNER),
    "a chunk's size too large": post(CHUNKED, body=b"ffffffffffffffff1\r\n" + EMPTY),
    "a GET with a body": b"GET /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: " + SIZE
                         + b"\r\n\r\n" + INNER,
    "a HEAD with a body": b"HEAD /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: " + SIZE
                          + b"\r\n\r\n" + INNER,
    "chunks before 1.1": b"POST /v1/decisions HTTP/1.0\r\nHost: h\r\n" + CHUNKED + b"\r\n\r\n" + EMPTY,
    "no length": post(body=INNER),
    "line feeds alone": b"POST /v1/decisions HTTP/1.1\nHost: h\nContent-Length: " + SIZE
                        + b"\n\n" + INNER,
    "expecting 100": post(b"Expect: 100-continue", b"Content-Length: " + SIZE),
    "an upgrade": post(b"Connection: Upgrade", b"Upgrade: h2c", b"Content-Length: 0"),
}

CONFIGS = {
    "nginx": ("""daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p;
    fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
    upstream ours {{ server 127.0.0.1:{ours}; keepalive 4; }}
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://ours;
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_request_buffering off; }} }}
}}
""", ["-p", "{dir}", "-c", "{conf}"]),
    "haproxy": ("""global
    maxconn 64
defaults
    mode http
    timeout connect 60s
    timeout client 60s
    timeout server 60s
    option http-server-close
    http-reuse always
frontend f
    bind 127.0.0.1:{port}
    default_backend b
backend b
    option http-keep-alive
    server ours 127.0.0.1:{ours}
""", ["-db", "-f", "{conf}"]),
    "apache2": ("""ServerRoot {dir}
ServerName localhost
PidFile {dir}/httpd.pid
Listen 127.0.0.1:{port}
ErrorLog {dir}/error.log
{user}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
ProxyPass / http://127.0.0.1:{ours}/ keepalive=On
""", ["-D", "FOREGROUND", "-f", "{conf}"]),
}


@pytest.fixture(scope="module")
def lookup(module_stack):
    module_stack.start("lookup")
    return module_stack


@pytest.fixture(scope="module", params=CONFIGS)
def proxy(request, lookup, run_dir):
    program = shutil.which(request.param, path="/usr/sbin:/usr/bin")
    assert program, f"{request.param} is not installed: 'deploy/deps test' installs it"
    where = run_dir / f"proxy-{request.param}"
    where.mkdir()
    where.chmod(0o777)  # its workers may be nobody
    text, argv = CONFIGS[request.param]
    places = {"dir": where, "conf": where / "conf", "port": free_port(),
              "ours": lookup.port("lookup"), "user": "User www-data\nGroup www-data"}
    (where / "conf").write_text(text.format(**places))
    with open(where / "log", "w", encoding="utf-8") as log, \
            subprocess.Popen([program, *(a.format(**places) for a in argv)], stdout=log,
                             stderr=log) as running:
        wait_until(lambda: port_taken(places["port"]) or running.poll() is not None,
                   what=request.param)
        assert running.poll() is None, (where / "log").read_text()
        yield places["port"]
        running.terminate()
        running.wait(60)


def said(port, request, seconds=1.0):
    """All that comes back until the other side closes, or says nothing for so long."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), 60) as one:
        one.settimeout(seconds)
        with contextlib.suppress(OSError):
            one.sendall(request)
            while piece := one.recv(65536):
                got += piece
    return got


def test_one_request_in_one_request_out(proxy):
    for _ in range(2):
        assert b" 200 " in said(proxy, OWN, 60).split(b"\r\n", 1)[0]
    for name, request in ODD.items():
        first = said(proxy, request, 0.3)
        for visitor in range(3):
            got = said(proxy, OWN, 60)
            assert got.startswith(b"HTTP/1.1 200 ") and got.count(b"HTTP/1.") == 1, \
                (name, visitor, first[:200], got[:200])
