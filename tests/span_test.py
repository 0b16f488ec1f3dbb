#!/usr/bin/env python3
"""`monitor` at the span port of a bridge between real routers: FRR and BIRD, in network namespaces.

usage: span_test.py BINARY [--keep]        --keep: leave what was written, and say where

A session comes up, is shut, has its link cut, its MD5 key changed, and its OSPF underlay withdrawn. Each shows in the
page's API with its cause, and rings the webhook once, within two seconds of the packets that prove it.

Needs root, network namespaces, FRR, BIRD and ip; elsewhere it says so and skips. In: nothing. Out: what failed, a last
line `N passed, N failed, N skipped`.
"""
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import spaces

FRR = "/usr/lib/frr"
ID = "rtspan-%d" % os.getpid()
SWITCH, LEFT, RIGHT = (ID + end for end in ("-sw", "-frr", "-bird"))
TAP = "rtspan%d" % os.getpid()
SLOW = 3 if "build-" in (sys.argv + [""])[1] else 1  # sanitizers take their time
WITHIN = 2.0 * SLOW
EBGP, IBGP = "10.99.0.1-10.99.0.2", "10.255.0.1-10.255.0.2"

FRR_CONF = """hostname span
interface left0
 ip ospf hello-interval 1
 ip ospf dead-interval 4
 ip ospf network point-to-point
exit
router ospf
 ospf router-id 10.255.0.1
 network 10.99.0.0/24 area 0
 network 10.255.0.1/32 area 0
exit
router bgp 65001
 bgp router-id 10.255.0.1
 no bgp ebgp-requires-policy
 no bgp network import-check
 timers bgp 2 6
 neighbor 10.99.0.2 remote-as 65002
 neighbor 10.99.0.2 password right
 neighbor 10.99.0.2 timers connect 2
 neighbor 10.99.0.2 advertisement-interval 0
 neighbor 10.255.0.2 remote-as 65001
 neighbor 10.255.0.2 update-source 10.255.0.1
 neighbor 10.255.0.2 timers connect 2
 address-family ipv4 unicast
  network 192.0.2.0/25
 exit-address-family
exit
"""

BIRD_CONF = """router id 10.255.0.2;
protocol device { scan time 1; }
protocol kernel { ipv4 { export all; import none; }; }
protocol direct { ipv4; interface "lo"; }
protocol static origin { ipv4; route 198.51.100.0/24 blackhole; }
protocol ospf v2 underlay {
  ipv4 { import all; export none; };
  area 0 {
    interface "right0" { hello 1; dead count 4; type ptp; };
    %s
  };
}
template bgp usual { hold time 6; keepalive time 2; connect delay time 1; connect retry time 2; error wait time 1, 2;
  startup hold time 6; ipv4 { import all; export where source = RTS_STATIC; }; }
protocol bgp outer from usual { local 10.99.0.2 as 65002; neighbor 10.99.0.1 as 65001; password "right"; }
protocol bgp inner from usual { local 10.255.0.2 as 65001; neighbor 10.255.0.1 as 65001; multihop; }
"""


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=30, **more).stdout


def ip(space, *words):
    run("ip", "-n", space, *words)


def inside(space, *words):
    return ("ip", "netns", "exec", space) + words


def check(true, words):
    if not true:
        raise AssertionError(words)


