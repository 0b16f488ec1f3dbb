"""UPDATEs, MRT tables and BMP feeds, read as their RFCs say, in the form of routes_lab_routers.facts; nothing of routetap's is used.

In:  octets. Out: {(family, RD, route, path identifier): facts}, by who announces and who receives.
"""
import ipaddress
import struct

from routes_lab_routers import community, facts, flow_of

FAMILIES = {(1, 1): "ipv4-unicast", (2, 1): "ipv6-unicast", (1, 4): "ipv4-labeled-unicast", (2, 4): "ipv6-labeled-unicast",
            (1, 128): "vpnv4-unicast", (2, 128): "vpnv6-unicast", (25, 70): "l2vpn-evpn", (1, 133): "ipv4-flowspec",
            (2, 133): "ipv6-flowspec", (1, 134): "vpnv4-flowspec"}
CODES = {name: code for code, name in FAMILIES.items()}


def u16(b, at=0):
    return struct.unpack_from(">H", b, at)[0]


def u32(b, at=0):
    return struct.unpack_from(">I", b, at)[0]


def rd_text(b):
    """RFC 4364 4.2"""
    if u16(b) == 1:
        return "%s:%d" % (ipaddress.ip_address(b[2:6]), u16(b, 6))
    return "%d:%d" % ((u16(b, 2), u32(b, 4)) if u16(b) == 0 else (u32(b, 2), u16(b, 6)))


def prefix_text(bits, octets, afi):
    size = 4 if afi == 1 else 16
    return str(ipaddress.ip_network((octets + bytes(size - len(octets)), bits)))


def esi_text(b):
    return ":".join("%02x" % x for x in b) if any(b) else None


class Nlri:
    def __init__(self, family, path_id, rd=None, route=None, labels=(), extra=None):
        self.family, self.path_id, self.rd, self.route, self.labels, self.extra = family, path_id, rd, route, list(labels), extra or {}

    @property
    def key(self):
        return self.family, self.rd, self.route, self.path_id


def prefixed(family, path_id, bits, body, withdraw):
    """RFC 4760 5, 8277 2, 4364 4.3.4"""
    afi, safi = CODES[family]
    labels, rd = [], None
    while safi in (4, 128):
        entry, body, bits = body[:3], body[3:], bits - 24
        labels.append(int.from_bytes(entry, "big"))
        if entry[2] & 1 or (withdraw and entry in (b"\x80\0\0", b"\0\0\0")):
            break
    if safi == 128:
        rd, body, bits = rd_text(body[:8]), body[8:], bits - 64
    return Nlri(family, path_id, rd, prefix_text(bits, body, afi), labels)


