"""A line to a server on this machine that a test can cut, mute and fix: a TCP proxy."""
import selectors
import socket
import threading

from proc import free_port



class Line:
    """Listens on a port of its own and passes bytes on to `port`, until it is cut (every
    connection reset, new ones refused) or muted (nothing passes, nothing is closed)."""

    def __init__(self, port):
        self.to = port
        self.muted = False
        self._pairs = {}
        self._clients = set()  # of the pairs, those that asked
        self._waiting = set()  # for the answer to what sprang a trap
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._listener = None
        self._ended = False
        self._trap = None
        self._left, self._cut = None, None
        self.port = free_port()  # nobody takes it while the line is cut
        self.restore()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ended = True
        self._thread.join()
        self.cut()

    # --- the test's side ------------------------------------------------------------------
    def restore(self):
        self.muted = False
        with self._lock:
            if self._listener is None:
                self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
                self._selector.register(self._listener, selectors.EVENT_READ)

    def cut(self):
        with self._lock:
            if self._listener is not None:
                self._selector.unregister(self._listener)
                self._listener.close()
                self._listener = None
            for one in list(self._pairs):
                self._drop(one)

    def mute(self):
        with self._lock:  # what is on its way has passed
            self.muted = True

    def trap(self, word, answered, act=None):
        """The next request with this word in it loses its connection: before the server has
        seen it, or, when answered, in place of the server's answer. act() is called in
        between. Gives an Event that says it has happened."""
        sprung = threading.Event()
        self._trap = (word, answered, act, sprung)
        return sprung

    def cut_after(self, n):
        """All connections break after n more bytes, whichever way they go; new ones are
        taken. Gives an Event that says it has happened."""
        self._left, self._cut = n, threading.Event()
        return self._cut

    def connections(self):
        with self._lock:
            return len(self._pairs) // 2

    # --- the thread -----------------------------------------------------------------------
    def _drop(self, one):
        other = self._pairs.pop(one, None)
        if other is None:
            return
        self._pairs.pop(other, None)
        for s in (one, other):
            self._clients.discard(s)
            self._selector.unregister(s)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # RST
            s.close()

    def _accept(self):
        one, _ = self._listener.accept()
        try:
            other = socket.create_connection(("127.0.0.1", self.to), timeout=5)
        except OSError:
            one.close()
            return
        self._clients.add(one)
        for s, peer in ((one, other), (other, one)):
            self._pairs[s] = peer
            self._selector.register(s, selectors.EVENT_READ)

    def _caught(self, one, data):
        """True: this part of a conversation goes no further."""
        if self._trap is None:
            return False
        word, answered, act, sprung = self._trap
        if one in self._waiting:
            self._waiting.clear()
        elif one in self._clients and word in data:
            if answered:
                self._waiting = {self._pairs[one]}
                return False
        else:
            return False
        self._trap = None
        if act:
            act()
        sprung.set()
        return True

    def _last_bytes(self, one, data):
        """True: these were the last, and what is left of them has been passed on."""
        self._left -= len(data)
        if self._left > 0:
            return False
        self._pairs[one].sendall(data[:self._left or None])
        self._left = None
        for other in list(self._pairs):
            self._drop(other)
        self._cut.set()
        return True

    def _pass(self, one):
        try:
            data = one.recv(65536)
            if data and self._caught(one, data):
                data = b""
            if data and self._left is not None and self._last_bytes(one, data):
                return
            if data:
                self._pairs[one].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(one)

    def _run(self):
        while not self._ended:
            if self.muted:
                threading.Event().wait(0.01)
                continue
            ready = self._selector.select(0.01)
            with self._lock:
                for key, _ in () if self.muted else ready:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif key.fileobj in self._pairs:
                        self._pass(key.fileobj)