class Lab:
    """Two routers on a bridge; everything is seen at a third port of it, as at the span port of a switch."""

    def __init__(self, folder):
        self.folder, self.children = folder, []

    def wire(self):
        for space in (SWITCH, LEFT, RIGHT):
            run("ip", "netns", "add", space)
            ip(space, "link", "set", "lo", "up")
        # a bridge that learns nothing sends every frame to every port
        ip(SWITCH, "link", "add", "br0", "type", "bridge", "ageing_time", "0", "mcast_snooping", "0")
        ip(SWITCH, "link", "set", "br0", "up")
        for port, end, space in (("port1", "left0", LEFT), ("port2", "right0", RIGHT)):
            ip(SWITCH, "link", "add", port, "type", "veth", "peer", "name", end, "netns", space)
            ip(SWITCH, "link", "set", port, "master", "br0", "up")
            ip(space, "link", "set", end, "up")
        # the other end of the span port is out here, where the page and the bell are
        run("ip", "link", "add", TAP, "type", "veth", "peer", "name", "span0", "netns", SWITCH)
        ip(SWITCH, "link", "set", "span0", "master", "br0", "up")
        run("ip", "link", "set", TAP, "up")
        for space, end, last in ((LEFT, "left0", 1), (RIGHT, "right0", 2)):
            ip(space, "addr", "add", "10.99.0.%d/24" % last, "dev", end)
            ip(space, "addr", "add", "10.255.0.%d/32" % last, "dev", "lo")
            run(*inside(space, "sysctl", "-qw", "net.ipv4.ip_forward=1"))

    def child(self, *words):
        with open(os.path.join(self.folder, "log-%d" % len(self.children)), "w", encoding="utf-8") as log:
            self.children.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True))
        return self.children[-1]

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def route(self):
        conf = self.write("frr.conf", FRR_CONF)
        os.chmod(self.folder, 0o777)
        for name in ("zebra", "ospfd", "bgpd"):
            extra = ("-p", "179") if name == "bgpd" else ()
            self.child(*inside(LEFT, FRR + "/" + name, "-f", self.write(name + ".conf", ""), "-i", self.path(name + ".pid"), "-z", self.path("zserv"),
                               "--vty_socket", self.folder, "-u", "frr", "-g", "frr", "--log", "file:" + self.path(name + ".log"), *extra))
            self.until(lambda name=name: os.path.exists(self.path(name + ".vty")), 10, name)
        self.vtysh_file(conf)
        self.child(*inside(RIGHT, "bird", "-f", "-c", self.write("bird.conf", BIRD_CONF % 'interface "lo" { stub; };'), "-s", self.path("bird.ctl")))
        self.write("bird-without.conf", BIRD_CONF % "")

    def vtysh_file(self, path):
        run(*inside(LEFT, "vtysh", "--vty_socket", self.folder, "-f", path))

    def vtysh(self, *lines):
        run(*inside(LEFT, "vtysh", "--vty_socket", self.folder, *[w for line in lines for w in ("-c", line)]))

    def birdc(self, *words):
        return run(*inside(RIGHT, "birdc", "-s", self.path("bird.ctl"), *words))

    @staticmethod
    def until(true, seconds, what):
        end = time.monotonic() + seconds
        while not true():
            check(time.monotonic() < end, "%s: not within %s s" % (what, seconds))
            time.sleep(0.05)

    def end(self):
        for child in self.children:
            child.terminate()
        for child in self.children:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for space in (SWITCH, LEFT, RIGHT):
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


class Bell(http.server.ThreadingHTTPServer):
    """Takes alerts, and remembers when each came."""
    daemon_threads = True

    def __init__(self):
        self.came, bell = [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                for alert in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
                    bell.came.append((time.time(), alert))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *words):
                pass
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def rung(self, name, since, subject, status="firing"):
        """(when, alert) of each time it rang since then."""
        return [(t, a) for t, a in list(self.came) if t >= since and a["labels"]["alertname"] == name and
                a["annotations"]["status"] == status and (subject is None or subject in (a["labels"].get("peering"), a["labels"].get("adjacency")))]


def moment(text):
    whole, _, rest = text.rstrip("Z").partition(".")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + (rest or "0"))


