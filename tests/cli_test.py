#!/usr/bin/env python3
"""The command line as users meet it: what is printed where, and with which exit status.

usage: cli_test.py BINARY [TEST...]

In:  the program, and captures of tests/captures. Out: what differs from the promise of the manual page, and a last
line `N passed, N failed, N skipped`.
"""
import gzip
import json
import os
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import program

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "captures")
BINARY = None
NOBODY = 65534  # root reads everything
DONE, DAMAGED, USAGE, FOUND = 0, 1, 2, 3
REFUSED = "open-bad-as-frr-bird.pcap"       # an error
HEALTHY = "healthy-frr-bird-nano.pcap"      # nothing at all
WARNED = "cap-af-one-side-frr-bird.pcap"    # a warning
INFORMED = "graceful-cap-only-frr-frr.pcap"
TORN = "healthy-frr-bird-torn.pcap"
MESH = "ibgp-mesh-rr-bird.pcap"             # three peerings
PLAIN = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm"}


class Run:
    """One run of the program, from start to end."""

    def __init__(self, *words, stdin=None, env=None, cwd=CAPTURES, binary=None, user=None):
        environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "LANG", "COLUMNS", "LC_CTYPE")}
        environment.update(PLAIN, **(env or {}))
        run = subprocess.run([binary or BINARY] + list(words), input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                             capture_output=True, cwd=cwd, env=environment, timeout=120, check=False, user=user)
        self.status, self.bytes = run.returncode, run.stdout
        self.out, self.err = run.stdout.decode(), run.stderr.decode()


def octets(name):
    with open(os.path.join(CAPTURES, name), "rb") as file:
        return file.read()


class Case(unittest.TestCase):
    longMessage = True

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="routetap-cli-")
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def one_sentence(self, run, status, *words):
        """Nothing on standard output, and one line that says what to do."""
        self.assertEqual(run.status, status, run.err)
        self.assertEqual(run.out, "")
        self.assertEqual(run.err.count("\n"), 1, run.err)
        self.assertTrue(run.err.startswith("routetap: "), run.err)
        for word in words:
            self.assertIn(word, run.err)


