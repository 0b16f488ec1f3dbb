"""Namespaces, one LAN, GoBGP, BIRD and FRR for routes_lab.py.

In:  what each router announces (routes_lab.py). Out: routers that run, each in a namespace of its own; tcpdump on the LAN,
     whose bridge sends every frame to every port; the routes that a router has from a neighbour, as its own words have them,
     in the form of `normal`: {(family, RD, route, path identifier or None): facts}.
"""
import ipaddress
import json
import os
import re
import shutil
import signal
import subprocess
import time

import spaces

FRR = "/usr/lib/frr"
NEEDED = ["ip", "tcpdump", "gobgpd", "gobgp", "bird", "birdc", "vtysh"]
WELL_KNOWN = {65535 << 16: "graceful-shutdown", 0xFFFFFF01: "no-export", 0xFFFFFF02: "no-advertise", 0xFFFF029A: "blackhole"}
ORIGINS = {"i": "IGP", "e": "EGP", "?": "INCOMPLETE"}
API_PORT = 8450


def missing():
    """What keeps this machine from running the lab, in words; None: nothing."""
    for tool in NEEDED:
        if not shutil.which(tool):
            return "%s is not here" % tool
    if not os.path.exists(os.path.join(FRR, "bgpd")):
        return "FRR's bgpd is not here"
    return spaces.lacking()


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(words), done.stderr.strip() or done.stdout.strip()))
    return done.stdout


def address(text):
    """One address in one notation; an IPv4 address that IPv6 carries (RFC 4798) as what it is."""
    a = ipaddress.ip_address(text)
    return str(getattr(a, "ipv4_mapped", None) or a)


def community(number):
    return WELL_KNOWN.get(number, "%d:%d" % (number >> 16, number & 0xFFFF))


def facts(next_hop=None, as_path="", origin=None, med=None, local_pref=None, communities=(), labels=()):
    """What a route says; communities of all kinds, in order."""
    return {"next_hop": next_hop, "as_path": as_path, "origin": origin, "med": med, "local_pref": local_pref,
            "communities": sorted(communities), "labels": list(labels)}


class Router:
    """One namespace; `kin` runs in it."""

    def __init__(self, lab, number):
        self.lab, self.number = lab, number
        self.space = lab.space("r%d" % number)
        self.folder = os.path.join(lab.folder, "r%d" % number)
        self.v4, self.v6 = "10.88.0.%d" % number, "2001:db8:88::%d" % number
        self.kin = []

    def inside(self, *words):
        return ("ip", "netns", "exec", self.space) + words

    def begin(self, switch):
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        port = "p%d" % self.number
        run("ip", "link", "add", "lan", "netns", self.space, "type", "veth", "peer", "name", port, "netns", switch)
        run("ip", "-n", switch, "link", "set", port, "master", "lan", "up")
        run("ip", "-n", self.space, "link", "set", "lo", "up")
        run("ip", "-n", self.space, "addr", "add", self.v4 + "/24", "dev", "lan")
        run("ip", "-n", self.space, "addr", "add", self.v6 + "/64", "dev", "lan")
        run("ip", "-n", self.space, "link", "set", "lan", "up")

    def spawn(self, *words):
        with open(os.path.join(self.folder, "log"), "ab") as log:
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