class Page:
    """The API, asked ten times a second: when each finding was first seen in it, and its latest packet then."""

    def __init__(self, port):
        self.url, self.seen, self.going = "http://127.0.0.1:%d/api/v1/" % port, {}, True
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def ask(self, what):
        with urllib.request.urlopen(self.url + what, timeout=5) as answer:
            return json.load(answer)

    def watch(self):
        while self.going:
            try:
                for f in self.ask("findings?limit=200")["findings"]:
                    key = (f["code"], f.get("peering"), f["id"], f["last_time"])
                    if key not in self.seen: # its evidence, once
                        now = time.time()
                        one = self.ask("findings/%d" % f["id"])["finding"]
                        last = max([e["time"] for e in one["evidence"] if e.get("time")] + [f["last_time"]])
                        self.seen[key] = (now, f, last)
            except (OSError, KeyError, ValueError):
                pass
            time.sleep(0.1)

    def found(self, code, since, peering):
        """When it was seen first after `since`, for packets after `since`."""
        return sorted(((t, f, last) for (c, p, _, _), (t, f, last) in list(self.seen.items())
                       if c == code and (peering is None or p == peering) and moment(last) >= since - 0.5 and t >= since), key=lambda x: x[0])


class Story:
    def __init__(self, lab, bell, page):
        self.lab, self.bell, self.page, self.passed, self.failed = lab, bell, page, 0, []

    def up(self, since, subject, seconds, name="bgp-session-up"):
        Lab.until(lambda: self.bell.rung(name, since, subject), seconds * SLOW, "%s %s" % (name, subject))

    def judge(self, what, since, codes, subject, seconds):
        """One of these causes is told of it: by the page, and once by the bell."""
        try:
            Lab.until(lambda: any(self.bell.rung(c, since, subject) for c in codes) and any(self.page.found(c, since, subject) for c in codes), seconds * SLOW,
                      "%s: one of %s" % (what, codes))
            time.sleep(1.5)  # would it ring again?
            code = [c for c in codes if self.bell.rung(c, since, subject)][0]
            rings, shown = self.bell.rung(code, since, subject), self.page.found(code, since, subject)
            check(len(rings) == 1, "%s: %s rang %d times" % (what, code, len(rings)))
            check(shown, "%s: %s is not on the page" % (what, code))
            when, finding, last = shown[0]
            # what rests on silence, or is a cause only since there is a consequence, is proven when the session is lost
            lost = [moment(a["startsAt"]) for _, a in self.bell.rung("bgp-session-down", since, subject)] if subject else []
            proven = max([moment(last)] + lost)
            check(when - proven < WITHIN, "%s: on the page after %.1f s" % (what, when - proven))
            check(rings[0][0] - proven < WITHIN, "%s: rang after %.1f s" % (what, rings[0][0] - proven))
            print("%-28s %-34s page %.2f s, bell %.2f s   %s" % (what, code, when - proven, rings[0][0] - proven, finding["title"]))
            self.passed += 1
        except AssertionError as why:
            self.failed.append("%s; rung: %s" % (why, sorted({(a["labels"]["alertname"], a["labels"].get("peering")) for t, a in self.bell.came if t >= since})))

    def comes_up(self):
        begin = time.time()
        for subject in (EBGP, IBGP):
            self.up(0, subject, 40)
        self.up(0, None, 10, "ospf-adjacency-up")
        Lab.until(lambda: {(s["address"], s["state"]) for p in self.page.ask("peerings")["peerings"] for s in p["sides"]} ==
                  {(a, "Established") for a in ("10.99.0.1", "10.99.0.2", "10.255.0.1", "10.255.0.2")}, WITHIN, "Established on the page")
        for subject in (EBGP, IBGP):
            rings = self.bell.rung("bgp-session-up", 0, subject)
            check(len(rings) == 1 and rings[0][0] - moment(rings[0][1]["startsAt"]) < WITHIN, "%s: %s" % (subject, rings))
        print("%-28s after %.1f s" % ("both sessions come up", time.time() - begin))
        self.passed += 1

    def is_shut(self):
        since = time.time()
        self.lab.birdc("disable", "outer", '"see ticket 12"')
        self.judge("it is shut", since, ["bgp-cease-administrative-shutdown"], EBGP, 5)
        self.back(lambda: self.lab.birdc("enable", "outer"), since, "bgp-cease-administrative-shutdown")

    def back(self, mend, since, code):
        """What was lost is back: that rings, too, and what was said before is taken back."""
        again = time.time()
        mend()
        try:
            self.up(again, EBGP, 40)
            Lab.until(lambda: self.bell.rung("bgp-session-down", again, EBGP, "resolved"), 3 * SLOW, "down is resolved")
            if code:
                Lab.until(lambda: self.bell.rung(code, since, EBGP, "resolved"), 3 * SLOW, code + " is resolved")
            check(len(self.bell.rung("bgp-session-down", since, EBGP)) == 1, "bgp-session-down rang %d times" % len(self.bell.rung("bgp-session-down", since, EBGP)))
            self.passed += 1
        except AssertionError as why:
            self.failed.append("back after %s: %s" % (code, why))

    def is_cut(self):
        since = time.time()
        ip(SWITCH, "link", "set", "port2", "down")
        self.judge("its link is cut", since, ["bgp-peer-silent", "bgp-hold-timer-expired"], EBGP, 15)
        self.judge("… and OSPF's with it", since, ["ospf-neighbor-dead"], None, 10)
        self.back(lambda: ip(SWITCH, "link", "set", "port2", "up"), since, None)
        self.up(since, IBGP, 40)

    def key_changes(self):
        since = time.time()
        self.lab.vtysh("configure terminal", "router bgp 65001", "neighbor 10.99.0.2 password wrong")
        self.judge("its MD5 key changes", since, ["bgp-md5-mismatch"], EBGP, 40)
        self.back(lambda: self.lab.vtysh("configure terminal", "router bgp 65001", "neighbor 10.99.0.2 password right"), since, "bgp-md5-mismatch")

    def underlay_goes(self):
        since = time.time()
        self.lab.birdc("configure", '"%s"' % self.lab.path("bird-without.conf"))
        self.judge("its underlay is withdrawn", since, ["route-loopback-missing"], IBGP, 30)