class Usage(Case):
    def test_version(self):
        for words in (["--version"], ["-V"], ["version"]):
            run = Run(*words)
            self.assertEqual((run.status, run.err), (DONE, ""))
            self.assertRegex(run.out, r"^routetap \d+\.\d+\.\d+\n$")

    def test_help(self):
        for words in (["--help"], ["-h"], ["help"]):
            run = Run(*words)
            self.assertEqual((run.status, run.err), (DONE, ""))
            for command in ("analyze", "decode", "report", "explain"):
                self.assertIn("  routetap %s " % command, run.out)

    def test_help_of_commands(self):
        commands = [line.split()[1] for line in Run("--help").out.splitlines() if line.startswith("  routetap ")]
        self.assertGreater(len(commands), 3)
        for command in commands:
            told = {Run(*words).out for words in ([command, "--help"], [command, "-h"], ["help", command], [command, "x", "--help", "--frob"])}
            self.assertEqual(len(told), 1, command)
            text = told.pop()
            self.assertTrue(text.startswith("usage: routetap " + command + " [OPTIONS]"), text)
            self.assertIn("--help", text)
            self.assertLessEqual(max(len(line) for line in text.splitlines()), 130)

    def test_no_command(self):
        run = Run()
        self.assertEqual((run.status, run.out), (USAGE, ""))
        self.assertIn("routetap analyze", run.err)

    def test_wrong(self):
        self.one_sentence(Run("analyse", REFUSED), USAGE, "there is no command analyse", "routetap --help")
        self.one_sentence(Run("help", "analyse"), USAGE, "there is no command analyse")
        self.one_sentence(Run("analyze", "--frob", REFUSED), USAGE, "--frob", "routetap analyze --help")
        self.one_sentence(Run("analyze", REFUSED, "--width"), USAGE, "--width needs a value")
        self.one_sentence(Run("analyze", "--since", "noon", REFUSED), USAGE, "--since takes a time")

    def test_did_you_mean(self):
        self.one_sentence(Run("anaylze", REFUSED), USAGE, "there is no command anaylze (did you mean analyze?); see routetap --help")
        self.one_sentence(Run("help", "rotues"), USAGE, "(did you mean routes?)")
        self.one_sentence(Run("analyze", "--jsn", REFUSED), USAGE, "--jsn is no option of this command (did you mean --json?)")
        self.one_sentence(Run("explain", "bgp-hold-timer-expird"), USAGE, "(did you mean bgp-hold-timer-expired?)")
        # a secret behind a mistyped option is not told
        run = Run("analyze", "--tcp-md5-kye=10.0.12.1=hush", REFUSED)
        self.one_sentence(run, USAGE, "(did you mean --tcp-md5-key?)")
        self.assertNotIn("hush", run.err)
        # an option of others is no slip; a word that is like none is told nothing
        self.one_sentence(Run("decode", "--longer", REFUSED), USAGE, "--longer is no option of this command, but of routes; see")
        for words in (("wireshark",), ("analyze", "--frobnicate", REFUSED), ("analyze", "--" + "x" * 5000, REFUSED), ("",)):
            self.assertNotIn("did you mean", Run(*words).err)

    def test_no_file(self):
        self.one_sentence(Run("analyze"), USAGE, "no capture file was given", "routetap analyze --help")
        self.one_sentence(Run("decode", "--json"), USAGE, "no capture file was given", "routetap decode --help")
        self.one_sentence(Run("report"), USAGE, "report takes one database", "routetap report --help")
        self.one_sentence(Run("report", "a.db", "b.db"), USAGE, "report takes one database")

    def test_explain(self):
        codes = Run("explain")
        self.assertEqual((codes.status, codes.err), (DONE, ""))
        names = [line.split()[0] for line in codes.out.splitlines()]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("bgp-open-bad-peer-as", names)
        told = Run("explain", *names)
        self.assertEqual((told.status, told.err), (DONE, ""))
        self.assertEqual(told.out.count("What proves it"), len(names))
        self.assertLessEqual(max(len(line) for line in told.out.splitlines()), 100)
        one = Run("explain", "--advice", "bird", "bgp-open-bad-peer-as").out
        self.assertIn("BIRD", one)
        self.assertNotIn("Junos", one)
        self.one_sentence(Run("explain", "bgp-open"), USAGE, "bgp-open is no code of a finding", "routetap explain")


