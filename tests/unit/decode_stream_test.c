/* Stories of one direction of a connection. A story is told in words:
 *
 *   messages  "60 19 4096"   UPDATEs of that many bytes (19: a KEEPALIVE), one behind the other, from byte 0 of the
 *                            stream; k23 a KEEPALIVE of 23 bytes, o20 an OPEN of 20, t40 a message of an unknown type,
 *                            s40 one whose length field says 5, l40 5000, h19 a header that says 200,
 *                            x50 bytes that are no BGP, f20 bytes 255
 *   events    "0-60"         a segment with these bytes of the stream: a frame, one millisecond after the last one
 *             "0-60/30"      the same, of which only those before byte 30 were captured
 *             "!0-60"        the same, with other bytes; "0-60F" with a FIN, "-1+1" a byte before the first
 *             "a60"          an acknowledgement of everything before byte 60: a frame too
 *             "+40" milliseconds pass; "$" the end; "L" messages may be long from now on; "S" the SYN;
 *             "~" in front: no SYN was seen
 *   told      "[new] 60@1"   what the feed said, and the items: a message of 60 bytes whose last byte was seen in
 *                            frame 1; "60@1-2" whose first byte was seen in another frame; "60(30)@1" of which only
 *                            30 bytes are known; "hole 60 missed"; "noise 23 length@1" */
#include "base/macros.h"
#include "decode/stream.h"
#include "tests/check.h"
#include <stdarg.h>
#include <stdlib.h>

enum { ROOM = 400000 };

struct story {
    const char *words, *messages, *events, *told;
    uint32_t isn;
};

static uint8_t bytes[ROOM];
static uint8_t others[ROOM];
static char told[8192];
static size_t told_size;

static void tell(const char *format, ...) PRINTF_LIKE(1, 2);
static void tell(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (told_size && told_size < sizeof told - 1)
        told[told_size++] = ' ';
    int n = vsnprintf(told + told_size, sizeof told - told_size, format, args);
    told_size += (size_t)n < sizeof told - told_size ? (size_t)n : sizeof told - told_size - 1;
    va_end(args);
}

