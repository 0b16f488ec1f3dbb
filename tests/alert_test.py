#!/usr/bin/env python3
"""Alerts to a webhook, syslog and a command: their form, that they ring once, and what becomes of them when nobody
answers.

usage: alert_test.py BINARY [NAME...]

In: nothing. Out: what failed, a last line `N passed, N failed, N skipped`.
"""
import http.server
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "captures")
SLOW = 3 if "build-" in (sys.argv + ["", ""])[1] else 1  # sanitizers take their time
SHUTDOWN = "cease-shutdown-frr-bird-vlan.pcap"


def check(true, words):
    if not true:
        raise AssertionError(words)


class Hook:
    """A server that takes alerts, refuses them (status), or never answers (mute)."""

    def __init__(self, port=0, status=200, mute=False):
        self.came, hook = [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.came.append((time.time(), body, dict(self.headers)))
                if mute:
                    time.sleep(30)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *words):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/api/v2/alerts" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def alerts(self):
        return [a for _, body, _ in self.came for a in body]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def line(binary, capture, *words):
    return [binary, "monitor", "--config", "none", "-r", os.path.join(CAPTURES, capture), *words]


def monitor(binary, capture, *words, status=0):
    run = subprocess.run(line(binary, capture, *words), capture_output=True, text=True, check=False, timeout=60)
    check(run.returncode == status, "exit %d: %s" % (run.returncode, run.stderr[-400:]))
    return run


def names(alerts, status="firing"):
    return sorted(a["labels"]["alertname"] for a in alerts if a["annotations"]["status"] == status)