class Files(Case):
    def test_missing(self):
        self.one_sentence(Run("analyze", "no.pcap"), DAMAGED, "no.pcap", "No such file")
        self.one_sentence(Run("decode", HEALTHY, "no.pcap"), DAMAGED, "no.pcap")
        self.one_sentence(Run("report", "no.db"), DAMAGED, "no.db")

    def test_unreadable(self):
        path = self.put("locked.pcap", octets(HEALTHY))
        os.chmod(path, 0)
        os.chmod(self.folder, 0o755)
        run = Run("analyze", path, binary=shutil.copy(BINARY, self.folder), user=NOBODY if os.geteuid() == 0 else None, cwd="/")
        self.one_sentence(run, DAMAGED, path, "Permission denied")

    def test_folder(self):
        self.one_sentence(Run("analyze", self.folder), DAMAGED, self.folder, "is a directory")

    def test_empty(self):
        self.one_sentence(Run("analyze", self.put("empty.pcap", b"")), DAMAGED, "empty.pcap", "is empty")
        self.one_sentence(Run("decode", "-", stdin=b""), DAMAGED, "is empty")

    def test_no_capture(self):
        self.one_sentence(Run("analyze", self.put("a.txt", b"no capture at all, but some text\n")), DAMAGED, "a.txt", "is no pcap or pcapng file")
        self.one_sentence(Run("analyze", self.put("a.gz", gzip.compress(b"no capture at all, but some text\n"))), DAMAGED, "a.gz")

    def test_no_packets(self):
        """A capture that holds nothing is none that is damaged."""
        run = Run("analyze", self.put("header.pcap", octets(REFUSED)[:24]))
        self.assertEqual((run.status, run.err), (DONE, ""))
        self.assertIn("0 packets", run.out)

    def test_damaged(self):
        run = Run("analyze", TORN)
        self.assertEqual(run.status, DAMAGED)
        self.assertRegex(run.err, r"^routetap: %s .*\(offset 3724\).*\n$" % TORN)
        self.assertIn("capture-damaged", run.out)
        self.assertIn("10.0.12.1 (AS 10001)", run.out)
        report = json.loads(Run("analyze", "--json", TORN).out)
        self.assertEqual(report["capture"]["packets"], 36)
        self.assertEqual(Run("decode", "--json", TORN).status, DAMAGED)

    def test_damaged_among_others(self):
        """One bad file does not silence the others; an exit status for damage wins over one for findings."""
        empty = self.put("empty.pcap", b"")
        run = Run("analyze", "--fail-on", "warning", REFUSED, empty)
        self.assertEqual(run.status, DAMAGED)
        self.assertIn("empty.pcap is empty", run.err)
        self.assertIn("bgp-open-bad-peer-as", run.out)

    def test_stdin(self):
        want = Run("analyze", "--json", REFUSED)
        for data in (octets(REFUSED), gzip.compress(octets(REFUSED))):
            got = Run("analyze", "--json", "-", stdin=data)
            self.assertEqual((got.status, got.err), (DONE, ""))
            self.assertEqual(got.out.replace('"path":"-"', '"path":"%s"' % REFUSED).replace('"file":"-"', '"file":"%s"' % REFUSED), want.out)

    def test_gzip(self):
        packed = self.put(REFUSED, gzip.compress(octets(REFUSED)))
        self.assertEqual(Run("analyze", REFUSED, cwd=self.folder).out, Run("analyze", REFUSED).out)
        with open(packed, "r+b") as file:
            file.truncate(os.path.getsize(packed) * 2 // 3)
        run = Run("analyze", REFUSED, cwd=self.folder)
        self.assertEqual(run.status, DAMAGED)
        self.assertIn("offset", run.err)
        self.assertIn("bgp-open-bad-peer-as", run.out)

    def test_several(self):
        """Rotated files in any order, and captures of other places: one story in order of time."""
        data, parts = octets(REFUSED), []
        half = len(data) // 2
        at = 24
        while at < half:
            at += 16 + int.from_bytes(data[at + 8:at + 12], "little")
        self.put("1.pcap", data[:at])
        self.put("2.pcap", data[:24] + data[at:])
        for order in (("1.pcap", "2.pcap"), ("2.pcap", "1.pcap")):
            run = Run("analyze", "--json", *order, cwd=self.folder)
            self.assertEqual(run.status, DONE)
            report = json.loads(run.out)
            self.assertEqual([f["path"] for f in report["capture"]["files"]], list(order))
            parts.append([(t["time"], t["side"], t["to"]) for t in report["peerings"][0]["transitions"]])
        whole = json.loads(Run("analyze", "--json", REFUSED).out)
        self.assertEqual(parts[0], [(t["time"], t["side"], t["to"]) for t in whole["peerings"][0]["transitions"]])
        self.assertEqual(parts[0], parts[1])
        both = json.loads(Run("analyze", "--json", REFUSED, HEALTHY).out)
        self.assertEqual(both["capture"]["packets"], 145)

    def test_name_that_looks_like_an_option(self):
        shutil.copy(os.path.join(CAPTURES, HEALTHY), os.path.join(self.folder, "--json"))
        run = Run("analyze", "--", "--json", cwd=self.folder)
        self.assertEqual(run.status, DONE)
        self.assertTrue(run.out.startswith("--json "), run.out)


class Choices(Case):
    def test_fail_on(self):
        for capture, error, warning in ((REFUSED, FOUND, FOUND), (WARNED, DONE, FOUND), (INFORMED, DONE, DONE), (HEALTHY, DONE, DONE)):
            self.assertEqual(Run("analyze", capture).status, DONE, capture)
            self.assertEqual(Run("analyze", "--fail-on", "error", capture).status, error, capture)
            self.assertEqual(Run("analyze", "--fail-on=warning", "--json", capture).status, warning, capture)

    def test_fail_on_tells_the_report_all_the_same(self):
        self.assertEqual(Run("analyze", "--fail-on", "error", REFUSED).out, Run("analyze", REFUSED).out)

    def test_peer(self):
        everything = json.loads(Run("analyze", "--json", MESH).out)
        self.assertEqual(len(everything["peerings"]), 3)
        one = json.loads(Run("analyze", "--json", "--peer", "10.0.0.4", MESH).out)
        self.assertEqual(len(one["peerings"]), 1)
        self.assertIn("10.0.0.4", [s["address"] for s in one["peerings"][0]["sides"]])
        self.assertEqual(len(json.loads(Run("analyze", "--json", "--peer", "10.0.0.1", MESH).out)["peerings"]), 3)
        self.assertIn("no BGP peering", Run("analyze", "--peer", "10.9.9.9", MESH).out)
        lines = Run("decode", "--peer", "10.0.0.4", MESH).out.splitlines()
        self.assertTrue(lines and all("10.0.0.4" in line for line in lines))
        self.assertLess(len(lines), len(Run("decode", MESH).out.splitlines()))

    def test_since_and_until(self):
        """The capture begins at 14:03:12.132."""
        lines = [json.loads(line) for line in Run("decode", "--json", REFUSED).out.splitlines()]
        times = [line["time"] for line in lines]
        border = "2026-11-20T14:03:20"
        late = [t for t in times if t >= border]
        self.assertTrue(0 < len(late) < len(times))
        for since in ("2026-11-20T14:03:20Z", "2026-11-20 15:03:20+01:00", "14:03:20", "1795183400"):
            got = [json.loads(line)["time"] for line in Run("decode", "--json", "--since", since, REFUSED).out.splitlines()]
            self.assertEqual(got, late, since)
        got = [json.loads(line)["time"] for line in Run("decode", "--json", "--until", "14:03:20", REFUSED).out.splitlines()]
        self.assertEqual(got, [t for t in times if t < border])
        first = json.loads(Run("analyze", "--json", REFUSED).out)["capture"]["first"]
        self.assertEqual(first[:19], "2026-11-20T14:03:12")
        got = json.loads(Run("analyze", "--json", "--since", "+5", "--until", "+10", REFUSED).out)["capture"]
        self.assertTrue("2026-11-20T14:03:17" <= got["first"] <= got["last"] <= "2026-11-20T14:03:22.2")
        self.assertIn("0 packets", Run("analyze", "--since", "+3600", REFUSED).out)

    def test_bgp_port(self):
        """Port 179 of the capture made 1179: unseen without the option."""
        data, moved = bytearray(octets(HEALTHY)), 0
        at = 24
        while at < len(data):
            size = int.from_bytes(data[at + 8:at + 12], "little")
            if data[at + 16 + 12:at + 16 + 14] == b"\x08\x00" and data[at + 16 + 23] == 6:
                for place in (at + 16 + 34, at + 16 + 36):
                    if data[place:place + 2] == (179).to_bytes(2, "big"):
                        data[place:place + 2] = (1179).to_bytes(2, "big")
                        moved += 1
            at += 16 + size
        self.assertGreater(moved, 20)
        path = self.put("port.pcap", bytes(data))
        self.assertEqual(json.loads(Run("analyze", "--json", path).out)["peerings"], [])
        seen = json.loads(Run("analyze", "--json", "--bgp-port", "1179", path).out)["peerings"]
        self.assertEqual([s["state"] for s in seen[0]["sides"]], ["Established", "Established"])

    def test_advice(self):
        generic, frr = Run("analyze", REFUSED).out, Run("analyze", "--advice", "frr", REFUSED).out
        self.assertNotIn("remote-as", generic)
        self.assertIn("neighbor 10.0.12.2 remote-as 10002", " ".join(frr.split()))
        self.assertIn("bgp-open-bad-peer-as", frr)

    def test_width(self):
        for width in (60, 80, 100, 140):
            lines = Run("analyze", "--width", str(width), REFUSED).out.splitlines()
            self.assertLessEqual(max(len(line) for line in lines), width)
        self.assertEqual(Run("analyze", "-w", "100", REFUSED).out, Run("analyze", REFUSED).out)

    def test_ascii(self):
        run = Run("analyze", "--ascii", REFUSED)
        self.assertTrue(run.bytes.isascii())
        self.assertIn("bgp-open-bad-peer-as", run.out)
        self.assertFalse(Run("analyze", REFUSED).bytes.isascii())

    def test_all(self):
        self.assertEqual(Run("analyze", "--all", MESH).out.count("10.0.0.1 (AS 10001)"), 3)


class Colours(Case):
    def test_pipe(self):
        self.assertNotIn("\033", Run("analyze", REFUSED).out)
        self.assertIn("\033[", Run("analyze", "--color", "always", REFUSED).out)
        self.assertNotIn("\033", Run("analyze", "--color=never", REFUSED).out)

    def terminal(self, *words, **env):
        """What a terminal would be sent."""
        try:
            master, slave = pty.openpty()
        except OSError as why:
            self.skipTest("no terminal to be had here: %s" % why)
        child = subprocess.Popen([BINARY] + list(words), cwd=CAPTURES, stdout=slave, stderr=slave, stdin=subprocess.DEVNULL,
                                 env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, **PLAIN, **env})
        os.close(slave)
        told = b""
        while select.select([master], [], [], 60)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            told += part
        child.wait(60)
        os.close(master)
        return told.decode()

    def test_terminal(self):
        self.assertIn("\033[", self.terminal("analyze", REFUSED))
        self.assertNotIn("\033", self.terminal("analyze", REFUSED, NO_COLOR="1"))
        self.assertIn("\033[", self.terminal("analyze", REFUSED, NO_COLOR=""))
        self.assertIn("\033[", self.terminal("analyze", "--color", "always", REFUSED, NO_COLOR="1"))
        self.assertNotIn("\033", self.terminal("analyze", "--color", "never", REFUSED))
        self.assertNotIn("\033", self.terminal("analyze", REFUSED, TERM="dumb"))


