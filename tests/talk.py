"""Captures that are made as they are needed: a talk of two routers, and rounds of a capture, each later than the one
before. For tests that need weeks, or more packets than anybody wants to store.
"""
import struct

BLOCK = 1 << 16
PCAP = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
SYN, ACK, PUSH, FIN = 2, 16, 8, 1
MARKER = b"\xff" * 16


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def address(text):
    return bytes(int(n) for n in text.split("."))


def message(kind, body=b""):
    return MARKER + struct.pack(">HB", 19 + len(body), kind) + body


KEEPALIVE = message(4)


def bgp_open(asn, hold, router):
    four = b"\x02\x06\x41\x04" + struct.pack(">I", asn) + b"\x02\x06\x01\x04\0\x01\0\x01"
    return message(1, struct.pack(">BHH", 4, asn, hold) + address(router) + bytes([len(four)]) + four)


def notification(code, subcode):
    return message(3, bytes([code, subcode]))


def update(announce=(), withdraw=(), path=(), hop="10.9.0.1", med=0):
    """Prefixes are (address, bits)."""
    nlri = lambda all_of: b"".join(bytes([bits]) + address(at)[:(bits + 7) // 8] for at, bits in all_of)
    attrs = b""
    if announce:
        attrs = (b"\x40\x01\x01\0" + b"\x40\x02" + bytes([2 + 4 * len(path), 2, len(path)]) + b"".join(struct.pack(">I", n) for n in path) +
                 b"\x40\x03\x04" + address(hop) + b"\x80\x04\x04" + struct.pack(">I", med))
    gone = nlri(withdraw)
    return message(2, struct.pack(">H", len(gone)) + gone + struct.pack(">H", len(attrs)) + attrs + nlri(announce))


class Talk:
    """Two routers by one TCP connection after another; each call gives the record of one packet."""

    def __init__(self, low="10.9.0.1", high="10.9.0.2", as_low=65001, as_high=65002, hold=90):
        self.ends, self.ases, self.hold = (low, high), (as_low, as_high), hold
        self.port, self.seq, self.number = 20000, [0, 0], [0, 0]

    def packet(self, when, side, flags, data=b""):
        source, target = address(self.ends[side]), address(self.ends[1 - side])
        ports = (self.port, 179) if side == 0 else (179, self.port)
        tcp = struct.pack(">HHIIBBHHH", *ports, self.seq[side], self.seq[1 - side] if flags & ACK else 0, 5 << 4, flags, 65535, 0, 0) + data
        tcp = tcp[:16] + struct.pack(">H", checksum(source + target + struct.pack(">HH", 6, len(tcp)) + tcp)) + tcp[18:]
        self.number[side] = (self.number[side] + 1) & 0xffff
        ip = struct.pack(">BBHHHBBH", 0x45, 0xc0, 20 + len(tcp), self.number[side], 0x4000, 1, 6, 0) + source + target
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        frame = b"\2\0\0\0\0%c\2\0\0\0\0%c\x08\0" % (2 - side, 1 + side) + ip + tcp
        self.seq[side] = (self.seq[side] + len(data) + bool(flags & (SYN | FIN))) & 0xffffffff
        return struct.pack("<IIII", int(when), int(when % 1 * 1e6), len(frame), len(frame)) + frame

    def say(self, when, side, data):
        return self.packet(when, side, ACK | PUSH, data)

    def begin(self, when):
        """A connection of its own, up to Established on both sides."""
        self.port = 20000 + (self.port - 19999) % 40000
        self.seq = [self.port * 7919, self.port * 104729 & 0xffffffff]
        yield self.packet(when, 0, SYN)
        yield self.packet(when + 0.001, 1, SYN | ACK)
        yield self.packet(when + 0.002, 0, ACK)
        for side in (0, 1):
            yield self.say(when + 0.01 + side / 100, side, bgp_open(self.ases[side], self.hold, self.ends[side]))
        for side in (0, 1):
            yield self.say(when + 0.03 + side / 100, side, KEEPALIVE)
        yield self.packet(when + 0.05, 0, ACK)

    def end(self, when, side, code=6, subcode=4):
        yield self.say(when, side, notification(code, subcode))
        yield self.packet(when + 0.001, side, FIN | ACK)
        yield self.packet(when + 0.002, 1 - side, FIN | ACK)
        yield self.packet(when + 0.003, side, ACK)


def client_port(data, at, end):
    """Where the port that is not BGP's lies in an Ethernet frame of IPv4; None: no such frame."""
    if end - at < 54 or data[at + 12:at + 14] != b"\x08\x00" or data[at + 23] != 6:
        return None
    tcp = at + 14 + 4 * (data[at + 14] & 15)
    bgp = [data[p:p + 2] == b"\x00\xb3" for p in (tcp, tcp + 2)]
    return None if tcp + 20 > end or bgp[0] == bgp[1] else (tcp + 2 * bgp[0], tcp + 16)


class Loop:
    """The records of a pcap, without an end: each round later than the one before, by connections of its own."""

    STRIDE, FIRST = 7919, 1024  # from one round's ports to those of the next

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = bytearray(file.read())
        self.order = "<" if self.data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        self.seconds, self.two = struct.Struct(self.order + "I"), struct.Struct(">H")
        sizes = struct.Struct(self.order + "8xI4x")
        self.records, at = [], 24
        while at + 16 <= len(self.data):
            end = at + 16 + sizes.unpack_from(self.data, at)[0]
            if end > len(self.data):
                break
            self.records.append((at, client_port(self.data, at + 16, end)))
            at = end
        self.end, self.passes = at, 0
        first, = self.seconds.unpack_from(self.data, 24)
        last, = self.seconds.unpack_from(self.data, self.records[-1][0])
        self.span = last - first + 60

    def later(self):
        """Stamps are moved on by one round, and ports to others; checksums with them (RFC 1624)."""
        data, two = self.data, self.two
        for at, port in self.records:
            self.seconds.pack_into(data, at, self.seconds.unpack_from(data, at)[0] + self.span)
            if not port:
                continue
            old, = two.unpack_from(data, port[0])
            new = (old - self.FIRST + self.STRIDE) % (65536 - self.FIRST) + self.FIRST
            two.pack_into(data, port[0], new)
            total = (~two.unpack_from(data, port[1])[0] & 0xffff) + (~old & 0xffff) + new
            total = (total & 0xffff) + (total >> 16)
            total = (total & 0xffff) + (total >> 16)
            two.pack_into(data, port[1], ~total & 0xffff)

    def play(self, sink, rounds=None):
        """Rounds into `sink`, until nobody reads it."""
        try:
            sink.write(self.data[:24])
            while self.passes != rounds:
                at = 24
                while at < self.end:
                    sink.write(self.data[at:min(at + BLOCK, self.end)])
                    at += BLOCK
                self.passes += 1
                self.later()
            sink.close()
        except (BrokenPipeError, ValueError):
            pass