def lacking():
    lacks = spaces.lacking()
    if lacks:
        return lacks
    for name, path in (("FRR", FRR + "/bgpd"), ("FRR", "vtysh"), ("BIRD", "bird")):
        if not shutil.which(path):
            return "%s is not here" % name
    return None


def tell(binary, folder):
    lab, bell = Lab(folder), Bell()
    port = 20000 + os.getpid() % 20000
    try:
        lab.wire()
        monitor = lab.child(binary, "monitor", "--config", "none", "-i", TAP, "--db", lab.path("span.db"), "--web", str(port), "-v", "--json",
                            "--webhook", "severity=info wait=0s http://127.0.0.1:%d/" % bell.server_address[1])
        page = Page(port)
        lab.route()
        story = Story(lab, bell, page)
        try:
            story.comes_up()
            for chapter in (story.is_shut, story.is_cut, story.key_changes, story.underlay_goes):
                chapter()
        except (AssertionError, OSError, subprocess.SubprocessError, KeyError) as why:
            story.failed.append("%s: %s" % (type(why).__name__, getattr(why, "stderr", None) or why))
        page.going = False
        monitor.terminate()
        status = monitor.wait(15 * SLOW)
        if status:
            story.failed.append("monitor ended with status %s" % status)
        return story
    finally:
        lab.end()
        bell.shutdown()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    why = lacking()
    if why:
        print("%s: skipped" % why)
        print("0 passed, 0 failed, 1 skipped")
        return
    folder = tempfile.mkdtemp(prefix="rtspan-")
    try:
        story = tell(os.path.abspath(sys.argv[1]), folder)
    finally:
        if "--keep" in sys.argv:
            print("kept:", folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    for words in story.failed:
        print(words)
    print("%d passed, %d failed, 0 skipped" % (story.passed, len(story.failed)))
    sys.exit(1 if story.failed else 0)


if __name__ == "__main__":
    main()
