#!/usr/bin/python3
"""tokens.py PROFILE [KEYFILE] - the tokens of addresses, one a line on standard input.

    printf '%s\\n' user@example.com +14155559317 | tokens.py sha256-hex

Telephone numbers are E.164. Needs python3-idna. tokens.js and tokens.php do the same.
"""
import base64
import hashlib
import hmac
import re
import sys
import unicodedata

import idna

EDGE = r"[\s\uFEFF\u200B-\u200F\u2060\u061C\u180E]*"
PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u0080-\U0010FFFF]+")


def lower(text):  # letter by letter: a final sigma is no other letter
    return "".join(c.lower() for c in text)


def spell_local(local):
    """Quotation marks and backslashes go where they say nothing of the mailbox."""
    if quoted := re.fullmatch(r'"((?:[^"\\]|\\.)+)"', local):
        local = re.sub(r"\\(.)", r"\1", quoted[1])
    before = None
    while before != local:
        before, local = local, unicodedata.normalize("NFC", lower(local).replace("ς", "σ"))
    return local if PLAIN.fullmatch(local) else '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'


def spell_domain(domain):
    """UTS 46, non-transitional. A name in ASCII is what DNS has."""
    if not domain.isascii():
        domain = ".".join(
            label if label.isascii() else "xn--" + label.encode("punycode").decode()
            for label in idna.uts46_remap(lower(domain), False, False).split("."))
    return domain.lower().removesuffix(".")


def spell(text):
    text = unicodedata.normalize("NFC", text)
    text = re.sub(f"^{EDGE}(?:mailto:)?{EDGE}<(.*)>", r"\1", text, flags=re.I | re.S)
    text = re.sub(f"^{EDGE}(?:mailto:)?{EDGE}|{EDGE}$", "", text, flags=re.I)
    if text.startswith("+"):
        return text
    local, _, domain = text.rpartition("@")
    return f"{spell_local(local)}@{spell_domain(domain)}"


def token(profile, text, key):
    text = spell(text)
    if profile == "plain":
        return text
    if profile == "hmac-sha256":
        return hmac.new(key, text.encode(), "sha256").hexdigest()
    if profile == "uid2-b64" and text.endswith("@gmail.com"):
        text = text[:-10].split("+")[0].replace(".", "") + "@gmail.com"
    if profile == "drop-b64" and text.startswith("+"):
        text = text[1:][-10:]
    digest = hashlib.new(profile.split("-")[0] if "hex" in profile else "sha256", text.encode())
    return digest.hexdigest() if "hex" in profile else base64.b64encode(digest.digest()).decode()


if __name__ == "__main__":
    secret = open(sys.argv[2], "rb").read() if len(sys.argv) > 2 else b""
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8")
    for line in sys.stdin:
        print(token(sys.argv[1], line.rstrip("\n"), secret))
