"""Namespaces, links, FRR and BIRD for ospf_lab.py.

In:  a plan: routers (name, software, areas), links (name, area, kind, ends with costs), what each router takes in from
     outside. Out: routers that run, each in a namespace of its own; tcpdump on every link; what their own tables say, as
     {prefix: (type, cost, metric of type 2, {next hop …})}; "" as a next hop is a link of its own.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import time

import spaces

FRR = "/usr/lib/frr"
HELLO, DEAD = 1, 4
NEEDED = ["ip", "tcpdump", "bird", "birdc", "vtysh"]
TYPES = {"I": "intra-area", "IA": "inter-area", "E1": "external type 1", "E2": "external type 2"}
LONG_TYPES = {"Intra-Area": TYPES["I"], "Inter-Area": TYPES["IA"], "External-1": TYPES["E1"], "External-2": TYPES["E2"]}


def missing():
    """What keeps this machine from running the lab, in words; None: nothing."""
    for tool in NEEDED:
        if not shutil.which(tool):
            return "%s is not here" % tool
    for daemon in ("zebra", "ospfd", "ospf6d"):
        if not os.path.exists(os.path.join(FRR, daemon)):
            return "FRR's %s is not here" % daemon
    return spaces.lacking()


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(words), done.stderr.strip() or done.stdout.strip()))
    return done.stdout


class Router:
    """One namespace; `kin` runs in it."""

    def __init__(self, lab, name, plan):
        self.lab, self.name, self.plan = lab, name, plan
        self.number = int(name[1:])
        self.id = "10.255.0.%d" % self.number
        self.space = lab.space(name)
        self.folder = os.path.join(lab.folder, name)
        self.links = []  # (link, cost, priority)
        self.kin = []

    def inside(self, *words):
        return ("ip", "netns", "exec", self.space) + words

    def begin(self):
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        run("ip", "-n", self.space, "link", "set", "lo", "up")
        run("ip", "-n", self.space, "addr", "add", self.id + "/32", "dev", "lo")
        run("ip", "-n", self.space, "addr", "add", "2001:db8:ff::%d/128" % self.number, "dev", "lo")

    def spawn(self, *words):
        log = open(os.path.join(self.folder, "log"), "ab")
        with log:
            self.kin.append(subprocess.Popen(self.inside(*words), stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def end(self):
        for child in self.kin:
            child.terminate()
        for child in self.kin:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


class Frr(Router):
    """zebra, ospfd and ospf6d. What is to come in from outside are blackhole routes in the kernel."""

    def start(self):
        for prefix, kind, metric in self.plan["outside"]:
            family = "-6" if ":" in prefix else "-4"
            run("ip", "-n", self.space, family, "route", "add", "blackhole", prefix)
        self.write("zebra.conf", "hostname %s\n" % self.name)
        self.write("ospfd.conf", self.ospfd())
        self.write("ospf6d.conf", self.ospf6d())
        common = ("--vty_socket", self.folder, "-A", "127.0.0.1", "-P", "0",
                  "-z", os.path.join(self.folder, "zserv"))
        for daemon in ("zebra", "ospfd", "ospf6d"):
            self.spawn(os.path.join(FRR, daemon), *common, "-i", os.path.join(self.folder, daemon + ".pid"),
                       "-f", os.path.join(self.folder, daemon + ".conf"))
            deadline = time.monotonic() + 20
            while not os.path.exists(os.path.join(self.folder, daemon + ".vty")):
                if time.monotonic() > deadline:
                    raise RuntimeError("%s of %s does not start" % (daemon, self.name))
                time.sleep(0.02)

    def maps(self, six):
        """Type and metric differ by prefix: a route map."""
        lines = []
        which = [o for o in self.plan["outside"] if (":" in o[0]) == six]
        word, name = ("ipv6", "six") if six else ("ip", "four")
        for at, (prefix, kind, metric) in enumerate(which):
            lines += ["%s prefix-list p%d permit %s" % (word, at, prefix), "route-map %s permit %d" % (name, at + 1),
                      " match %s address prefix-list p%d" % (word, at), " set metric-type type-%d" % kind,
                      " set metric %d" % metric, "exit"]
        return lines, [" redistribute kernel route-map %s" % name] if which else []

    def ospfd(self):
        lines, redistribute = self.maps(False)
        for link, cost, priority in self.links:
            lines += ["interface %s" % link["name"], " ip ospf area %d" % link["area"],
                      " ip ospf hello-interval %d" % HELLO, " ip ospf dead-interval %d" % DEAD, " ip ospf cost %d" % cost,
                      " ip ospf priority %d" % priority,
                      " ip ospf network %s" % ("broadcast" if link["kind"] == "broadcast" else "point-to-point"), "exit"]
        lines += ["interface lo", " ip ospf area %d" % self.plan["areas"][0], "exit", "router ospf",
                  " ospf router-id %s" % self.id, " timers throttle spf 0 50 200"] + redistribute
        lines += [" area %d nssa" % a for a in self.plan["areas"] if a == self.lab.plan["nssa"]]
        return "\n".join(lines) + "\n"

    def ospf6d(self):
        lines, redistribute = self.maps(True)
        for link, cost, priority in self.links:
            lines += ["interface %s" % link["name"], " ipv6 ospf6 area %d" % link["area"],
                      " ipv6 ospf6 hello-interval %d" % HELLO, " ipv6 ospf6 dead-interval %d" % DEAD,
                      " ipv6 ospf6 cost %d" % cost, " ipv6 ospf6 priority %d" % priority,
                      " ipv6 ospf6 network %s" % ("broadcast" if link["kind"] == "broadcast" else "point-to-point"), "exit"]
        lines += ["interface lo", " ipv6 ospf6 area %d" % self.plan["areas"][0], "exit", "router ospf6",
                  " ospf6 router-id %s" % self.id, " timers throttle spf 0 50 200"] + redistribute
        lines += [" area %d nssa" % a for a in self.plan["areas"] if a == self.lab.plan["nssa"]]
        return "\n".join(lines) + "\n"

    def ask(self, *lines):
        words = [w for line in lines for w in ("-c", line)]
        return run(*self.inside("vtysh", "--vty_socket", self.folder, *words))

    def neighbors(self):
        """How many adjacencies are at rest, by version."""
        four = json.loads(self.ask("show ip ospf neighbor json"))
        six = json.loads(self.ask("show ipv6 ospf6 neighbor json"))
        rest = re.compile(r"Full|2-?Way|Two-?Way", re.I)
        return (sum(bool(rest.match(n.get("nbrState", n.get("state", "")))) for of in four["neighbors"].values() for n in of),
                sum(bool(rest.match(n["state"])) for n in six["neighbors"]))

    def database(self):
        """Each version's LSAs, without their ages, and without those that are being flushed."""
        four = re.findall(r"^(\S+ +\S+) +\d+ (0x\w+)", self.ask("show ip ospf database"), re.M)
        six = re.findall(r"^(\S+ +\S+ +\S+) +(\d+) (\w{8}) +(\S+)", self.ask("show ipv6 ospf6 database"), re.M)
        return four, [(of, seq, what) for of, age, seq, what in six if int(age) < 3600]

    def table(self, version):
        return self.table4() if version == 2 else self.table6()

    def table4(self):
        routes = {}
        for prefix, r in json.loads(self.ask("show ip ospf route json")).items():
            kind = r["routeType"].split()
            if "/" not in prefix or kind[0] != "N":
                continue
            words = TYPES[kind[1] if len(kind) > 1 else "I"]
            vias = {n["ip"].strip() if not n.get("directlyAttachedTo") else "" for n in r["nexthops"]}
            routes[prefix] = (words, r["cost"], r.get("tag2", r.get("type2cost")), vias)
        return routes

    def table6(self):
        """A prefix may stand there several times, of which one is the best; in JSON the last one would be all that is left."""
        routes = {}
        for entry in self.ask("show ipv6 ospf6 route detail").split("Destination: ")[1:]:
            said = dict(re.findall(r"^(Path Type|Metric|Lock): (.*)", entry, re.M))
            if "B" not in said["Lock"].split("Flags: ")[1]:
                continue
            kind, (cost, metric2) = LONG_TYPES[said["Path Type"]], re.findall(r"\d+", said["Metric"])
            vias = re.findall(r"^  (\S+) \S+$", entry.split("Nexthop:")[1], re.M)
            routes[entry.split()[0]] = (kind, int(cost), int(metric2) if kind == TYPES["E2"] else None,
                                        {"" if v == "::" else v for v in vias})
        return routes

    def cost(self, link, cost):
        self.ask("configure terminal", "interface " + link, "ip ospf cost %d" % cost)
        self.ask("configure terminal", "interface " + link, "ipv6 ospf6 cost %d" % cost)