def evpn(path_id, kind, b):
    """RFC 7432 7, RFC 9136 3.1"""
    rd, b = rd_text(b[:8]), b[8:]
    esi, extra, labels = None, {}, []
    if kind in (1, 2, 4, 5):
        esi, b = b[:10], b[10:]
    if kind in (2, 5):
        extra["esi"] = esi_text(esi)
    tag = None
    if kind != 4:
        tag, b = u32(b), b[4:]
    if kind == 1:
        words, labels = "[1]:[%s]:[%d]" % (esi_text(esi), tag), [b]
    elif kind == 2:
        mac, bits, b = b[1:7], b[7], b[8:]
        words = "[2]:[%d]:[48]:[%s]" % (tag, ":".join("%02x" % x for x in mac))
        if bits:
            words += ":[%d]:[%s]" % (bits, ipaddress.ip_address(b[:bits // 8]))
        b = b[bits // 8:]
        labels = [b[i:i + 3] for i in range(0, len(b), 3)]
    elif kind in (3, 4):
        words = ("[3]:[%d]" % tag if kind == 3 else "[4]:[%s]" % esi_text(esi)) + ":[%d]:[%s]" % (b[0], ipaddress.ip_address(b[1:]))
    else:
        size = 4 if len(b) == 12 else 16
        words = "[5]:[%d]:[%d]:[%s]" % (tag, b[0], ipaddress.ip_address(b[1:1 + size]))
        if any(b[1 + size:1 + 2 * size]):
            extra["gateway"] = str(ipaddress.ip_address(b[1 + size:1 + 2 * size]))
        labels = [b[1 + 2 * size:]]
    return Nlri("l2vpn-evpn", path_id, rd, words, [int.from_bytes(x, "big") for x in labels], extra)


def flow(family, path_id, b):
    """RFC 8955 4.2, RFC 8956 3.1"""
    afi, safi = CODES[family]
    rd = None
    if safi == 134:
        rd, b = rd_text(b[:8]), b[8:]
    parts = []
    while b:
        kind, b = b[0], b[1:]
        if kind in (1, 2):
            skip = 2 if afi == 2 else 1
            size = (b[0] + 7) // 8
            parts.append({"type": kind, "value": {"prefix": prefix_text(b[0], b[skip:skip + size], afi)}})
            b = b[skip + size:]
            continue
        ops = []
        while not ops or not ops[-1]["op"] & 0x80:
            size = 1 << (b[0] >> 4 & 3)
            ops.append({"op": b[0], "value": int.from_bytes(b[1:1 + size], "big")})
            b = b[1 + size:]
        parts.append({"type": kind, "value": ops})
    return Nlri(family, path_id, rd, flow_of(parts))


def nlri_each(family, b, add_path, withdraw=False):
    """Each with how many octets it has."""
    while b:
        start, path_id = len(b), None
        if add_path:
            path_id, b = u32(b), b[4:]
        if family == "l2vpn-evpn":
            one, b = evpn(path_id, b[0], b[2:2 + b[1]]), b[2 + b[1]:]
        elif "flowspec" in family:
            length, skip = (b[0], 1) if b[0] < 0xF0 else (u16(b) & 0xFFF, 2)
            one, b = flow(family, path_id, b[skip:skip + length]), b[skip + length:]
        else:
            size = (b[0] + 7) // 8
            one, b = prefixed(family, path_id, b[0], b[1:1 + size], withdraw), b[1 + size:]
        yield one, start - len(b)


# ---- attributes ----

def attributes(b):
    """{code: value}"""
    found = {}
    while b:
        extended = b[0] & 0x10
        length, skip = (u16(b, 2), 4) if extended else (b[2], 3)
        found[b[1]], b = b[skip:skip + length], b[skip + length:]
        assert len(found[list(found)[-1]]) == length
    return found


def extended(b):
    kind = (b[0] & 0xBF, b[1])
    if kind[0] in (0, 1, 2) and kind[1] in (2, 3):
        words = "%d:%d" % (u16(b, 2), u32(b, 4)) if kind[0] == 0 else \
            "%s:%d" % (ipaddress.ip_address(b[2:6]) if kind[0] == 1 else u32(b, 2), u16(b, 6))
        return ("rt:" if kind[1] == 2 else "soo:") + words
    if kind == (3, 12):
        return "encapsulation:" + {8: "vxlan"}[u16(b, 6)]
    if kind == (6, 2):
        return "es-import:" + ":".join("%02x" % x for x in b[2:])
    if kind == (0x80, 6):
        return "traffic-rate-bytes:%d:%g" % (u16(b, 2), struct.unpack(">f", b[4:])[0])
    raise ValueError(b)


def path_text(b):
    words = []
    while b:
        numbers = " ".join(str(u32(b, 2 + 4 * i)) for i in range(b[1]))
        words.append("{%s}" % numbers if b[0] == 1 else numbers)
        b = b[2 + 4 * b[1]:]
    return " ".join(words)


def hop_text(b):
    if not b:
        return None
    b = {12: b[8:], 24: b[8:], 48: b[8:24], 32: b[:16]}.get(len(b), b)
    a = ipaddress.ip_address(b)
    return str(getattr(a, "ipv4_mapped", None) or a)


def facts_of(attrs, hop, nlri):
    parts = lambda code, size: [attrs[code][i:i + size] for i in range(0, len(attrs.get(code, b"")), size)]
    communities = [community(u32(c)) for c in parts(8, 4)] + [extended(c) for c in parts(16, 8)]
    communities += ["%d:%d:%d" % struct.unpack(">III", c) for c in parts(32, 12)]
    vni = "encapsulation:vxlan" in communities  # RFC 8365 5.1.3
    number = lambda code: u32(attrs[code]) if code in attrs else None
    values = facts(hop_text(hop), path_text(attrs.get(2, b"")), ["IGP", "EGP", "INCOMPLETE"][attrs[1][0]], number(4), number(5), communities,
                   [label if vni else label >> 4 for label in nlri.labels])
    return {**values, **nlri.extra}


def apply_update(table, message, add_path):
    """An UPDATE of four-octet ASes; add_path: families with path identifiers. What it ends (RFC 4724 2), or None."""
    withdrawn = message[21:21 + u16(message, 19)]
    at = 21 + len(withdrawn)
    attrs = attributes(message[at + 2:at + 2 + u16(message, at)])
    nlri = message[at + 2 + u16(message, at):]
    blocks = [("ipv4-unicast", withdrawn, None), ("ipv4-unicast", nlri, attrs.get(3))]
    ends = "ipv4-unicast" if len(message) == 23 else None
    if 15 in attrs:
        family = FAMILIES[u16(attrs[15]), attrs[15][2]]
        blocks.append((family, attrs[15][3:], None))
        ends = family if set(attrs) == {15} and len(attrs[15]) == 3 else ends
    if 14 in attrs:
        b = attrs[14]
        blocks.append((FAMILIES[u16(b), b[2]], b[5 + b[3]:], b[4:4 + b[3]]))
    for family, octets, hop in sorted(blocks, key=lambda block: block[2] is not None):
        for one, _ in nlri_each(family, octets, family in add_path, hop is None):
            if hop is None:
                table.pop(one.key, None)
            else:
                table[one.key] = facts_of(attrs, hop, one)
    return ends


# ---- MRT ----

def mrt_tables(records):
    """(seconds, type, subtype, content) of a TABLE_DUMP_V2 file: ({(from, to): routes}, subtypes). RFC 6396 4.3, RFC 8050 4"""
    found, peers, to, kinds = {}, [], None, set()
    for _, kind, subtype, b in records:
        assert kind == 13
        kinds.add(subtype)
        if subtype == 1:
            view = b[6:6 + u16(b, 4)].decode()
            to, at, peers = view.split()[0], 8 + u16(b, 4), []
            for _ in range(u16(b, 6 + u16(b, 4))):
                size = 16 if b[at] & 1 else 4
                assert b[at] & 2  # four-octet AS
                peers.append(str(ipaddress.ip_address(b[at + 5:at + 5 + size])))
                at += 9 + size
            continue
        b, generic = b[4:], subtype in (6, 12)
        if generic:
            family, b = FAMILIES[u16(b), b[2]], b[3:]
            one, size = next(nlri_each(family, b, subtype == 12))
        else:
            family = {2: "ipv4-unicast", 4: "ipv6-unicast", 8: "ipv4-unicast", 10: "ipv6-unicast"}[subtype]
            one, size = next(nlri_each(family, b, False))
        count, b = u16(b, size), b[size + 2:]
        for _ in range(count):
            peer, b = peers[u16(b)], b[6:]
            if subtype in (8, 10):
                one, b = Nlri(family, u32(b), None, one.route), b[4:]
            attrs, b = attributes(b[2:2 + u16(b)]), b[2 + u16(b):]
            hop = attrs[14][1:1 + attrs[14][0]] if 14 in attrs else attrs[3]  # RFC 6396 4.3.4
            found.setdefault((peer, to), {})[one.key] = facts_of(attrs, hop, one)
        assert not b
    return found, kinds


# ---- BMP ----

def add_path_of(opens):
    """Families whose routes have path identifiers towards the first of both OPENs' senders: (RFC 7911 4) it receives, the other sends."""
    said = []
    for message in opens:
        modes, b = {}, message[29:29 + message[28]]
        while b:
            assert b[0] == 2
            caps, b = b[2:2 + b[1]], b[2 + b[1]:]
            while caps:
                code, value, caps = caps[0], caps[2:2 + caps[1]], caps[2 + caps[1]:]
                for i in range(0, len(value) if code == 69 else 0, 4):
                    modes[FAMILIES.get((u16(value, i), value[i + 2]))] = value[i + 3]
        said.append(modes)
    return {f for f, mode in said[0].items() if mode & 1 and said[1].get(f, 0) & 2}


def bmp_tables(story):
    """{(local, peer): [("up", (opens, words)), ("route", UPDATE), …]}: ({(from, to): routes}, {(from, to): [families that were ended]})"""
    found, ended = {}, {}
    for (local, peer), happened in story.items():
        table, ends, add_path = {}, [], set()
        for what in happened:
            if what[0] == "up":
                add_path = add_path_of(what[1][0])
            elif what[0] == "down":
                table = {}
            elif what[0] == "route":
                end = apply_update(table, what[1], add_path)
                ends += [end] if end else []
        found[peer, local], ended[peer, local] = table, ends
    return found, ended