class Databases(Case):
    def test_kept_and_told_again(self):
        path = os.path.join(self.folder, "kept.db")
        for capture in (REFUSED, WARNED, MESH, TORN):
            first = Run("analyze", "--db", path, capture)
            self.assertEqual(first.out, Run("analyze", capture).out)
            again = Run("report", path)
            self.assertEqual((again.status, again.err), (DONE, ""))
            self.assertEqual(again.out, first.out)
            self.assertEqual(Run("report", "--json", path).out, Run("analyze", "--json", capture).out)
            self.assertEqual(os.listdir(self.folder), ["kept.db"])
        self.assertEqual(Run("report", "--fail-on", "warning", path).status, FOUND)
        self.assertEqual(Run("report", "--fail-on", "error", path).status, DONE)

    def test_options_of_report(self):
        path = os.path.join(self.folder, "kept.db")
        Run("analyze", "--db", path, MESH)
        for words in (["--peer", "10.0.0.4"], ["--all"], ["--ascii"], ["--width", "70"], ["--advice", "bird"]):
            self.assertEqual(Run("report", path, *words).out, Run("analyze", MESH, *words).out, words)

    def test_sqlite(self):
        path = os.path.join(self.folder, "kept.db")
        Run("analyze", "--db", path, REFUSED)
        with sqlite3.connect(path) as db:
            self.assertEqual(db.execute("SELECT code, at FROM v_findings").fetchall(), [("bgp-open-bad-peer-as", "10.0.12.1")])
            self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        db.close()

    def test_others_files_are_left_alone(self):
        path = self.put("precious.txt", b"not ours\n" * 1000)
        run = Run("analyze", "--db", path, REFUSED)
        self.one_sentence(run, DAMAGED, "precious.txt")
        with open(path, "rb") as file:
            self.assertEqual(file.read(), b"not ours\n" * 1000)
        other = os.path.join(self.folder, "other.db")
        with sqlite3.connect(other) as db:
            db.execute("CREATE TABLE mine (x)")
        db.close()
        self.assertEqual(Run("analyze", "--db", other, REFUSED).status, DAMAGED)
        self.assertEqual(Run("report", other).status, DAMAGED)
        with sqlite3.connect(other) as db:
            self.assertEqual(db.execute("SELECT name FROM sqlite_master").fetchall(), [("mine",)])
        db.close()
        self.one_sentence(Run("analyze", "--db", os.path.join(self.folder, "no", "where.db"), REFUSED), DAMAGED, "where.db")
        self.one_sentence(Run("report", REFUSED), DAMAGED, REFUSED)


