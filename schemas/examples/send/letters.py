#!/usr/bin/env python3
"""letters.py: a web site without Kafka sends the letters of confirmation that its visitors asked for.

  letters.py CURSOR-FILE [SENDMAIL]     once; run it every minute, by cron for instance

GATEWAY_URL, GATEWAY_TOKEN and FROM (the sender's address) come from the environment. SENDMAIL is
/usr/sbin/sendmail unless said otherwise. A letter is sent again, never lost, when this is interrupted.
Exit status: 0 all are sent, 2 wrong settings, 3 not now. ../../SOURCES.md explains each step.
"""
import email.message
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

URL, TOKEN, FROM = (os.environ[name] for name in ("GATEWAY_URL", "GATEWAY_TOKEN", "FROM"))
SUBJECTS = {"en": "Please confirm", "de": "Bitte bestätigen Sie", "fr": "Veuillez confirmer"}  # and so on
WORDS = {"en": "You asked for this on our site. If it was you, press the button on this page:",
         "de": "Sie haben auf unserer Seite darum gebeten. Wenn Sie das waren, drücken Sie den Knopf auf dieser Seite:",
         "fr": "Vous l'avez demandé sur notre site. Si c'était bien vous, appuyez sur le bouton de cette page :"}


def page(after):
    """(status, the answer)"""
    request = urllib.request.Request(f"{URL}/v1/confirmations?after={after}", headers={"Authorization": "Bearer " + TOKEN})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError as gone:
        return 0, str(gone)


def send(letter, sendmail):
    """Nothing promotional: what was asked for, the link, and until when."""
    language = letter["language"] if letter["language"] in WORDS else "en"
    mail = email.message.EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = FROM, letter["address"], SUBJECTS[language]
    mail["Message-ID"] = f"<{letter['id']}@{FROM.rsplit('@', 1)[1]}>"  # the same letter, the same id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{letter['statement']}\n\n{WORDS[language]}\n\n{URL}{letter['path']}\n\n({letter['until'][:10]})\n")
    subprocess.run([sendmail, "-i", "-f", FROM, "--", letter["address"]], input=mail.as_bytes(), check=True)


def main(cursor, sendmail):
    after = open(cursor).read().strip() if os.path.exists(cursor) else ""
    while True:
        status, found = page(after)
        if status != 200:
            print(status, found, file=sys.stderr)
            return 3 if status in (0, 429, 503) else 2
        for letter in found["letters"]:
            send(letter, sendmail)
        after = found["after"]
        with open(cursor + ".new", "w") as new:
            new.write(after + "\n")
        os.replace(cursor + ".new", cursor)
        if not found["more"]:
            return 0


if __name__ == "__main__":
    if len(sys.argv) in (2, 3):
        sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "/usr/sbin/sendmail"))
    sys.exit(__doc__)
