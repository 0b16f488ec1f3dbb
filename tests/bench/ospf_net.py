#!/usr/bin/env python3
"""A connected OSPF network as one router is told of it, for the time that shortest paths take.

usage: ospf_net.py FILE [ROUTERS=2000]

Out: a pcap of Link State Updates, the same octets every time: an area of ROUTERS routers, each on a ring and with three
more links to others, costs 1 to 100, a stub network each; every tenth pair of routers on a LAN of up to eight; 40 border
routers that announce 200 prefixes each, 100 AS boundary routers that announce 200 each, a third of them with a forwarding
address within the network.
"""
import random
import struct
import sys

AREA, SENDER, MTU = 0, 0x0a000001, 1400
rnd = random.Random(2328)


def fletcher(lsa):
    """RFC 905 annex B over all but the age."""
    c0 = c1 = 0
    for byte in lsa[2:]:
        c0 += byte
        c1 += c0
    size, at = len(lsa) - 2, 14
    x, y = ((size - at - 1) * c0 - c1) % 255, (c1 - (size - at) * c0) % 255
    return bytes((x or 255, y or 255))


def lsa(kind, number, router, body):
    head = struct.pack("!HBBIII", 1, 0x22, kind, number, router, 0x80000001) + b"\0\0" + struct.pack("!H", 20 + len(body))
    return head[:16] + fletcher(head + body) + head[18:] + body


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet(lsas):
    body = struct.pack("!I", len(lsas)) + b"".join(lsas)
    head = struct.pack("!BBHIIHH", 2, 4, 24 + len(body), SENDER, AREA, 0, 0)
    head = head[:12] + struct.pack("!H", checksum(head + body)) + head[14:] + bytes(8)
    ip = struct.pack("!BBHHHBBHII", 0x45, 0xc0, 20 + len(head) + len(body), 0, 0, 1, 89, 0, SENDER, 0xe0000005)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return b"\x01\0\x5e\0\0\x05\x02\0\0\0\0\x01\x08\0" + ip + head + body


def router_id(i):
    return 0x0b000000 + i


def links_of(count):
    """Point-to-point links, both ends: {router: [(neighbour, own address, cost), …]}."""
    links = {i: [] for i in range(count)}
    pairs = {(i, (i + 1) % count) for i in range(count)}
    while len(pairs) < count * 5 // 2:
        a, b = rnd.sample(range(count), 2)
        pairs.add((min(a, b), max(a, b)))
    for number, (a, b) in enumerate(sorted(pairs)):
        address = 0x0a800000 + 4 * number
        links[a].append((1, router_id(b), address + 1, rnd.randint(1, 100)))
        links[b].append((1, router_id(a), address + 2, rnd.randint(1, 100)))
    return links


def network(count):
    links = links_of(count)
    for number in range(count // 20):
        members = rnd.sample(range(count), rnd.randint(2, 8))
        dr = 0x0ac00000 + 256 * number + 1
        for at, member in enumerate(members):
            links[member].append((2, dr, dr + at, rnd.randint(1, 100)))
        yield lsa(2, dr, router_id(members[0]), struct.pack("!I", 0xffffff00) + b"".join(struct.pack("!I", router_id(m)) for m in members))
    borders, boundaries = range(0, count, max(count // 40, 1)), range(7, count, max(count // 100, 1))
    for i in range(count):
        ways = links[i] + [(3, 0x0b800000 + 256 * i, 0xffffff00, 1)]
        flags = (i in borders) | (i in boundaries) << 1
        yield lsa(1, router_id(i), router_id(i), struct.pack("!BBH", flags, 0, len(ways)) + b"".join(
            struct.pack("!IIBBH", to, data, kind, 0, cost) for kind, to, data, cost in ways))
    for at, i in enumerate(borders):
        for k in range(200):
            yield lsa(3, 0x14000000 + 256 * (200 * (at // 2) + k), router_id(i), struct.pack("!II", 0xffffff00, rnd.randint(1, 500)))
    for at, i in enumerate(boundaries):
        for k in range(200):
            forwarding = 0x0b800000 + 256 * rnd.randrange(count) + 9 if k % 3 == 0 else 0
            metric = rnd.randint(1, 500) | (0x80000000 if k % 2 else 0)
            yield lsa(5, 0x1e000000 + 256 * (200 * at + k), router_id(i), struct.pack("!IIII", 0xffffff00, metric, forwarding, 0))


def write(path, lsas):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        held, number = [], 0

        def flush():
            nonlocal held, number
            data = packet(held)
            file.write(struct.pack("<IIII", 1772359200 + number // 1000, number % 1000 * 1000, len(data), len(data)) + data)
            held, number = [], number + 1
        for one in lsas:
            if held and sum(map(len, held)) + len(one) > MTU:
                flush()
            held.append(one)
        flush()


if __name__ == "__main__":
    write(sys.argv[1], network(int(sys.argv[2]) if len(sys.argv) > 2 else 2000))