static size_t write_messages(const char *words)
{
    size_t used = 0;
    memset(bytes, 0, sizeof bytes);
    while (*words) {
        char kind = *words == ' ' || (*words >= '0' && *words <= '9') ? 'u' : *words++;
        char *end;
        size_t n = strtoul(words, &end, 10);
        words = end + (*end == ' ');
        uint8_t *m = bytes + used;
        used += n;
        for (size_t i = 0; i < n; i++)
            m[i] = (uint8_t)(kind == 'f' ? 255 : (i * 7 + n) % 251);
        if (kind == 'x' || kind == 'f')
            continue;
        size_t length = kind == 's' ? 5 : kind == 'l' ? 5000 : kind == 'h' ? 200 : n;
        memset(m, 255, 16);
        m[16] = (uint8_t)(length >> 8);
        m[17] = (uint8_t)length;
        m[18] = kind == 'k' || (kind == 'u' && n == 19) ? BGP_KEEPALIVE
                : kind == 'o'                           ? BGP_OPEN
                : kind == 't'                           ? 9
                                                        : BGP_UPDATE;
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        others[i] = (uint8_t)~bytes[i];
    return used;
}

static void tell_got(unsigned got)
{
    static const char *const names[] = { "new", "old", "early", "filled", "differs", "probe", "dropped" };
    char text[80] = "";
    for (unsigned i = 0; i < COUNT(names); i++)
        if (got >> i & 1) {
            strcat(text, *text ? " " : "");
            strcat(text, names[i]);
        }
    tell("[%s]", text);
}

static void tell_message(const struct story *story, const struct stream_item *item)
{
    const struct bgp_msg *m = &item->msg;
    size_t there = BGP_HEADER + cur_left(&m->body), at = item->end_seq - (story->isn + 1) - m->length;
    CHECK_CASE(story->words, m->cut == (there < m->length));
    CHECK_CASE(story->words, at + there <= ROOM && !memcmp(m->raw, bytes + at, there));
    CHECK_CASE(story->words, m->body.at == m->raw + BGP_HEADER && m->type == bytes[at + 18]);
    char known[20] = "", first[20] = "";
    if (m->cut)
        snprintf(known, sizeof known, "(%zu)", there);
    if (item->first.frame != item->last.frame)
        snprintf(first, sizeof first, "%u-", (unsigned)item->first.frame);
    tell("%u%s@%s%u", m->length, known, first, (unsigned)item->last.frame);
}

static void tell_items(const struct story *story, struct stream *s)
{
    struct stream_item item;
    while (stream_next(s, &item))
        switch (item.kind) {
        case STREAM_MESSAGE: tell_message(story, &item); break;
        case STREAM_HOLE:
            tell("hole %u%s%s", (unsigned)item.bytes, item.truncated ? " truncated" : "",
                 item.missed ? " missed" : "");
            break;
        case STREAM_NOISE:
            tell("noise %u %s@%u", (unsigned)item.bytes, strrchr(fault_key(item.msg.fault), '.') + 1,
                 (unsigned)item.last.frame);
            break;
        }
}

static unsigned feed(struct stream *s, const struct story *story, const char *words, struct stream_ref ref)
{
    const uint8_t *from = *words == '!' ? others : bytes;
    char *end;
    long a = strtol(words + (*words == '!'), &end, 10);
    long b = *end == '+' ? a + strtol(end + 1, &end, 10) : strtol(end + 1, &end, 10);
    long seen = *end == '/' ? strtol(end + 1, &end, 10) : b;
    struct segment seg = { .seq = story->isn + 1 + (uint32_t)a,
                           .flags = (uint8_t)(*end == 'F' ? TCP_FIN | TCP_ACK : TCP_ACK),
                           .payload = cur_over(a < 0 ? others : from + a, (size_t)(seen - a)),
                           .payload_size = (uint32_t)(b - a) };
    return stream_feed(s, &seg, ref);
}

static void play(const struct story *story, struct stream *s)
{
    struct stream_ref ref = { 0 };
    char events[400];
    snprintf(events, sizeof events, "%s", story->events);
    if (*events != '~')
        stream_start(s, story->isn);
    for (char *e = strtok(events, " ~"); e; e = strtok(NULL, " ~")) {
        ref.frame += (*e >= '0' && *e <= '9') || *e == 'a' || *e == '!' || *e == '-';
        ref.when.ns += *e == '+' ? strtol(e + 1, NULL, 10) * 1000000 : 1000000;
        switch (*e) {
        case '+': continue;
        case '$': stream_finish(s); break;
        case 'S': stream_start(s, story->isn); break;
        case 'L': stream_set_largest(s, BGP_LARGEST_EXTENDED); break;
        case 'a': stream_acked(s, story->isn + 1 + (uint32_t)strtol(e + 1, NULL, 10), ref); break;
        default: tell_got(feed(s, story, e, ref));
        }
        tell_items(story, s);
    }
}

// clang-format off
static const struct story stories[] = {
    /* in order */
    { "one message in one segment",
      "60", "0-60", "[new] 60@1", 1000 },
    { "several messages in one segment, and the beginning of another that the next one completes",
      "60 19 40 50", "0-140 140-169", "[new] 60@1 19@1 40@1 [new] 50@1-2", 1000 },
    { "a message over three segments",
      "4096 19", "0-1448 1448-2896 2896-4115", "[new] [new] [new] 4096@1-3 19@3", 1000 },
    { "a header in pieces",
      "40 40", "0-1 1-17 17-18 18-19 19-39 39-80", "[new] [new] [new] [new] [new] [new] 40@1-6 40@6", 1000 },
    { "a segment ends within the next header",
      "40 40", "0-50 50-80", "[new] 40@1 [new] 40@1-2", 1000 },
    { "the longest message that RFC 8654 knows",
      "65535 19", "L 0-60000 60000-65554", "[new] [new] 65535@1-2 19@2", 1000 },
    { "a long message that nobody agreed on is no message",
      "5000 19", "0-5000 5000-5019", "[new] noise 5000 length@1 [new] 19@2", 1000 },
    { "sequence numbers go round their circle within a message",
      "60 4096 60", "0-60 60-3000 3000-4216", "[new] 60@1 [new] [new] 4096@2-3 60@3", 0xfffffff0u },
    { "sequence numbers go round their circle within a hole",
      "60 60 60", "0-60 120-180 60-120", "[new] 60@1 [new early] [new filled] 60@3 60@2", 0xffffff9cu },
    { "nothing in a segment says nothing",
      "60", "0-0 0-60 60-60", "[] [new] 60@2 []", 1000 },
    { "a SYN seen again",
      "60 60", "0-60 S 60-120 S", "[new] 60@1 [new] 60@2", 1000 },

    /* out of order */
    { "two segments change places: the message's last byte was seen early",
      "60 60 60", "0-60 100-180 60-100", "[new] 60@1 [new early] [new filled] 60@3-2 60@2", 1000 },
    { "segments in reverse",
      "4096", "3000-4096 2000-3000 1000-2000 0-1000",
      "[new early] [new] [new] [new filled] 4096@4-1", 1000 },
    { "a hole within a hole is not closed at once",
      "300", "200-300 50-100 100-200 0-50", "[new early] [new] [new filled] [new filled] 300@4-1", 1000 },
    { "a hole that was not acknowledged waits, however long",
      "60 60 60", "0-60 120-180 a60 +9000 a60 a60 a60 a60 60-120",
      "[new] 60@1 [new early] [new filled] 60@8 60@2", 1000 },
    { "the retransmission brings more than is missing",
      "60 60 60", "0-60 120-150 60-180", "[new] 60@1 [new early] [new old filled] 60@3 60@2-3", 1000 },

    /* seen before */
    { "a segment once more",
      "60 60", "0-60 0-60 60-120", "[new] 60@1 [old] [new] 60@3", 1000 },
    { "a segment once more, with more behind it",
      "60 60", "0-60 0-120", "[new] 60@1 [new old] 60@2", 1000 },
    { "half of a message once more",
      "100", "0-50 0-50 25-75 60-100", "[new] [old] [new old] [new old] 100@1-4", 1000 },
    { "an early segment once more",
      "60 60", "60-120 60-120 70-90 0-60", "[new early] [old] [old] [new filled] 60@4 60@1", 1000 },
    { "the beginning of a message once more, with other bytes: the first ones are kept",
      "100", "0-50 !20-50 50-100", "[new] [old differs] [new] 100@1-3", 1000 },
    { "an early segment once more, with other bytes",
      "60 60", "60-120 !100-120 0-60", "[new early] [old differs] [new filled] 60@3 60@1", 1000 },
    { "bytes that are long read are not compared any more",
      "60 60", "0-60 !0-60 60-120", "[new] 60@1 [old] [new] 60@3", 1000 },
    { "a segment over two early ones",
      "200", "50-100 150-180 0-200", "[new early] [new early] [new old filled] 200@3", 1000 },
    { "keep-alives: one byte before the front, or none",
      "60 60", "0-60 59-60 59-59 !59-60 60-120 119-119", "[new] 60@1 [probe] [probe] [probe] [new] 60@5 [probe]", 1000 },
    { "a keep-alive behind a hole",
      "60 60 60", "0-60 120-180 179-180 60-120", "[new] 60@1 [new early] [probe] [new filled] 60@4 60@2", 1000 },
    { "a keep-alive before anything was sent",
      "60", "-1+1 -1+0 0-60", "[probe] [probe] [new] 60@3", 1000 },
    { "a window probe carries the next byte",
      "60", "0-59 59-60 59-60", "[new] [new] 60@1-2 [probe]", 1000 },

    /* the end */
    { "what follows a FIN is ignored",
      "60 60", "0-60F 60-120 30-90", "[new] 60@1 [] [old]", 1000 },
    { "a FIN seen again",
      "60 60", "0-60F 60-60F 60-60F a61 $", "[new] 60@1 [] []", 1000 },
    { "a FIN that the capture missed counts as a byte, and is no hole",
      "60", "0-60 a61 a61 a61 a61 +100 a61 $", "[new] 60@1", 1000 },
    { "a FIN before its data",
      "60 60", "60-120F 0-60 120-150", "[new early] [new filled] 60@2 60@1 []", 1000 },
    { "a FIN before bytes that were seen is not believed",
      "60 60", "0-60 10-20F 60-120", "[new] 60@1 [old] [new] 60@3", 1000 },
    { "the stream ends within a message",
      "60", "0-40 $", "[new] 60(40)@1", 1000 },
    { "the stream ends within a header",
      "60", "0-18 $", "[new]", 1000 },
    { "the stream ends behind a hole that was acknowledged",
      "60 60 60", "0-80 120-180 a180 $", "[new] 60@1 [new early] 60(20)@1 hole 40 missed 60@2", 1000 },
    { "the stream ends behind a hole that was not acknowledged: lost on the way",
      "60 60 60", "0-80 120-180 a80 $", "[new] 60@1 [new early] 60(20)@1 hole 40 60@2", 1000 },
    { "the stream ends behind a hole of which a part was acknowledged",
      "60 60 60", "0-60 120-180 a100 $", "[new] 60@1 [new early] hole 40 missed hole 20 60@2", 1000 },
    { "nothing is taken after the end",
      "60 60", "0-60 $ 60-120", "[new] 60@1 []", 1000 },

    /* holes */
    { "a hole that was acknowledged is given up after three more packets",
      "60 60 60", "0-60 120-180 a180 a180 a180 a180", "[new] 60@1 [new early] hole 60 missed 60@2", 1000 },
    { "the packet stands behind its acknowledgement",
      "60 60 60", "0-60 a180 120-180 60-120", "[new] 60@1 [new early] [new filled] 60@4 60@3", 1000 },
    { "a hole that was acknowledged is given up after 20 ms",
      "60 60 60", "0-60 120-180 a180 +20 a180", "[new] 60@1 [new early] hole 60 missed 60@2", 1000 },
    { "a hole at the end of all that was seen",
      "60 60", "0-60 a120 +20 a120 a121", "[new] 60@1 hole 60 missed", 1000 },
    { "a hole within a message: its first bytes, the hole, and the next message where its length says",
      "60 100 60", "0-80 120-220 a220 +20 a220", "[new] 60@1 [new early] 100(20)@1 hole 40 missed 60@2", 1000 },
    { "a hole from within a message to the next one's beginning",
      "60 100 60", "0-80 160-220 a220 +20 a220", "[new] 60@1 [new early] 100(20)@1 hole 80 missed 60@2", 1000 },
    { "a hole to where no message begins, though one must",
      "60 100 k23 60", "0-80 160-243 a243 +20 a243", "[new] 60@1 [new early] 100(20)@1 hole 80 missed noise 23 length@2 60@2", 1000 },
    { "a hole from within a message to within the next but one: the place is sought",
      "60 100 60 60 40", "0-80 190-320 a320 +20 a320", "[new] 60@1 [new early] 100(20)@1 hole 110 missed 60@2 40@2", 1000 },
    { "a hole that begins within a header",
      "60 60 60 40", "0-70 100-220 a220 +20 a220", "[new] 60@1 [new early] hole 30 missed 60@2 40@2", 1000 },
    { "a message over two holes, and the next one where its length says",
      "400 60", "0-100 150-200 300-460 a460 +20 a460", "[new] [new early] [new early] 400(100)@1 hole 50 missed hole 100 missed 60@3", 1000 },
    { "two holes, acknowledged one after the other",
      "60 60 60 60", "60-120 180-240 a120 a120 a120 a120 a240 a240 a240 a240",
      "[new early] [new early] hole 60 missed 60@1 hole 60 missed 60@2", 1000 },
    { "a hole of which the first part is acknowledged",
      "60 60 60", "120-180 a60 +20 a60 60-120", "[new early] hole 60 missed [new filled] 60@4 60@1", 1000 },
    { "a segment that comes after its hole was given up",
      "60 60 60", "0-60 120-180 a180 +20 a180 60-120", "[new] 60@1 [new early] hole 60 missed 60@2 [old]", 1000 },
    { "no acknowledgements in the capture: a sender that goes on for seconds had none missing",
      "60 60 60 60", "0-60 120-180 +6000 180-240", "[new] 60@1 [new early] [new] hole 60 missed 60@2 60@3", 1000 },

    /* cut at the snapshot length */
    { "a cut packet: what is visible, the hole, and the next one's beginning",
      "60 40 60", "0-100/30 100-160", "[new] 60(30)@1 hole 70 truncated [new] 60@2", 1000 },
    { "a cut packet whose next one is cut too",
      "60 40 60 60", "0-100/80 100-160/120 160-220", "[new] 60@1 40(20)@1 hole 20 truncated [new] 60(20)@2 hole 40 truncated [new] 60@3", 1000 },
    { "a message's end is visible in the next packet",
      "100 60", "0-80/40 80-160", "[new] 100(40)@1 hole 40 truncated [new] 60@2", 1000 },
    { "a packet cut within a header",
      "60 60", "0-60/18 60-120", "[new] hole 42 truncated [new] 60@2", 1000 },
    { "a packet of which only the TCP header was captured",
      "60 60", "0-60/0 60-120", "[new] hole 60 truncated [new] 60@2", 1000 },
    { "behind a cut packet the next one begins within a message: the place is sought",
      "60 60 60 40", "0-90/30 90-220", "[new] 60(30)@1 hole 60 truncated [new] 60@2 40@2", 1000 },
    { "behind a cut packet the next one begins with a header, though what follows it is no BGP",
      "60 40 60 x30", "0-100/30 100-190", "[new] 60(30)@1 hole 70 truncated [new] 60@2 noise 30 marker@2", 1000 },
    { "an early packet that is cut waits for its turn, and its retransmission is whole",
      "60 60", "60-120/80 60-120 0-60", "[new early] [new old] [new filled] 60@3 60@1-2", 1000 },
    { "the retransmission brings the middle of what was cut",
      "60 60", "60-120/80 90-100 0-60", "[new early] [new filled] [new filled] 60@3 60(20)@1 hole 10 truncated hole 20 truncated", 1000 },
    { "an early packet that is cut",
      "60 60 60", "60-120/80 0-60 120-180", "[new early] [new filled] 60@2 60(20)@1 hole 40 truncated [new] 60@3", 1000 },
    { "cut, and seen again, cut",
      "60 60", "0-60/30 0-60/30 60-120", "[new] 60(30)@1 hole 30 truncated [old] [new] 60@3", 1000 },

    /* in mid-stream */
    { "the first segment begins with a message",
      "60 60", "~ 0-60 60-120", "[new] 60@1 [new] 60@2", 1000 },
    { "the first segment begins with a message that is longer",
      "100 60", "~ 0-60 60-160", "[new] [new] 100@1-2 60@2", 1000 },
    { "the first segment begins within a message",
      "100 60 40", "~ 30-200", "[new] 60@1 40@1", 1000 },
    { "the first segments end within a header",
      "100 60 40", "~ 30-105 105-108 108-200", "[new] [new] [new] 60@1-3 40@3", 1000 },
    { "a message of which nothing follows: the segment ends with it",
      "100 60", "~ 30-160", "[new] 60@1", 1000 },
    { "a message waits for what follows it",
      "100 60 40", "~ 30-120 120-165 165-200", "[new] [new] [new] 60@1-2 40@2-3", 1000 },
    { "a message of which nothing follows until the end",
      "100 60 60", "~ 30-120 120-155 $", "[new] [new] 60(55)@1-2", 1000 },
    { "sixteen bytes 255 within a message are not its beginning",
      "x40 f16 x60 60 60", "~ 0-236", "[new] 60@1 60@1", 1000 },
    { "what looks like a header within a message",
      "x40 h19 60 60 60 60", "~ 0-299", "[new] 60@1 60@1 60@1 60@1", 1000 },
    { "what looks like a header within a message, and only later it shows that it is none",
      "x40 h19 60 60 60 60", "~ 0-179 179-299", "[new] [new] 60@1 60@1 60@2 60@2", 1000 },
    { "bytes 255 in front of a message",
      "x40 f20 60 60", "~ 0-180", "[new] 60@1 60@1", 1000 },
    { "nothing of BGP at all",
      "x3000", "~ 0-1000 1000-2000 2000-3000 $", "[new] [new] [new]", 1000 },
    { "a hole before the first message is found",
      "x100 100 60", "~ 0-50 150-260 a260 +20 a260", "[new] [new early] hole 100 missed 60@2", 1000 },
    { "a long message, and nobody saw the OPENs that agreed on it",
      "60 5000 60", "~ 0-60 60-3000 3000-5120", "[new] 60@1 [new] [new] 5000@2-3 60@3", 1000 },
    { "an acknowledgement first",
      "60", "~ a0 0-60", "[new] 60@2", 1000 },
    { "the SYN stands behind its first data",
      "60 60", "~ 0-60 S 60-120", "[new] 60@1 [new] 60@2", 1000 },

    /* noise */
    { "a KEEPALIVE that is too long, and the next message where it says",
      "60 k23 60", "0-143", "[new] 60@1 noise 23 length@1 60@1", 1000 },
    { "an OPEN that is too short",
      "o20 60", "0-80", "[new] noise 20 length@1 60@1", 1000 },
    { "an unknown type over two segments",
      "t100 60", "0-50 50-160", "[new] noise 100 type@1 [new] 60@2", 1000 },
    { "an unknown type with a header in two segments",
      "t100 60", "0-10 10-160", "[new] [new] noise 100 type@2 60@2", 1000 },
    { "a length that cannot be: the place is sought",
      "60 s40 60 60", "0-220", "[new] 60@1 noise 40 length@1 60@1 60@1", 1000 },
    { "a length that cannot be, and nothing follows",
      "60 s40", "0-100 $", "[new] 60@1 noise 40 length@1", 1000 },
    { "bytes that are no BGP between messages",
      "60 x50 60 60", "0-230", "[new] 60@1 noise 50 marker@1 60@1 60@1", 1000 },
    { "bytes that are no BGP over segments",
      "60 x500 60 60", "0-100 100-400 400-680", "[new] 60@1 noise 40 marker@1 [new] noise 300 marker@2 [new] noise 160 marker@3 60@3 60@3", 1000 },
    { "no BGP behind a SYN",
      "x50", "0-50", "[new] noise 50 marker@1", 1000 },
    { "a segment that begins with a message behind one that is no BGP",
      "x50 60", "0-50 50-110", "[new] noise 50 marker@1 [new] 60@2", 1000 },
    { "a header that goes wrong in the second segment",
      "60 s40 60", "0-70 70-160", "[new] 60@1 [new] noise 40 length@2 60@2", 1000 },
    { "a hole behind bytes that are no BGP",
      "x50 60 60 60", "0-50 120-230 a230 +20 a230", "[new] noise 50 marker@1 [new early] hole 70 missed 60@2", 1000 },
};
// clang-format on

static void check_stories(void)
{
    for (size_t i = 0; i < COUNT(stories); i++) {
        const struct story *story = &stories[i];
        struct stream_pool pool = { .each = 1 << 20, .total = 1 << 20 };
        struct stream *s = stream_new(&pool);
        write_messages(story->messages);
        told_size = 0;
        told[0] = '\0';
        play(story, s);
        CHECK_CASE(story->words, !strcmp(told, story->told));
        if (strcmp(told, story->told))
            printf("    got  %s\n    want %s\n", told, story->told);
        CHECK_CASE(story->words,
                   stream_joined_midway(s) == (*story->events == '~' && !strchr(story->events, 'S')));
        stream_free(s);
        CHECK_CASE(story->words, pool.used == 0);
    }
}

int main(void)
{
    check_stories();
    return CHECK_END();
}
