# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real mail servers on loopback for tests: Dovecot with one mailbox, and an SMTP server that keeps what it gets."""

import getpass
import grp
import imaplib
import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from pathlib import Path

DOVECOT, DOVECOT_IMAP = "/usr/sbin/dovecot", "/usr/lib/dovecot/imap"
USER, PASSWORD = "desk", "secret"
PATIENCE = 60
# Two generations of settings; of them only that of the server that is installed is tried, by test_mail_server.
COMMON_SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
protocols = imap
listen = 127.0.0.1
ssl = no
first_valid_uid = 0
mail_fsync = never
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
SETTINGS_23 = """
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
"""
# The versions come first: before anything else is said.
VERSIONS_24 = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
"""
SETTINGS_24 = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {user}
    gid = {group}
    home = {folder}/home/%{{user}}
  }}
}}
"""


def get_dovecot_version():
    """Return the version of the installed Dovecot, such as (2, 3)."""
    text = subprocess.run([DOVECOT, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(number) for number in text.split()[0].split(".")[:2])


def get_configuration(version, **values):
    """Return the text of a configuration for a version of Dovecot; in 2.4 many settings got other names.

    :param tuple version: such as (2, 3)
    :param values: ``folder``, ``port``, ``user``, ``group`` and ``password``
    """
    if version < (2, 4):
        return (COMMON_SETTINGS + SETTINGS_23).format(**values)
    return (VERSIONS_24 + COMMON_SETTINGS + SETTINGS_24).format(**values)


def find_free_port():
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ImapServer:
    """Dovecot without rights on a free port, with one mailbox in a directory of its own.

    :raise AssertionError: when Dovecot is not installed, with what to do
    """

    def __init__(self):
        if not (Path(DOVECOT).exists() and Path(DOVECOT_IMAP).exists()):
            raise AssertionError("Dovecot is needed for this test: run `apt-get install dovecot-imapd`.")
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="service-imap-")), find_free_port()
        user, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
        if os.geteuid() == 0:
            user, group = "nobody", "nogroup"
        for name in ("run", "mail", "home"):
            (self.folder / name).mkdir()
        self.folder.chmod(0o755)
        if os.geteuid() == 0:
            for name in ("mail", "home"):
                shutil.chown(self.folder / name, user, group)
        configuration = self.folder / "dovecot.conf"
        configuration.write_text(
            get_configuration(
                get_dovecot_version(), folder=self.folder, port=self.port, user=user, group=group, password=PASSWORD
            ),
            encoding="utf-8",
        )
        self.process = subprocess.Popen(
            [DOVECOT, "-F", "-c", str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait()
        except AssertionError:
            self.stop()
            raise

    def _wait(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.connect().logout()
            except (OSError, imaplib.IMAP4.error) as error:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    log = self.folder / "log"
                    text = log.read_text(encoding="utf-8") if log.exists() else ""
                    raise AssertionError(f"Dovecot does not answer ({error}): {text[-1000:]}") from error
                time.sleep(0.1)

    def connect(self):
        """Return a client that has opened the mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=PATIENCE)
        client.login(USER, PASSWORD)
        client.select("INBOX")
        return client

    def deliver(self, *sources):
        """Put mails into the mailbox, as text."""
        client = self.connect()
        for source in sources:
            client.append("INBOX", None, None, source.replace("\n", "\r\n").encode())
        client.logout()

    def count_unseen(self):
        """Return how many mails nobody has handled."""
        client = self.connect()
        found = client.search(None, "UNSEEN")[1][0].split()
        client.logout()
        return len(found)

    def stop(self):
        """End the server and remove its directory."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class SmtpServer:
    """An SMTP server that takes every mail and keeps it in ``messages``, as text."""

    def __init__(self):
        self.messages = messages = []

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self._say("220 sink")
                while line := self.rfile.readline():
                    command = line[:4].upper()
                    if command == b"DATA":
                        self._say("354 go on")
                        messages.append(self._read_data())
                    self._say("221 bye" if command == b"QUIT" else "250 ok")
                    if command == b"QUIT":
                        break

            def _say(self, text):
                self.wfile.write(f"{text}\r\n".encode())

            def _read_data(self):
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line[1:] if line.startswith(b"..") else line)
                return b"".join(lines).decode("utf-8", "replace")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        """End the server."""
        self.server.shutdown()
        self.server.server_close()