class Bird(Router):
    def start(self):
        self.spawn("bird", "-f", "-c", self.write("bird.conf", self.config()), "-s", os.path.join(self.folder, "ctl"),
                   "-P", os.path.join(self.folder, "pid"))

    def config(self):
        lines = ["router id %s;" % self.id, "protocol device { scan time 1; }"]
        for six in (False, True):
            routes = ["  route %s blackhole { ospf_metric%d = %d; };" % (p, k, m)
                      for p, k, m in self.plan["outside"] if (":" in p) == six]
            lines += ["protocol static s%d { ipv%d;" % ((6, 6) if six else (4, 4))] + routes + ["}"]
            lines += ["protocol ospf v%d o%d {" % ((3, 6) if six else (2, 4)), " ecmp yes; tick 1;",
                      " ipv%d { import all; export where source = RTS_STATIC; };" % (6 if six else 4)]
            for area in self.plan["areas"]:
                lines += [" area %d {" % area] + ["  nssa;"] * (area == self.lab.plan["nssa"]) + self.interfaces(area)
                lines += ["  interface \"lo\" { stub yes; cost 1; };"] * (area == self.plan["areas"][0]) + [" };"]
            lines.append("}")
        return "\n".join(lines) + "\n"

    def interfaces(self, area):
        return ["  interface \"%s\" { type %s; hello %d; dead %d; cost %d; priority %d; };"
                % (link["name"], "broadcast" if link["kind"] == "broadcast" else "ptp", HELLO, DEAD, cost, priority)
                for link, cost, priority in self.links if link["area"] == area]

    def ask(self, *lines):
        return "".join(run("birdc", "-s", os.path.join(self.folder, "ctl"), *line.split()) for line in lines)

    def neighbors(self):
        return tuple(len(re.findall(r"Full/|2-Way/", self.ask("show ospf neighbors o%d" % n), re.I)) for n in (4, 6))

    def database(self):
        return tuple([(of, seq) for of, seq, age in re.findall(r"^ (\w{4} +\S+ +\S+) +(\w{8}) +(\d+)",
                                                               self.ask("show ospf lsadb o%d" % n), re.M) if int(age) < 3600]
                     for n in (4, 6))

    def table(self, version):
        routes, at = {}, None
        for line in self.ask("show route protocol o%d all" % (4 if version == 2 else 6)).splitlines():
            head = re.match(r"(\S+/\d+)?\s+unicast \[.*?\] (?:\* )?(I|IA|E1|E2) \(\d+/(\d+)(?:/(\d+))?\)", line)
            if head:
                at = head.group(1) or at
                routes[at] = (TYPES[head.group(2)], int(head.group(3)), int(head.group(4)) if head.group(4) else None, set())
            via = re.match(r"\s+(?:via (\S+) on|dev) (\S+)", line)
            if via and at:
                routes[at][3].add(via.group(1) or "")
        return routes

    def cost(self, link, cost):
        self.links = [(of, cost if of["name"] == link else c, p) for of, c, p in self.links]
        self.write("bird.conf", self.config())
        self.ask("configure")