class Gobgp(Router):
    FAMILIES = {"ipv4-unicast": ("ipv4-unicast", "ipv4"), "ipv6-unicast": ("ipv6-unicast", "ipv6"),
                "ipv4-labeled-unicast": ("ipv4-labelled-unicast", "ipv4-mpls"), "ipv6-labeled-unicast": ("ipv6-labelled-unicast", "ipv6-mpls"),
                "vpnv4-unicast": ("l3vpn-ipv4-unicast", "vpnv4"), "vpnv6-unicast": ("l3vpn-ipv6-unicast", "vpnv6"),
                "l2vpn-evpn": ("l2vpn-evpn", "evpn"), "ipv4-flowspec": ("ipv4-flowspec", "ipv4-flowspec"),
                "ipv6-flowspec": ("ipv6-flowspec", "ipv6-flowspec"), "vpnv4-flowspec": ("l3vpn-ipv4-flowspec", "ipv4-l3vpn-flowspec")}

    def start(self, asn, neighbors):
        """neighbors: (address, AS, {family: with path identifiers})"""
        lines = ["[global.config]", "as = %d" % asn, 'router-id = "%s"' % self.v4]
        for peer, peer_as, families in neighbors:
            lines += ["[[neighbors]]", "[neighbors.config]", 'neighbor-address = "%s"' % peer, "peer-as = %d" % peer_as,
                      "[neighbors.timers.config]", "connect-retry = 1", "[neighbors.graceful-restart.config]", "enabled = true", "restart-time = 1"]
            for family, add_path in families.items():
                lines += ["[[neighbors.afi-safis]]", "[neighbors.afi-safis.config]", 'afi-safi-name = "%s"' % self.FAMILIES[family][0],
                          "[neighbors.afi-safis.mp-graceful-restart.config]", "enabled = true"]
                if add_path:
                    lines += ["[neighbors.afi-safis.add-paths.config]", "receive = true", "send-max = 8"]
        self.neighbors = {peer: families for peer, _, families in neighbors}
        self.spawn("gobgpd", "-f", self.write("gobgpd.toml", "\n".join(lines) + "\n"), "--api-hosts", "127.0.0.1:%d" % API_PORT)

    def ask(self, *words):
        return run(*self.inside("gobgp", "-p", str(API_PORT), *words))

    def up(self):
        try:
            return {n["state"]["neighbor_address"] for n in json.loads(self.ask("neighbor", "-j")) if n["state"].get("session_state") == 6}
        except (RuntimeError, ValueError):
            return set()

    def add(self, family, words):
        self.ask("global", "rib", "add", "-a", self.FAMILIES[family][1], *words.split())

    def remove(self, family, words):
        self.ask("global", "rib", "del", "-a", self.FAMILIES[family][1], *words.split())

    def received(self, peer):
        found = {}
        for family, add_path in self.neighbors[peer].items():
            try:
                told = json.loads(self.ask("neighbor", peer, "adj-in", "-a", self.FAMILIES[family][1], "-j") or "{}")
            except RuntimeError as e:
                if "not established" in str(e):
                    return {}
                raise
            if "error" in told:
                return {}
            ids = self.ids(peer, family) if add_path else {}
            for key, paths in told.items():
                for at, path in enumerate(paths):
                    route, values = self.route(family, path)
                    found[(family,) + route + (ids[key][at] if add_path else None,)] = values
        return found

    def ids(self, peer, family):
        """Path identifiers, which its JSON has not, by the network, in its order."""
        found = {}
        for line in self.ask("neighbor", peer, "adj-in", "-a", self.FAMILIES[family][1]).splitlines()[1:]:
            number, network = re.match(r" +(\d+) +(\[type:.*?\](?= {2,}| +\[\d+\] | {1}\S)|\S+)", line).groups()
            if network.startswith("[type:"):
                network = re.match(r"(?:\[(?:type|rd|esi|etag|mac|ip|prefix):[^]]*\])+", network).group(0)
            found.setdefault(network, []).append(int(number))
        return found

    def route(self, family, path):
        """((RD, route), facts)"""
        attrs = {a["type"]: a for a in path["attrs"]}
        communities = [community(c) for c in attrs.get(8, {}).get("communities", [])]
        communities += ["%d:%d:%d" % (c["ASN"], c["LocalData1"], c["LocalData2"]) for c in attrs.get(32, {}).get("value", [])]
        communities += [self.extended(c) for c in attrs.get(16, {}).get("value", [])]
        hop = attrs.get(14, attrs.get(3, {})).get("nexthop")
        values = facts(None if "flowspec" in family else address(hop), self.path(attrs.get(2, {}).get("as_paths", [])),
                       ["IGP", "EGP", "INCOMPLETE"][attrs[1]["value"]], attrs.get(4, {}).get("metric"), attrs.get(5, {}).get("value"), communities)
        nlri = path["nlri"]
        if family == "l2vpn-evpn":
            return self.evpn(nlri["type"], nlri["value"], values, "encapsulation:vxlan" in communities)
        if "flowspec" in family:
            return (self.rd(nlri["rd"]) if "rd" in nlri else None, flow_of(nlri["value"])), values
        values["labels"] = nlri.get("labels", [])
        return (self.rd(nlri["rd"]) if "rd" in nlri else None, nlri["prefix"]), values

    @staticmethod
    def path(segments):
        words = []
        for s in segments:
            numbers = " ".join(map(str, s["asns"]))
            words.append("{%s}" % numbers if s["segment_type"] == 1 else numbers)
        return " ".join(words)

    @staticmethod
    def rd(rd):
        return "%s:%s" % (rd["admin"], rd["assigned"])

    @staticmethod
    def extended(c):
        kind = (c["type"], c["subtype"])
        if kind in ((0, 2), (1, 2), (2, 2)):
            return "rt:" + c["value"]
        if kind in ((0, 3), (1, 3), (2, 3)):
            return "soo:" + c["value"]
        if kind == (3, 12):
            return "encapsulation:" + {8: "vxlan"}[c["tunnel_type"]]
        if kind == (6, 2):
            return "es-import:" + c["value"]
        if kind == (128, 6):
            return "traffic-rate-bytes:%d:%g" % (c["as"], c["rate"])
        if kind == (6, 0):
            return "mac-mobility:%d%s" % (c["sequence"], ":sticky" if c.get("is_sticky") else "")
        raise ValueError(c)

    @staticmethod
    def segment(words):
        if words == "single-homed":
            return None
        kind, _, value = words.partition(" | ")
        if kind == "ESI_ARBITRARY":
            return "00:" + value
        mac, key = re.match(r"system mac (\S+), port key (\d+)", value).groups()
        return "01:%s:%02x:%02x:00" % (mac, int(key) >> 8, int(key) & 255)

    def evpn(self, kind, v, values, vni):
        """As FRR writes them. GoBGP takes a label for all 24 bits; so are they only where an encapsulation says so (RFC 8365 5.1.3)."""
        labels = v.get("labels", [v["label"]] if "label" in v else [])
        values["labels"] = [label if vni else label >> 4 for label in labels]
        esi = self.segment(v.get("esi", "single-homed"))
        if kind in (2, 5):
            values["esi"] = esi
        bits = lambda a: 128 if ":" in a else 32
        words = {1: lambda: "[1]:[%s]:[%d]" % (esi, v["etag"]),
                 2: lambda: "[2]:[%d]:[48]:[%s]%s" % (v["etag"], v["mac"], ":[%d]:[%s]" % (bits(v["ip"]), v["ip"]) if v.get("ip", "<nil>") not in ("<nil>", "") else ""),
                 3: lambda: "[3]:[%d]:[%d]:[%s]" % (v["etag"], bits(v["ip"]), v["ip"]),
                 4: lambda: "[4]:[%s]:[%d]:[%s]" % (esi, bits(v["ip"]), v["ip"]),
                 5: lambda: "[5]:[%d]:[%s]:[%s]" % (v["etag"], v["prefix"].split("/")[1], v["prefix"].split("/")[0])}
        if kind == 5 and v.get("gateway") and not ipaddress.ip_address(v["gateway"]).is_unspecified:
            values["gateway"] = v["gateway"]
        return (self.rd(v["rd"]), words[kind]()), values


