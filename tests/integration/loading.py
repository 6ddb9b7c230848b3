"""Requests by the thousand: tests/tools/http_load in a test's hands."""
import json
import subprocess

from hands import PROGRAMS

LOAD = PROGRAMS.parent / "tools" / "http_load"


def request(path, token, route="/v1/decisions", body=None, kind="application/json"):
    """One request as it goes over the wire, in a file."""
    text = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    head = (f"{'GET' if body is None else 'POST'} {route} HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {token}\r\n")
    if body is not None:
        head += f"Content-Type: {kind}\r\nContent-Length: {len(text)}\r\n"
    path.write_bytes(head.encode() + b"\r\n" + text)
    return path


def load(*argv, seconds=280):
    done = subprocess.run([str(a) for a in (LOAD, *argv)], capture_output=True, text=True,
                          timeout=seconds, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