class Lab:
    def __init__(self, plan, folder):
        self.plan, self.folder = plan, folder
        self.routers = {n: {"frr": Frr, "bird": Bird}[r["runs"]](self, n, r) for n, r in plan["routers"].items()}
        self.spaces, self.taps, self.cut = [], [], set()

    def space(self, name):
        return "rtlab-%d-%s" % (os.getpid(), name)

    def add_space(self, name):
        run("ip", "netns", "add", self.space(name))
        self.spaces.append(self.space(name))
        run("ip", "netns", "exec", self.space(name), "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0",
            "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_ra=0")

    def wire(self, link, at):
        """LANs are bridges that send every frame to every port, so that one tap sees all of it."""
        ends = [self.routers[name] for name, *_ in link["ends"]]
        name = link["name"]
        if link["kind"] == "broadcast":
            switch = self.space("lans")
            run("ip", "-n", switch, "link", "add", name, "type", "bridge", "ageing_time", "0", "mcast_snooping", "0")
            run("ip", "-n", switch, "link", "set", name, "up")
            for r in ends:
                port = "%s-%s" % (name, r.name)
                run("ip", "link", "add", name, "netns", r.space, "type", "veth", "peer", "name", port, "netns", switch)
                run("ip", "-n", switch, "link", "set", port, "master", name, "up")
        else:
            run("ip", "link", "add", name, "netns", ends[0].space, "type", "veth", "peer", "name", name, "netns",
                ends[1].space)
        for r, (_, cost, *priority) in zip(ends, link["ends"]):
            r.links.append((link, cost, priority[0] if priority else 1))
            run("ip", "-n", r.space, "addr", "add", "10.0.%d.%d/%d" % (at, r.number, link["bits"]), "dev", name)
            run("ip", "-n", r.space, "addr", "add", "2001:db8:%d::%d/64" % (at, r.number), "dev", name)
            run("ip", "-n", r.space, "link", "set", name, "up")

    def tap(self, link):
        r = self.routers[link["ends"][0][0]]
        path = os.path.join(self.folder, link["name"] + ".pcap")
        child = subprocess.Popen(r.inside("tcpdump", "-Z", "root", "-i", link["name"], "-s", "0", "-U", "--immediate-mode",
                                          "-w", path, "ip proto 89 or ip6 proto 89"),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.taps.append((path, child))
        while "listening on" not in (line := child.stderr.readline()):
            if not line:
                raise RuntimeError("tcpdump does not listen on " + link["name"])

    def begin(self):
        for name in ["lans", *self.routers]:
            self.add_space(name)
        for r in self.routers.values():
            r.begin()
        for at, link in enumerate(self.plan["links"], 1):
            self.wire(link, at)
        for link in self.plan["links"]:
            self.tap(link)
        for r in self.routers.values():
            r.start()

    def captures(self):
        return [path for path, _ in self.taps]

    def cut_link(self, name):
        self.cut.add(name)
        for r in self.routers.values():
            if name in [link["name"] for link, *_ in r.links]:
                run("ip", "-n", r.space, "link", "set", name, "down")

    def stop_taps(self):
        for _, child in self.taps:
            child.send_signal(signal.SIGINT)
        for _, child in self.taps:
            child.wait(10)
            child.stderr.close()

    def end(self):
        for _, child in self.taps:
            if child.poll() is None:
                child.kill()
                child.wait()
        for r in self.routers.values():
            r.end()
        for name in self.spaces:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