FLOW = {1: "dst", 2: "src", 3: "proto", 4: "port", 5: "dst-port", 6: "src-port", 7: "icmp-type", 8: "icmp-code", 10: "length", 11: "dscp"}
AND, SIGNS = 0x40, {0: "", 1: "=", 2: ">", 3: ">=", 4: "<", 5: "<=", 6: "!="}


def flow_of(parts):
    """A rule as routetap writes it: components in order; operators and values (RFC 8955 4.2.1)."""
    words = []
    for part in parts:
        value = part["value"]
        if isinstance(value, dict):
            words.append("%s %s" % (FLOW[part["type"]], value["prefix"]))
            continue
        text = ""
        for op in value:
            text += ("" if not text else "&" if op["op"] & AND else " ") + SIGNS[op["op"] & 7] + str(op["value"])
        words.append("%s %s" % (FLOW[part["type"]], text))
    return " ".join(words)


def numbered(routes):
    """The same without path identifiers, which not every router shows: the paths of a route in the order of what they say."""
    found = {}
    for key, values in sorted(routes.items(), key=lambda r: (str(r[0][:3]), r[1]["next_hop"], r[1]["as_path"], str(r[1]))):
        at = 0
        while key[:3] + ("path %d" % at,) in found:
            at += 1
        found[key[:3] + ("path %d" % at,)] = values
    return found


