#!/usr/bin/env python3
"""Origins of routes held against what a cache of the RPKI tells (--rtr): RFC 8210, and RFC 6810 before it.

usage: rtr_test.py BINARY

In:  the program, captures of tests/captures, and a cache of our own on the loopback. Out: what differs, and a last line
`N passed, N failed, N skipped`.
"""
import ipaddress
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

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

    def __init__(self, version):
        super().__init__(daemon=True)
        self.version, self.payloads, self.serial, self.there = version, list(PAYLOADS), 1, []
        self.changes = []
        self.lock = threading.Lock()
        self.door = socket.create_server(("127.0.0.1", 0))
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
        times = struct.pack(">III", 3600, 600, 7200) if self.version else b""
        return self.pdu(END, SESSION, struct.pack(">I", self.serial) + times)

    def answer(self, kind):
        if kind == RESET_QUERY:
            told = b"".join(self.prefix(p, 1) for p in self.payloads)
        else:
            told, self.changes = b"".join(self.changes), []
        return self.pdu(RESPONSE, SESSION) + told + self.end()

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
        try:
            while True:
                head = client.recv(8, socket.MSG_WAITALL)
                if len(head) < 8:
                    return
                version, kind, _, length = struct.unpack(">BBHI", head)
                client.recv(length - 8, socket.MSG_WAITALL) if length > 8 else b""
                if version > self.version:  # RFC 8210 7: it may ask again as we speak
                    client.sendall(self.pdu(ERROR, 4, struct.pack(">I", len(head)) + head + struct.pack(">I", 0)))
                    return
                with self.lock:
                    client.sendall(self.answer(kind))
        except OSError:
            pass
        finally:
            client.close()

    def change(self, gone, come):
        with self.lock:
            self.changes = [self.prefix(p, 0) for p in gone] + [self.prefix(p, 1) for p in come]
            self.payloads = [p for p in self.payloads if p not in gone] + come
            self.serial += 1
            for client in self.there:
                try:
                    client.sendall(self.pdu(NOTIFY, SESSION, struct.pack(">I", self.serial)))
                except OSError:
                    pass

    def close(self):
        self.door.close()


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

    def wait_for(self, child, words):
        for line in child.stderr:
            if words in line:
                return
        self.fail("never said: " + words)


def main():
    global BINARY
    BINARY = os.path.abspath(sys.argv[1])
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(FromACache)
    result = unittest.TextTestRunner(verbosity=1).run(tests)
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed, %d skipped" % (result.testsRun - bad - len(result.skipped), bad, len(result.skipped)))
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