class Secrets(Case):
    """md5-mismatch-bird-gobgp: 10.0.12.1 has `secret`, 10.0.12.2 has `Secret`; md5-right-…: both have `routetap-lab`."""
    WRONG, RIGHT = "md5-mismatch-bird-gobgp.pcap", "md5-right-frr-bird-caploss.pcap"

    def blamed(self, *words, **kwargs):
        run = Run("analyze", "--json", *words, self.WRONG, **kwargs)
        self.assertEqual((run.status, run.err), (DONE, ""))
        found = [f for f in json.loads(run.out)["findings"] if f["code"].startswith("bgp-md5")]
        self.assertEqual([f["code"] for f in found], ["bgp-md5-mismatch"])
        return found[0]

    def test_wrong_side_is_named(self):
        self.assertEqual(self.blamed("--tcp-md5-key", "10.0.12.1=secret")["at"], "10.0.12.2")
        self.assertEqual(self.blamed("--tcp-md5-key=10.0.12.2=Secret")["at"], "10.0.12.1")
        self.assertEqual(self.blamed("-M10.0.12.2=secret")["at"], "10.0.12.2")

    def test_both_keys_at_hand(self):
        found = self.blamed("-M", "10.0.12.1=secret", "-M", "10.0.12.2=Secret")
        self.assertEqual(found["confidence"], "certain")
        self.assertIn("two keys", found["title"])
        neither = self.blamed("-M", "10.0.12.1=another")
        self.assertIn("neither", neither["title"])
        self.assertIsNone(neither.get("at"))

    def test_from_file_and_environment(self):
        path = self.put("key", b"secret\n")
        self.assertEqual(self.blamed("-M", "10.0.12.1=file:" + path)["at"], "10.0.12.2")
        self.assertEqual(self.blamed("-M", "10.0.12.1=env:ROUTETAP_TEST_KEY", env={"ROUTETAP_TEST_KEY": "Secret"})["at"], "10.0.12.1")
        self.one_sentence(Run("analyze", "-M", "10.0.12.1=env:ROUTETAP_NO_KEY", self.WRONG), USAGE, "cannot be read")

    def test_right_key_finds_nothing(self):
        report = json.loads(Run("analyze", "--json", "-M", "10.0.12.1=routetap-lab", self.RIGHT).out)
        self.assertEqual([f["code"] for f in report["findings"] if "md5" in f["code"]], [])

    def test_never_shown(self):
        path = os.path.join(self.folder, "kept.db")
        secret = "c0rrect-horse"
        for words in (["analyze"], ["analyze", "--json"], ["analyze", "--db", path]):
            run = Run(*words, "-M", "10.0.12.1=" + secret, self.WRONG)
            self.assertEqual(run.status, DONE)
            self.assertNotIn(secret, run.out + run.err)
        with open(path, "rb") as file:
            self.assertNotIn(secret.encode(), file.read())
        for words in (["--tcp-md5-key", "10.0=" + secret], ["--tcp-md5-key=10.0=" + secret], ["-M10.0=" + secret], ["-M", secret],
                      ["--tcp-md5-kex=10.0.0.1=" + secret], ["-X10.0.0.1=" + secret]):
            run = Run("analyze", *words, self.WRONG)
            self.assertEqual(run.status, USAGE)
            self.assertNotIn(secret, run.out + run.err)

    def test_not_among_the_arguments_for_long(self):
        """What `ps` shows of a run that waits for its input."""
        if not os.path.isdir("/proc/self"):
            self.skipTest("no /proc here")
        with subprocess.Popen([BINARY, "analyze", "-M", "10.0.12.1=c0rrect-horse", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
            line = b"c0rrect-horse"
            for _ in range(200):
                with open("/proc/%d/cmdline" % child.pid, "rb") as file:
                    line = file.read()
                if line and b"c0rrect-horse" not in line:
                    break
                time.sleep(0.05)
            child.stdin.write(octets(self.WRONG))
            child.stdin.close()
        self.assertNotIn(b"c0rrect-horse", line)


class Manners(Case):
    def test_closed_pipe(self):
        """Whoever reads us may stop: no complaint, and nothing that `set -o pipefail` minds, but where the status is an answer."""
        files = [MESH, REFUSED, "table-frr-bird-offload.pcap.gz"]
        for words, ends in ((["decode"], (0,)), (["analyze", "--json", "--fail-on", "warning"], (FOUND, 128 + signal.SIGPIPE))):
            run = subprocess.run(["bash", "-c", 'set -o pipefail; "$0" "$@" | { read -r line; echo "${line:0:1}"; exec 0<&-; sleep 0.2; }', BINARY] + words + files,
                                 cwd=CAPTURES, capture_output=True, timeout=60, check=False)
            self.assertEqual(run.stderr, b"")
            self.assertEqual(run.stdout.count(b"\n"), 1)
            self.assertIn(run.returncode, ends, words)

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        for words in (["analyze"], ["analyze", "--json"], ["decode"]):
            with open("/dev/full", "wb") as full:
                run = subprocess.run([BINARY] + words + [REFUSED], cwd=CAPTURES, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
            self.assertEqual(run.returncode, DAMAGED, words)
            self.assertEqual(run.stderr.count(b"\n"), 1, run.stderr)

    def test_interrupted(self):
        """Ctrl-C gives the report of what was read so far."""
        with subprocess.Popen([BINARY, "analyze", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            child.stdin.write(octets(REFUSED))
            child.stdin.flush()
            time.sleep(1)
            child.send_signal(signal.SIGINT)
            time.sleep(0.2)
            out, err = child.communicate(timeout=60)
        self.assertIn(b"bgp-open-bad-peer-as", out)
        self.assertIn(b"interrupted", err)
        self.assertEqual(child.returncode, DONE)

    def test_same_twice(self):
        self.assertEqual(Run("analyze", "--json", MESH).out, Run("analyze", "--json", MESH).out)

    def test_decode_is_lines_of_json(self):
        lines = [json.loads(line) for line in Run("decode", "--json", MESH).out.splitlines()]
        self.assertTrue(all(line["file"] == MESH and line["protocol"] in ("bgp", "ospf") and line["frame"] > 0 for line in lines))
        frames = [line["frame"] for line in lines]
        self.assertEqual(frames, sorted(frames))


if __name__ == "__main__":
    program.main(__name__)