class Bird(Router):
    def start(self, config):
        self.spawn("bird", "-f", "-c", self.write("bird.conf", config), "-s", os.path.join(self.folder, "ctl"),
                   "-P", os.path.join(self.folder, "pid"))

    def configure(self, config):
        self.write("bird.conf", config)
        self.ask("configure")

    def ask(self, line):
        return run(*self.inside("birdc", "-s", os.path.join(self.folder, "ctl"), *line.split()))

    def up(self):
        try:
            return set(re.findall(r"^(\S+) +BGP .*Established", self.ask("show protocols"), re.M))
        except RuntimeError:
            return set()

    TABLES = {"master4": "ipv4-unicast", "master6": "ipv6-unicast", "v4": "vpnv4-unicast", "v6": "vpnv6-unicast"}

    def received(self, protocol, tables):
        """What it shows of a path begins with a line of its own; the network stands in the first one only."""
        found = {}
        for table in tables:
            family, network, values = self.TABLES[table], None, None
            for line in self.ask("show route protocol %s table %s all" % (protocol, table)).splitlines():
                head = re.match(r"(.*?) +(?:unicast|unreachable|blackhole|prohibit) \[%s " % protocol, line)
                if head:
                    words = head.group(1).split()
                    network = (words[0] if len(words) > 1 else None, words[-1]) if words else network
                    values = facts()
                    values.pop("local_pref")  # of an external session it is BIRD's own
                    found[(family,) + network + (len(found),)] = values
                said = re.match(r"\t(?:BGP\.)?(\w+): ?(.*)", line)
                if said and values:
                    self.read(said.group(1), said.group(2).strip(), values)
        return numbered(found)

    @staticmethod
    def read(name, words, values):
        pairs = lambda: re.findall(r"\(([^)]*)\)", words)
        if name == "origin":
            values["origin"] = {"IGP": "IGP", "EGP": "EGP", "Incomplete": "INCOMPLETE"}[words]
        elif name == "as_path":
            values["as_path"] = words
        elif name == "next_hop":
            values["next_hop"] = address(words.split()[0])
        elif name == "med":
            values[name] = int(words)
        elif name == "community":
            values["communities"] += [community(int(a) << 16 | int(b)) for a, b in (p.split(",") for p in pairs())]
        elif name == "large_community":
            values["communities"] += [":".join(x.strip() for x in p.split(",")) for p in pairs()]
        elif name == "ext_community":
            values["communities"] += [":".join([p.split(",")[0].replace("ro", "soo")] + [x.strip() for x in p.split(",")[1:]]) for p in pairs()]
        elif name == "mpls_label_stack":
            values["labels"] = [int(x) for x in words.split()]
        values["communities"].sort()


