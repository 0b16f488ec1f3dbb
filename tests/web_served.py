"""What tests of the page's server share: the program while it serves, databases to serve, and whether an answer is as the
API's own description says."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import program

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
BINARY = None
# Captures that differ in what they have: nothing, one OPEN, many findings, several peerings, IPv6, damage, no BGP at all.
SHOWN = ["hold-sigstop-frr-bird", "open-bad-as-frr-bird", "cease-shutdown-frr-frr", "ibgp-mesh-rr-bird", "conn-ttl-frr-bird-v6",
         "healthy-frr-bird-torn", "healthy-frr-bird-caploss", "healthy-frr-bird-midstream", "role-mismatch-frr-bird",
         "cap-af-one-side-frr-bird", "graceful-restart-frr-bird", "conn-refused-frr-none-span", "healthy-frr-bird-nano",
         "md5-mismatch-bird-gobgp", "next-hop-frr-frr-missing-vlan", "flapping-frr-bird-clear", "update-source-frr-gobgp-passive"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A routetap that serves, until it is left."""

    def __init__(self, *words, port=None, command="serve", tls=None):
        self.port, self.tls = port or free_port(), tls
        self.run = subprocess.Popen([BINARY, command] + list(words) + ["--web", str(self.port)], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CAPTURES)
        self.said = []
        while True:
            line = self.run.stderr.readline()
            self.said.append(line)
            if "the page is at" in line:
                return
            if not line:
                raise AssertionError("it does not serve: " + "".join(self.said))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, how=signal.SIGINT):
        if self.run.poll() is None:
            self.run.send_signal(how)
        out, err = self.run.communicate(timeout=20)
        return self.run.returncode, out, err

    def connect(self, timeout=20):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, path, method="GET", **headers):
        """Status, headers in lower case, and body."""
        link = self.connect()
        try:
            link.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                link.putheader(name.replace("_", "-"), value)
            link.endheaders()
            answer = link.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            link.close()

    def json(self, path, **headers):
        status, _, body = self.ask("/api/v1/" + path, **headers)
        if status != 200:
            raise AssertionError("%s: %d %s" % (path, status, body[:300]))
        return json.loads(body)


# ---- schemas: as much of them as the description uses

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name in ("integer", "number"):
        return not isinstance(value, bool) and isinstance(value, int if name == "integer" else (int, float))
    return isinstance(value, TYPES[name])


def check(value, schema, document, where, wrong):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, name) for name in names):
        wrong.append("%s: %r is no %s" % (where, value, " or ".join(names)))
        return
    if "enum" in schema and value not in schema["enum"]:
        wrong.append("%s: %r is none of %s" % (where, value, schema["enum"]))
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        wrong.append("%s: %r does not match %s" % (where, value, schema["pattern"]))
    if "minimum" in schema and value is not None and value < schema["minimum"]:
        wrong.append("%s: %r is below %s" % (where, value, schema["minimum"]))
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        wrong += ["%s: %s is missing" % (where, key) for key in schema.get("required", []) if key not in value]
        for key, one in value.items():
            if key in known or isinstance(others, dict):
                check(one, known.get(key, others), document, where + "." + key, wrong)
            elif others is False:
                wrong.append("%s: %s is not described" % (where, key))
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 1 << 30):
            wrong.append("%s: %d items" % (where, len(value)))
        for i, one in enumerate(value):
            check(one, schema.get("items", {}), document, "%s[%d]" % (where, i), wrong)


class Case(unittest.TestCase):
    longMessage = True

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="routetap-web-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def database(self, name):
        path = os.path.join(self.folder, name + ".db")
        if not os.path.exists(path):
            capture = os.path.join(CAPTURES, name + ".pcap")
            subprocess.run([BINARY, "analyze", "-q", "--db", path, capture if os.path.exists(capture) else capture + ".gz"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return path

    def file(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path


def main(name):
    """As program.main; a program that was built without its page is not tested."""
    if len(sys.argv) > 1:
        run = subprocess.run([sys.argv[1], "serve", "x"], capture_output=True, text=True, check=False)
        if "without its page" in run.stderr:
            print("built without libmicrohttpd: nothing to test")
            print("0 passed, 0 failed, 1 skipped")
            sys.exit(0)
    program.main(name, sys.modules[__name__])
