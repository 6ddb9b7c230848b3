"""A partner's server that webhooks are posted to, and what it does with them."""
import base64
import hashlib
import hmac
import http.server
import json
import secrets
import threading
import time


class Receiver:
    """Answers as told by .answer, a status or a function of (the handler, the post)."""

    def __init__(self, host="127.0.0.1"):
        self.secret = secrets.token_bytes(32)
        self.answer = 204
        self.posts = []       # what was taken, in order
        self.tries = []       # webhook-id of everything that came
        self.open = self.most = 0
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def setup(self):
                super().setup()
                with receiver.lock:
                    receiver.open += 1
                    receiver.most = max(receiver.most, receiver.open)

            def finish(self):
                with receiver.lock:
                    receiver.open -= 1
                super().finish()

            def say(self, status, **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.check(self.headers, body)
                receiver.tries.append(self.headers["webhook-id"])
                answer = receiver.answer
                status = answer(self, body) if callable(answer) else answer
                if status is None:
                    return
                if 200 <= status <= 299:
                    receiver.posts.append(json.loads(body))
                self.say(status)

        self.server = http.server.ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://{host}:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def check(self, headers, body):
        """As Standard Webhooks says, by our own hand."""
        sent, name = headers["webhook-timestamp"], headers["webhook-id"]
        assert abs(int(sent) - time.time()) < 300
        want = hmac.new(self.secret, f"{name}.{sent}.".encode() + body, hashlib.sha256).digest()
        assert headers["webhook-signature"] == "v1," + base64.b64encode(want).decode()
        assert headers["Content-Type"] == "application/json"

    def written(self):
        return "whsec_" + base64.b64encode(self.secret).decode()

    def receipts(self):
        return [r["event_id"] for p in self.posts for r in p["data"]["receipts"]]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
