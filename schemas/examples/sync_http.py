#!/usr/bin/python3
"""sync_http.py [--once] - keeps a copy of a list in an SQLite file, over HTTP.

    LOOKUP_URL=https://... LOOKUP_TOKEN=cmq_... LIST=promotional-email COPY=list.db

Begins with a snapshot, goes on with the changes, and says what it has after every page. Needs
nothing but python3; take it as it is or as a pattern.
"""
import hashlib
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request

BASE = f"{os.environ['LOOKUP_URL']}/v1/lists/{os.environ['LIST']}"
COPY = sqlite3.connect(os.environ.get("COPY", "list.db"))
COPY.executescript("""
    CREATE TABLE IF NOT EXISTS entry (token TEXT PRIMARY KEY, status TEXT, version INTEGER);
    CREATE TABLE IF NOT EXISTS place (cursor TEXT);""")


def ask(path, body=None):
    request = urllib.request.Request(
        BASE + path, body and json.dumps(body).encode(),
        {"Authorization": "Bearer " + os.environ["LOOKUP_TOKEN"],
         "Content-Type": "application/json"})
    return urllib.request.urlopen(request, timeout=330)


def apply(entries, cursor):
    """The entries and how far they reach, in one transaction; the higher version wins."""
    with COPY:
        COPY.executemany(
            "INSERT INTO entry VALUES (:token, :status, :version) ON CONFLICT (token) DO UPDATE"
            " SET status = excluded.status, version = excluded.version"
            " WHERE excluded.version > entry.version", entries)
        COPY.execute("DELETE FROM place")
        COPY.execute("INSERT INTO place VALUES (?)", (cursor,))


def begin():
    """From nothing: also when the copy has drifted, or its cursor is no place any more."""
    with COPY:
        COPY.execute("DELETE FROM entry")
    with ask("/snapshot?format=ndjson") as answer:
        apply(map(json.loads, answer), answer.headers["Consent-List-Version"])


def acknowledge(cursor):
    """True: the copy is what it should be at this cursor."""
    on_list = [token for token, in COPY.execute(
        "SELECT token FROM entry WHERE status <> 'released'")]
    digest = 0
    for token in on_list:  # keep it as you go on: XOR in what comes, XOR out what leaves
        digest ^= int.from_bytes(hashlib.sha256(token.encode()).digest(), "big")
    with ask("/acknowledgements", {"version": cursor, "entries": len(on_list),
                                   "digest": f"{digest:064x}"}) as answer:
        return json.load(answer)["matches"]


def follow(once):
    while True:
        cursor, = COPY.execute("SELECT cursor FROM place").fetchone() or (None,)
        if cursor is None:
            begin()
            continue
        with ask(f"/changes?after={cursor}&wait={0 if once else 30}") as answer:
            page = json.load(answer)
        apply(page["changes"], page["next"])
        if page["more"]:
            continue
        if not acknowledge(page["next"]):
            print("the copy differs: beginning again", file=sys.stderr)
            begin()
        elif once:
            return


def main():
    while True:
        try:
            return follow("--once" in sys.argv)
        except urllib.error.HTTPError as error:
            if error.code == 410:  # the database was restored: the cursor is no place any more
                begin()
            elif error.code not in (429, 503):
                raise
            time.sleep(int(error.headers.get("Retry-After", 1)))
        except (urllib.error.URLError, ConnectionError) as error:
            print(f"{error}: trying again", file=sys.stderr)
            time.sleep(5)


if __name__ == "__main__":
    main()