def form(binary, folder):
    """What Alertmanager takes; a token from a file that nobody else can read; one request for one incident."""
    hook, token = Hook(), os.path.join(folder, "token")
    with open(token, "w", encoding="ascii") as file:
        file.write("open sesame\n")
    os.chmod(token, stat.S_IRUSR | stat.S_IROTH)
    run = monitor(binary, SHUTDOWN, "--webhook", "token=file:%s %s" % (token, hook.url), status=2)
    check("others can read" in run.stderr, run.stderr)
    os.chmod(token, stat.S_IRUSR)
    monitor(binary, SHUTDOWN, "--webhook", "token=file:%s resend=1m %s" % (token, hook.url))
    hook.close()
    check(len(hook.came) == 1, "%d requests" % len(hook.came))
    when, body, headers = hook.came[0]
    check(headers["Authorization"] == "Bearer open sesame" and headers["Content-Type"] == "application/json", headers)
    check(names(body) == ["bgp-cease-administrative-shutdown", "bgp-session-down"], names(body))
    one = [a for a in body if "cease" in a["labels"]["alertname"]][0]
    check(one["labels"]["severity"] == "error" and one["labels"]["peering"] == "10.0.12.1-10.0.12.2" and one["labels"]["at"] == "10.0.12.2", one)
    check("ticket 4711" in one["annotations"]["description"] and one["annotations"]["advice"], one)
    check(all(isinstance(v, str) for a in body for part in ("labels", "annotations") for v in a[part].values()), body)
    time_form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
    check(all(time_form.fullmatch(a[k]) for a in body for k in ("startsAt", "endsAt")), body)
    until = time.mktime(time.strptime(one["endsAt"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
    check(150 < until - when < 190, "it fires until %s" % one["endsAt"])


def over(binary, folder):
    """A session that comes back resolves what was found while it was down; threshold and severities."""
    loud, quiet = Hook(), Hook()
    monitor(binary, "flapping-frr-bird-clear.pcap", "--webhook", "severity=info group=all " + loud.url, "--webhook", "severity=error group=all " + quiet.url)
    for hook in (loud, quiet):
        hook.close()
    downs, ups = names(loud.alerts()).count("bgp-session-down"), names(loud.alerts(), "resolved").count("bgp-session-down")
    check(downs >= 3 and ups >= downs - 1, (downs, ups))
    check(names(loud.alerts()).count("bgp-session-up") in (ups, ups + 1), names(loud.alerts()))
    resets = [names(loud.alerts(), s).count("bgp-cease-administrative-reset") for s in ("firing", "resolved")]
    check(resets[0] == downs and resets[1] == ups, "of each loss its cause: %s" % resets)
    check(names(loud.alerts()).count("bgp-session-flapping") == 1, "flapping is told once")
    check({a["labels"]["severity"] for a in quiet.alerts()} == {"error"}, "threshold")
    check(len([a for a in loud.alerts() if a["labels"]["severity"] == "error"]) == len(quiet.alerts()), "both had the same errors")


def nobody(binary, folder):
    """Nobody answers: nothing is held up, and when somebody does, nothing is missing."""
    port = free_port()
    child = subprocess.Popen(line(binary, "flapping-frr-bird-clear.pcap", "--replay", "8", "-v", "--webhook",
                                  "wait=0s group=none http://127.0.0.1:%d/" % port), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        first = child.stdout.readline()
        check(first, "it says nothing")
        time.sleep(1.5)
        hook = Hook(port)
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
    hook.close()
    check("Connection refused" in err or "connect" in err.lower(), err)
    check("takes alerts again" in err, err)
    check(err.count("alerts wait until") == 1, err)
    calm = Hook()
    monitor(binary, "flapping-frr-bird-clear.pcap", "--webhook", "wait=0s group=none " + calm.url)
    calm.close()
    told = [(a["labels"], a["annotations"]["status"], a["startsAt"]) for a in hook.alerts()]
    want = [(a["labels"], a["annotations"]["status"], a["startsAt"]) for a in calm.alerts()]
    for one in want:
        check(told.count(one) == want.count(one), "%s came %d times" % (one, told.count(one)))
    check(len(told) == len(want), (len(told), len(want)))


def mute(binary, folder):
    """A server that never answers, and one that refuses: the listener goes on, and ends."""
    silent, cross = Hook(mute=True), Hook(status=400)
    begin = time.monotonic()
    run = monitor(binary, SHUTDOWN, "--json", "--webhook", "wait=0s " + silent.url, "--webhook", "wait=0s " + cross.url)
    spent = time.monotonic() - begin
    for hook in (silent, cross):
        hook.close()
    check(spent < 12 * SLOW, "it took %.0f s" % spent)
    check("bgp-cease-administrative-shutdown" in run.stdout, "findings")
    check("HTTP status 400" in run.stderr and "given up" in run.stderr, run.stderr)
    check(len(cross.came) <= 2, "%d times" % len(cross.came))


RFC5424 = re.compile(r"<(\d+)>1 (\S+) (\S+) routetap (\d+) (finding|state) \[routetap@32473((?: [a-z]+=\"(?:[^\"\\\]]|\\.)*\")+)\] \ufeff(.*)", re.S)


def syslog(binary, folder):
    """By UDP, by TCP with counts, and by a socket on this machine; the severity is in the priority."""
    path = os.path.join(folder, "log")
    gram, local = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    stream = socket.create_server(("127.0.0.1", 0))
    gram.bind(("127.0.0.1", 0))
    local.bind(path)
    for s in (gram, local, stream):
        s.settimeout(10 * SLOW)
    monitor(binary, SHUTDOWN, "--syslog", "udp://127.0.0.1:%d" % gram.getsockname()[1], "--syslog", "tcp://127.0.0.1:%d" % stream.getsockname()[1], "--syslog", path)
    wire, _ = stream.accept()
    data = b""
    while True:
        more = wire.recv(65536)
        if not more:
            break
        data += more
    framed = []
    while data:
        count, _, data = data.partition(b" ")
        framed.append(data[:int(count)])
        data = data[int(count):]
    for told in ([gram.recv(4096) for _ in range(2)], [local.recv(4096) for _ in range(2)], framed):
        check(len(told) == 2, told)
        lines = [RFC5424.fullmatch(t.decode("utf-8")) for t in told]
        check(all(lines), told)
        check({m[1] for m in lines} == {"27"}, "facility daemon, severity error")
        check(any('code="bgp-cease-administrative-shutdown"' in m[6] and 'peering="10.0.12.1-10.0.12.2"' in m[6] for m in lines), told)
    for s in (wire, gram, local, stream):
        s.close()


def nobody_logs(binary, folder):
    """A syslog server by TCP that comes later."""
    port = free_port()
    child = subprocess.Popen(line(binary, SHUTDOWN, "--replay", "2", "--syslog", "severity=info wait=0s tcp://127.0.0.1:%d" % port),
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    stream = socket.create_server(("127.0.0.1", port))
    stream.settimeout(20)
    wire, _ = stream.accept()
    data = b""
    while data.count(b"status=") < 4:
        more = wire.recv(65536)
        check(more, "only %s" % data)
        data += more
    _, err = child.communicate(timeout=30)
    wire.close()
    stream.close()
    check(b"bgp-session-up" in data and b"bgp-session-down" in data, data)
    check("takes alerts again" in err, err)


def command(binary, folder):
    """JSON on its standard input, the most needed in its environment; one that fails is run again."""
    script, out = os.path.join(folder, "ring"), os.path.join(folder, "out")
    with open(script, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n[ -e %s.once ] || { : > %s.once; exit 3; }\necho \"$ROUTETAP_STATUS $ROUTETAP_SEVERITY $ROUTETAP_COUNT $ROUTETAP_SUBJECT\" >> %s\ncat >> %s\n" % (out, out, out, out))
    os.chmod(script, 0o755)
    run = monitor(binary, SHUTDOWN, "--alert-command", "severity=error %s 'an argument'" % script)
    with open(out, encoding="utf-8") as file:
        first, rest = file.read().split("\n", 1)
    check(first == "firing error 2 10.0.12.1-10.0.12.2", first)
    check(names(json.loads(rest)) == ["bgp-cease-administrative-shutdown", "bgp-session-down"], rest)
    check("ended with status 3" in run.stderr and "takes alerts again" in run.stderr, run.stderr)


def configured(binary, folder):
    """From the configuration file; those among the arguments take their place."""
    one, other, path = Hook(), Hook(), os.path.join(folder, "routetap.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write("webhook = severity=error %s\nname 10.0.12.2 = core\n" % one.url)
    base = [binary, "monitor", "-f", path, "-r", os.path.join(CAPTURES, SHUTDOWN)]
    subprocess.run(base, check=True, capture_output=True, timeout=60)
    check(len(one.came) == 1 and "10.0.12.2 is core" in json.dumps(one.came[0][1]), one.came)
    subprocess.run(base + ["--webhook", other.url], check=True, capture_output=True, timeout=60)
    check(len(one.came) == 1 and len(other.came) == 1, (len(one.came), len(other.came)))
    one.close()
    other.close()


class Reread:
    """A monitor with a configuration file, which is written anew while packets come."""

    def __init__(self, binary, folder, capture, speed, *words):
        self.path, self.said, self.told = os.path.join(folder, "routetap.conf"), [], 0
        self.line = [binary, "monitor", "-f", self.path, "-v", "-r", os.path.join(CAPTURES, capture), "--replay", str(speed), *words]

    def start(self, text):
        self.write(text)
        self.child = subprocess.Popen(self.line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=lambda: self.said.extend(self.child.stderr), daemon=True).start()
        check(self.child.stdout.readline(), "it says nothing")
        return self

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def again(self, text):
        """Until it says that it was read."""
        self.write(text)
        self.told += 1
        self.child.send_signal(signal.SIGHUP)
        self.until(lambda: sum("was read again" in w for w in self.said) >= self.told, "reads it again")

    def until(self, what, words):
        end = time.monotonic() + 20 * SLOW
        while not what():
            check(time.monotonic() < end and self.child.poll() is None, "never: %s; %s" % (words, self.said))
            time.sleep(0.02)

    def end(self):
        self.child.communicate(timeout=60 * SLOW)
        check(self.child.returncode == 0, (self.child.returncode, self.said))


def firing(alerts):
    """How often each began to fire, less how often it was over."""
    sums = {}
    for a in alerts:
        key = a["labels"]["alertname"]
        sums[key] = sums.get(key, 0) + (1 if a["annotations"]["status"] == "firing" else -1)
    return sums


def sighup(binary, folder):
    """SIGHUP: a sink that is still in the file goes on as if nothing were, one that is gone is told no more, one in its
    place is told what fires, and what comes; a bad file changes nothing."""
    stays, leaves, comes, calm = Hook(), Hook(), Hook(), Hook()
    plain = "severity=info wait=0s group=none "
    capture = "flapping-frr-bird-clear.pcap"
    m = Reread(binary, folder, capture, 4)
    first = "webhook = %s%s\nwebhook = %s%s\n" % (plain, stays.url, plain, leaves.url)
    m.start(first)
    m.until(lambda: names(leaves.alerts()).count("bgp-cease-administrative-reset") == 1, "an alert")
    m.write(first + "webhook = nowhere\n")
    m.child.send_signal(signal.SIGHUP)
    m.until(lambda: any("stays as it was" in w for w in m.said), "refuses it")
    m.until(lambda: names(leaves.alerts()).count("bgp-cease-administrative-reset") == 2, "another one")
    m.again("webhook = %s%s\nwebhook = %s%s\n" % (plain, stays.url, plain, comes.url))
    m.until(lambda: comes.came, "the new one is told")
    before = len(leaves.came)
    check(comes.alerts()[0]["annotations"]["status"] == "firing", "it is told first what fires")
    m.end()
    monitor(binary, capture, "--webhook", plain + calm.url)
    for hook in (stays, leaves, comes, calm):
        hook.close()
    told = lambda hook: sorted((a["labels"]["alertname"], a["startsAt"], a["annotations"]["status"]) for a in hook.alerts())
    check(told(stays) == told(calm), "the one that stays missed something, or heard it twice: %s" % told(stays))
    check(len(leaves.came) == before and len(leaves.alerts()) < len(stays.alerts()), "the one that left was told on")
    check(names(comes.alerts()).count("bgp-cease-administrative-reset") >= 2, names(comes.alerts()))
    end = {k: n for k, n in firing(calm.alerts()).items() if n}
    check({k: n for k, n in firing(comes.alerts()).items() if n} == end, "what fires in the end: %s" % firing(comes.alerts()))


def sighup_first(binary, folder):
    """A file that named nobody does so at SIGHUP; and none again."""
    hook, out = Hook(), os.path.join(folder, "out")
    m = Reread(binary, folder, "flapping-frr-bird-clear.pcap", 4).start("# nobody\n")
    m.again("webhook = severity=info wait=0s group=none %s\nalert-command = severity=info wait=0s group=none cat >> %s\n" % (hook.url, out))
    m.until(lambda: hook.came and os.path.exists(out) and os.path.getsize(out), "both ring")
    m.again("# nobody\n")
    came = len(hook.came)
    m.end()
    hook.close()
    check(len(hook.came) <= came + 1, "rung after that: %d, %d" % (came, len(hook.came)))


def sighup_dead(binary, folder):
    """What a sink that nobody answers at was never told, the one that takes its place is."""
    hook = Hook()
    m = Reread(binary, folder, SHUTDOWN, 2)
    m.start("webhook = wait=0s http://127.0.0.1:%d/\n" % free_port())
    m.until(lambda: any("alerts wait until" in w for w in m.said), "nobody answers")
    m.again("webhook = wait=0s %s\n" % hook.url)
    m.end()
    hook.close()
    check(names(hook.alerts()) == ["bgp-cease-administrative-shutdown", "bgp-session-down"], names(hook.alerts()))


def sighup_argument(binary, folder):
    """Sinks among the arguments take the place of those of the file, also when it is read again."""
    hook, other = Hook(), Hook()
    m = Reread(binary, folder, "flapping-frr-bird-clear.pcap", 4, "--webhook", "severity=info wait=0s " + hook.url).start("# nobody\n")
    m.again("webhook = severity=info wait=0s %s\n" % other.url)
    m.end()
    for h in (hook, other):
        h.close()
    check(hook.came and not other.came, (len(hook.came), len(other.came)))


TESTS = [form, over, nobody, mute, syslog, nobody_logs, command, configured, sighup, sighup_first, sighup_dead, sighup_argument]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, failed, passed = os.path.abspath(sys.argv[1]), [], 0
    tests = [t for t in TESTS if not sys.argv[2:] or t.__name__ in sys.argv[2:]]
    help_text = subprocess.run(line(binary, SHUTDOWN, "--webhook", "http://127.0.0.1:1/x"), capture_output=True, text=True, check=False).stderr
    if "without libcurl" in help_text:
        print("built without libcurl: skipped")
        print("0 passed, 0 failed, %d skipped" % len(tests))
        return
    for test in tests:
        with tempfile.TemporaryDirectory(prefix="rt-alert-") as folder:
            try:
                test(binary, folder)
                passed += 1
            except (AssertionError, subprocess.SubprocessError, OSError, KeyError, IndexError, ValueError) as why:
                failed.append("%s: %s: %s" % (test.__name__, type(why).__name__, why))
    for words in failed:
        print(words)
    print("%d passed, %d failed, 0 skipped" % (passed, len(failed)))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
