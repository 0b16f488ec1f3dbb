#!/usr/bin/env python3
"""Origins of routes held against what a cache of the RPKI tells (--rtr): RFC 8210, and RFC 6810 before it.

usage: rtr_test.py BINARY [TEST...]

In:  the program, captures of tests/captures, and a cache of our own on the loopback. Out: what differs, and a last line
`N passed, N failed, N skipped`.
"""
import ipaddress
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import program

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
PLAIN = "origin-change-frr-bird.pcap"
PAYLOADS = [("45.99.0.0/16", 16, 3356), ("45.1.0.0/16", 16, 10001), ("46.0.0.0/8", 12, 10002), ("46.2.0.0/16", 16, 10002),
            ("2001:db8::/32", 48, 10001)]
NOTIFY, SERIAL_QUERY, RESET_QUERY, RESPONSE, PREFIX4, PREFIX6, END, RESET, ERROR = 0, 1, 2, 3, 4, 6, 7, 8, 10
SESSION = 7
BINARY = None


class Cache(threading.Thread):
    """Tells its payloads to whoever asks, and what changes to whoever stays."""

    def __init__(self, version, port=0, session=SESSION):
        super().__init__(daemon=True)
        self.session = session
        self.version, self.payloads, self.serial, self.there = version, list(PAYLOADS), 1, []
        self.changes, self.clients, self.asked = [], 0, 0  # clients: there now; asked: how many ever were
        self.lock = threading.Lock()
        self.door = socket.create_server(("127.0.0.1", port))
        self.port = self.door.getsockname()[1]
        self.start()

    def pdu(self, kind, second, body=b"", version=None):
        return struct.pack(">BBHI", self.version if version is None else version, kind, second, 8 + len(body)) + body

    def prefix(self, payload, announce):
        net = ipaddress.ip_network(payload[0])
        kind = PREFIX4 if net.version == 4 else PREFIX6
        body = struct.pack(">BBBB", announce, net.prefixlen, payload[1], 0) + net.network_address.packed
        return self.pdu(kind, 0, body + struct.pack(">I", payload[2]))

    def end(self):
        times = struct.pack(">III", 3600, 1, 7200) if self.version else b""
        return self.pdu(END, self.session, struct.pack(">I", self.serial) + times)

    def answer(self, kind, session):
        if kind == SERIAL_QUERY and session != self.session:  # RFC 8210 8.4: it knows of another one
            return self.pdu(RESET, 0)
        if kind == RESET_QUERY:
            told = b"".join(self.prefix(p, 1) for p in self.payloads)
        else:
            told, self.changes = b"".join(self.changes), []
        return self.pdu(RESPONSE, self.session) + told + self.end()

    def run(self):
        while True:
            try:
                client = self.door.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with self.lock:
            self.there.append(client)
            self.clients += 1
            self.asked += 1
        try:
            while True:
                head = client.recv(8, socket.MSG_WAITALL)
                if len(head) < 8:
                    return
                version, kind, session, length = struct.unpack(">BBHI", head)
                client.recv(length - 8, socket.MSG_WAITALL) if length > 8 else b""
                if version > self.version:  # RFC 8210 7: it may ask again as we speak
                    client.sendall(self.pdu(ERROR, 4, struct.pack(">I", len(head)) + head + struct.pack(">I", 0)))
                    return
                with self.lock:
                    client.sendall(self.answer(kind, session))
        except OSError:
            pass
        finally:
            client.close()
            with self.lock:
                self.clients -= 1

    def change(self, gone, come):
        with self.lock:
            self.changes = [self.prefix(p, 0) for p in gone] + [self.prefix(p, 1) for p in come]
            self.payloads = [p for p in self.payloads if p not in gone] + come
            self.serial += 1
            for client in self.there:
                try:
                    client.sendall(self.pdu(NOTIFY, self.session, struct.pack(">I", self.serial)))
                except OSError:
                    pass

    def close(self):
        for one in [self.door] + self.there:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()


def run(*words, status=(0,)):
    done = subprocess.run([BINARY] + list(words), capture_output=True, cwd=CAPTURES, timeout=120, check=False)
    assert done.returncode in status, (words, done.returncode, done.stderr.decode())
    return done.stdout.decode(), done.stderr.decode()