class Frr(Router):
    """zebra and bgpd: without the first one, bgpd takes no link-local next hops."""

    def start(self, config):
        self.write("zebra.conf", "hostname frr\n")
        self.write("bgpd.conf", config)
        for daemon in ("zebra", "bgpd"):
            self.spawn(os.path.join(FRR, daemon), "--vty_socket", self.folder, "-A", "127.0.0.1", "-P", "0", "-z", os.path.join(self.folder, "zserv"),
                       "-i", os.path.join(self.folder, daemon + ".pid"), "-f", os.path.join(self.folder, daemon + ".conf"))
            deadline = time.monotonic() + 20
            while not os.path.exists(os.path.join(self.folder, daemon + ".vty")):
                if time.monotonic() > deadline:
                    raise RuntimeError("%s does not start" % daemon)
                time.sleep(0.02)

    def ask(self, *lines):
        words = [w for line in lines for w in ("-c", line)]
        return run(*self.inside("vtysh", "--vty_socket", self.folder, *words))

    def up(self):
        try:
            return {peer for peer, n in json.loads(self.ask("show bgp neighbors json")).items() if n.get("bgpState") == "Established"}
        except (RuntimeError, ValueError):
            return set()

    def received(self, peer, families):
        found = {}
        for family in families:
            if family == "vpnv4-unicast":
                told = json.loads(self.ask("show bgp ipv4 vpn json"))["routes"]["routeDistinguishers"]
                asked = [(rd, prefix, "show bgp ipv4 vpn rd %s %s json" % (rd, prefix)) for rd, entries in told.items() for prefix in entries]
            else:
                told = json.loads(self.ask("show bgp %s unicast json" % family[:4]))["routes"]
                asked = [(None, prefix, "show bgp %s unicast %s json" % (family[:4], prefix)) for prefix in told]
            texts = self.ask(*(words for _, _, words in asked)) if asked else ""
            for rd, prefix, _ in asked:
                entry, at = json.JSONDecoder().raw_decode(texts.lstrip())
                texts = texts.lstrip()[at:]
                for path in (entry if "paths" in entry else next(iter(entry.values())))["paths"]:
                    self.path(found, family, rd, prefix, path, peer)
        return found

    @staticmethod
    def path(found, family, rd, prefix, path, peer):
        if path.get("peer", {}).get("peerId") != peer:
            return
        texts = [c for kind in ("community", "largeCommunity") for c in path.get(kind, {}).get("string", "").split()]
        texts += [c.replace("RT:", "rt:").replace("SoO:", "soo:") for c in path.get("extendedCommunity", {}).get("string", "").split()]
        hops = [h for h in path["nexthops"] if h.get("scope", "global") == "global"]
        words = path["aspath"].get("string", "")
        found[(family, rd, prefix, path.get("addpathRxId") or None)] = facts(
            address(hops[0]["ip"]), "" if words == "Local" else words.replace(",", " "), path["origin"].upper(), path.get("med", path.get("metric")),
            path.get("locPrf"), texts, [path["remoteLabel"]] if "remoteLabel" in path else [])


class Lab:
    def __init__(self, folder):
        self.folder, self.spaces, self.tap = folder, [], None
        self.capture = os.path.join(folder, "lan.pcap")
        self.g1, self.g2, self.bird, self.frr = Gobgp(self, 1), Gobgp(self, 2), Bird(self, 3), Frr(self, 4)
        self.routers = [self.g1, self.g2, self.bird, self.frr]

    def space(self, name):
        return "rtp-%d-%s" % (os.getpid(), name)

    def begin(self):
        switch = self.space("lan")
        for space in [switch] + [r.space for r in self.routers]:
            run("ip", "netns", "add", space)
            self.spawned(space)
        run("ip", "-n", switch, "link", "add", "lan", "type", "bridge", "ageing_time", "0", "mcast_snooping", "0")
        run("ip", "-n", switch, "link", "set", "lan", "up")
        for r in self.routers:
            r.begin(switch)
        self.tap = subprocess.Popen(self.g2.inside("tcpdump", "-Z", "root", "-i", "lan", "-s", "0", "-U", "--immediate-mode", "-w", self.capture,
                                                   "tcp port 179"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while "listening on" not in (line := self.tap.stderr.readline()):
            if not line:
                raise RuntimeError("tcpdump does not listen")

    def spawned(self, space):
        self.spaces.append(space)
        run("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0",
            "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_ra=0")

    def stop_tap(self):
        self.tap.send_signal(signal.SIGINT)
        self.tap.wait(10)
        self.tap.stderr.close()

    def end(self):
        if self.tap and self.tap.poll() is None:
            self.tap.kill()
            self.tap.wait()
        for r in self.routers:
            r.end()
        for name in self.spaces:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
