#!/usr/bin/python3
"""tests/bench/deltas.py URL TOKEN LIST - a recipient by long polls, in a process of its own.

Prints the list's tokens as they are delivered, each with its moment in ms since 1970, until it
is ended; the first line says that it waits.
"""
import http.client
import json
import sys
import time
import urllib.parse


def main(url, token, name):
    where = urllib.parse.urlparse(url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    after = ""
    print("waiting", flush=True)
    while True:
        connection.request("GET", f"/v1/lists/{name}/changes?limit=1000&wait=30{after}",
                           headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        at = round(time.time() * 1000)
        if answer.status != 200:
            sys.exit(f"{answer.status}: {body[:200]}")
        page = json.loads(body)
        after = "&after=" + page["next"]
        sys.stdout.writelines(f"{e['token']} {at}\n" for e in page["changes"])
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
