"""A Postfix of a test's own: private configuration, queue and ports, one virtual mailbox.

Two ports. At `guarded` a recipient is looked up before it is taken. At `entry` everything
is taken, queued, and handed to `guarded`, as a promotional stream is handed to its relay.
"""
import email
import os
import pathlib
import pwd
import shutil
import smtplib
import subprocess
import tempfile

import pytest

import proc

MAIN = """
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {dir}/mail.log
maillog_file_prefixes = {dir}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mail.example.net
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
smtputf8_enable = yes
recipient_delimiter = +
local_recipient_maps =
virtual_mailbox_domains = static:here
virtual_mailbox_base = {dir}/mail
virtual_mailbox_maps = static:box/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access {table}, permit_mynetworks, reject
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
smtpd_error_sleep_time = 0
notify_classes =
bounce_queue_lifetime = 0
"""
MASTER = """
127.0.0.1:{guarded} inet n - n - - smtpd
127.0.0.1:{entry} inet n - n - - smtpd
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
  -o content_filter=smtp:[127.0.0.1]:{guarded}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    def __init__(self, table):
        if os.geteuid() != 0 or not os.path.exists("/usr/sbin/postfix"):
            pytest.skip("a Postfix of one's own needs Debian's postfix, and root to start it")
        # its sockets' names must be short, and its users must pass through
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="consent-postfix-"))
        self.dir.chmod(0o755)
        self.guarded, self.entry = proc.free_port(), proc.free_port()
        nobody = pwd.getpwnam("nobody")
        self.conf = self.dir / "conf"
        for name in ("conf", "queue", "data", "mail"):
            (self.dir / name).mkdir()
        shutil.chown(self.dir / "data", "postfix")
        shutil.chown(self.dir / "mail", "nobody")
        (self.conf / "main.cf").write_text(MAIN.format(
            dir=self.dir, uid=nobody.pw_uid, gid=nobody.pw_gid, table=table))
        (self.conf / "master.cf").write_text(MASTER.format(guarded=self.guarded,
                                                           entry=self.entry))
        for file in ("postfix-files", "dynamicmaps.cf"):
            shutil.copy(f"/etc/postfix/{file}", self.conf)

    def run(self, *argv):
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=180,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                                   "MAIL_CONFIG": str(self.conf)})

    def __enter__(self):
        done = self.run("postfix", "-c", str(self.conf), "start")
        if done.returncode != 0:
            said = done.stderr + self.log()
            self.__exit__()
            pytest.fail(f"Postfix does not start: {said}")
        proc.wait_until(lambda: proc.port_taken(self.guarded)
                        and proc.port_taken(self.entry), 60)
        return self

    def __exit__(self, *_):
        self.run("postfix", "-c", str(self.conf), "abort")
        pid = self.dir / "queue/pid/master.pid"
        proc.wait_until(lambda: not pid.exists() or not pid.read_text().strip()
                        or not os.path.exists(f"/proc/{pid.read_text().strip()}"), 10)
        shutil.rmtree(self.dir, ignore_errors=True)

    def log(self):
        file = self.dir / "mail.log"
        return file.read_text() if file.exists() else ""

    def rcpt(self, address):
        """(code, text) of RCPT TO at the guarded port, and nothing is sent."""
        with smtplib.SMTP("127.0.0.1", self.guarded, timeout=120) as smtp:
            smtp.ehlo("test.example.net")
            utf8 = [] if address.isascii() else ["SMTPUTF8"]
            smtp.command_encoding = "utf-8"
            smtp.mail("news@example.net", utf8)
            code, text = smtp.docmd("RCPT", f"TO:<{address}>")
            return code, text.decode()

    def send(self, address, subject, port=None):
        with smtplib.SMTP("127.0.0.1", port or self.guarded, timeout=120) as smtp:
            smtp.sendmail("news@example.net", [address],
                          f"From: news@example.net\r\nTo: {address}\r\n"
                          f"Subject: {subject}\r\n\r\nHello.\r\n")

    def delivered(self):
        """Subjects of what lies in the mailbox."""
        box = self.dir / "mail" / "box" / "new"
        found = box.glob("*") if box.is_dir() else ()
        return sorted(email.message_from_bytes(f.read_bytes())["Subject"] for f in found)

    def queued(self):
        return [line for line in self.run("postqueue", "-c", str(self.conf), "-p")
                .stdout.splitlines() if "@" in line]

    def flush(self):
        self.run("postqueue", "-c", str(self.conf), "-f")