class FromACache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cache = Cache(1)
        try:
            if "built without rtrlib" in run("routes", PLAIN, "--rtr", "127.0.0.1:%d" % cache.port, status=(0, 1))[1]:
                raise unittest.SkipTest("built without rtrlib")
        finally:
            cache.close()

    def cache(self, version=1):
        made = Cache(version)
        self.addCleanup(made.close)
        return made, "127.0.0.1:%d" % made.port

    def from_file(self, *words):
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("ASN,IP Prefix,Max Length,Trust Anchor\n" + "".join("AS%d,%s,%d,x\n" % (a, p, m) for p, m, a in PAYLOADS))
            file.flush()
            return run(*words, "--rpki", file.name)[0]

    def test_as_from_a_file(self):
        """Both versions tell what the same payloads in a file do."""
        for version in (1, 0):
            with self.subTest(version):
                _, at = self.cache(version)
                words = ("routes", "--json", "-q", PLAIN)
                told, log = run(*words, "--rtr", at)
                self.assertEqual(told, self.from_file(*words))
                self.assertEqual({json.loads(line)["rpki"] for line in told.splitlines()}, {"valid", "invalid", "not-found"})
                report = json.loads(run("analyze", "--json", "-q", PLAIN, "--rtr", at)[0])
                found = [f["at"] for f in report["findings"] if f["code"] == "route-rpki-invalid"]
                self.assertEqual(sorted(found), ["10.0.12.1", "10.0.12.2"], log)

    def test_nobody_there(self):
        """Without an answer all goes on, and origins are unknown."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            at = "127.0.0.1:%d" % taken.getsockname()[1]
            told, log = run("routes", "--json", PLAIN, "--rtr", at)
        self.assertEqual({json.loads(line)["rpki"] for line in told.splitlines()}, {"unknown"})
        self.assertIn("origins are unknown", log)

    def test_no_address(self):
        run("routes", "-q", PLAIN, "--rtr", "nowhere", status=(2,))

    def test_changes(self):
        """What the cache tells later holds from then on, while packets come."""
        cache, at = self.cache()
        words = [BINARY, "monitor", "-r", PLAIN, "--replay", "1", "--config", "none", "--rtr", at]
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=CAPTURES, text=True)
        try:
            self.wait_for(child, "%d validated payloads" % len(PAYLOADS))
            cache.change(PAYLOADS[:2], [("45.3.0.0/16", 16, 1)])
            self.wait_for(child, "%d validated payloads" % (len(PAYLOADS) - 1))
            self.assertIsNone(child.poll())
        finally:
            child.kill()
            child.communicate()

    def listen(self, *words):
        words = [BINARY, "monitor", "-r", PLAIN, "--replay", "0.5"] + list(words)
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=CAPTURES, text=True)
        self.addCleanup(lambda: (child.kill(), child.communicate()))
        return child

    def test_restart(self):
        """A cache that went away is sought until it is back; what it tells then holds, though it knows nothing of before."""
        cache, at = self.cache()
        child = self.listen("--config", "none", "--rtr", at)
        self.wait_for(child, "%d validated payloads" % len(PAYLOADS))
        cache.close()
        self.wait_for(child, "it is tried again")
        again = Cache(1, cache.port, SESSION + 1)
        self.addCleanup(again.close)
        again.payloads = PAYLOADS[:2]
        self.wait_for(child, "connected")
        self.wait_for(child, ": 2 validated payloads")
        self.assertIsNone(child.poll())

    def test_another_cache(self):
        """SIGHUP asks the cache that the configuration names by then; the one that was asked before is left."""
        before, at = self.cache()
        after, then = self.cache()
        after.payloads = PAYLOADS[:3]
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("rtr = %s\n" % at)
            file.flush()
            child = self.listen("--config", file.name)
            self.wait_for(child, ": %d validated payloads" % len(PAYLOADS))
            file.seek(0)
            file.write("rtr = %s\n" % then)
            file.truncate()
            file.flush()
            child.send_signal(signal.SIGHUP)
            self.wait_for(child, ": 3 validated payloads")
            deadline = time.monotonic() + 30
            while before.clients and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertEqual(before.clients, 0)
            child.send_signal(signal.SIGHUP)  # the same: it is not asked anew
            self.wait_for(child, "was read again")
            self.assertEqual(after.asked, 1)
            file.seek(0)
            file.truncate()
            child.send_signal(signal.SIGHUP)
            self.wait_for(child, "against no payloads any more")
        self.assertIsNone(child.poll())

    def wait_for(self, child, words):
        for line in child.stderr:
            if words in line:
                return
        self.fail("never said: " + words)


if __name__ == "__main__":
    program.main(__name__)
