/* Framing: which bytes are a message, which may become one, which never will; and the way back into a stream. */
#include "tests/check.h"
#include "tests/make/make_bgp.h"

enum { UNKNOWN_TYPE = 6, OLD_ROUTE_REFRESH = 128 };

static struct made m;

/* ---- one header ---- */

static const struct {
    const char *words;
    unsigned type, length, largest;
    enum bgp_got got;
    enum fault_code fault;
} headers[] = {
    { "OPEN, smallest", BGP_OPEN, 29, BGP_LARGEST, BGP_MESSAGE, FAULT_COUNT },
    { "OPEN too small", BGP_OPEN, 28, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
    { "OPEN, largest", BGP_OPEN, 4096, BGP_LARGEST, BGP_MESSAGE, FAULT_COUNT },
    { "OPEN is never extended", BGP_OPEN, 4097, BGP_LARGEST_EXTENDED, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
    { "UPDATE, smallest", BGP_UPDATE, 23, BGP_LARGEST, BGP_MESSAGE, FAULT_COUNT },
    { "UPDATE too small", BGP_UPDATE, 22, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
    { "UPDATE, largest", BGP_UPDATE, 4096, BGP_LARGEST, BGP_MESSAGE, FAULT_COUNT },
    { "UPDATE too large", BGP_UPDATE, 4097, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
    { "UPDATE, extended", BGP_UPDATE, 65535, BGP_LARGEST_EXTENDED, BGP_MESSAGE, FAULT_COUNT },
    { "NOTIFICATION, smallest", BGP_NOTIFICATION, 21, BGP_LARGEST, BGP_MESSAGE, FAULT_COUNT },
    { "NOTIFICATION too small", BGP_NOTIFICATION, 20, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
    { "KEEPALIVE", BGP_KEEPALIVE, 19, BGP_LARGEST, BGP_MESSAGE, FAULT_COUNT },
    { "KEEPALIVE too small", BGP_KEEPALIVE, 18, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
    { "KEEPALIVE with a body", BGP_KEEPALIVE, 23, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
    { "ROUTE-REFRESH, smallest", BGP_ROUTE_REFRESH, 23, BGP_LARGEST, BGP_MESSAGE, FAULT_COUNT },
    { "ROUTE-REFRESH too small", BGP_ROUTE_REFRESH, 22, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
    { "prestandard ROUTE-REFRESH", OLD_ROUTE_REFRESH, 23, BGP_LARGEST, BGP_MESSAGE, FAULT_COUNT },
    { "prestandard ROUTE-REFRESH too small", OLD_ROUTE_REFRESH, 22, BGP_LARGEST, BGP_NOT,
      FAULT_BGP_HEADER_LENGTH },
    { "type 0", 0, 19, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_TYPE },
    { "type 6", UNKNOWN_TYPE, 40, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_TYPE },
    { "type 255", 255, 40, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_TYPE },
    { "length 0", BGP_UPDATE, 0, BGP_LARGEST, BGP_NOT, FAULT_BGP_HEADER_LENGTH },
};

/* A header that says so, and so many bytes behind it that it could be true. */
static void make_header(unsigned type, unsigned length)
{
    make_begin(&m, type);
    m.bytes[16] = (uint8_t)(length >> 8);
    m.bytes[17] = (uint8_t)length;
    memset(m.bytes + 19, 0, sizeof m.bytes - 19);
    m.used = length > 19 ? length : 19;
}

static void one_header(void)
{
    for (size_t i = 0; i < COUNT(headers); i++) {
        struct bgp_msg msg;
        make_header(headers[i].type, headers[i].length);
        enum bgp_got got = bgp_next(m.bytes, m.used, headers[i].largest, &msg);
        CHECK_CASE(headers[i].words, got == headers[i].got);
        CHECK_CASE(headers[i].words, msg.fault == headers[i].fault);
        CHECK_CASE(headers[i].words, msg.length == headers[i].length);
        CHECK_CASE(headers[i].words, !msg.cut && msg.raw == m.bytes);
        if (got != BGP_MESSAGE)
            continue;
        unsigned type = headers[i].type == OLD_ROUTE_REFRESH ? BGP_ROUTE_REFRESH : headers[i].type;
        CHECK_CASE(headers[i].words, msg.type == type);
        CHECK_CASE(headers[i].words, msg.body.at == m.bytes + 19);
        CHECK_CASE(headers[i].words, cur_left(&msg.body) == headers[i].length - 19u);
    }
}

/* ---- beginnings ---- */

struct beginnings {
    unsigned more, whole, not ;
    uint16_t length; /* of the message */
};

static void look_at_beginning(const uint8_t *bytes, size_t size, void *with)
{
    struct beginnings *b = with;
    struct bgp_msg msg;
    enum bgp_got got = bgp_next(bytes, size, BGP_LARGEST, &msg);
    b->more += got == BGP_MORE;
    b->whole += got == BGP_MESSAGE;
    b->not += got == BGP_NOT;
    CHECK(msg.length == (size < 18 ? 0 : b->length));
    CHECK(cur_left(&msg.body) == (size < 19 ? 0 : size - 19));
}

static void beginnings(void)
{
    make_open(&m, 65001, 90, 0x0a000001);
    make_cap_family(&m, 1, 1);
    make_open_end(&m);
    struct beginnings b = { .length = (uint16_t)m.used };
    make_every_cut(&m, look_at_beginning, &b);
    CHECK(b.more == m.used && b.whole == 1 && b.not == 0);
}

/* At which size a header that cannot be is first known not to be one. */
static const struct {
    const char *words;
    size_t at; /* this byte … */
    uint8_t is;
    size_t known; /* … is known to be wrong with so many bytes */
    enum fault_code fault;
} wrong[] = {
    { "first byte of the marker", 0, 0xfe, 1, FAULT_BGP_HEADER_MARKER },
    { "eighth byte", 7, 0, 8, FAULT_BGP_HEADER_MARKER },
    { "last byte of the marker", 15, 0x7f, 16, FAULT_BGP_HEADER_MARKER },
    { "length, from its first byte", 16, 0x11, 17, FAULT_BGP_HEADER_LENGTH },
    { "length, too small", 17, 18, 18, FAULT_BGP_HEADER_LENGTH },
    { "type", 18, 9, 19, FAULT_BGP_HEADER_TYPE },
};

static void wrong_from_the_start(void)
{
    for (size_t i = 0; i < COUNT(wrong); i++)
        for (size_t size = 0; size <= 30; size++) {
            struct bgp_msg msg;
            make_header(BGP_UPDATE, 30);
            m.bytes[wrong[i].at] = wrong[i].is;
            enum bgp_got want = size < wrong[i].known ? BGP_MORE : BGP_NOT;
            CHECK_CASE(wrong[i].words, bgp_next(m.bytes, size, BGP_LARGEST, &msg) == want);
            CHECK_CASE(wrong[i].words, msg.fault == (want == BGP_NOT ? wrong[i].fault : FAULT_COUNT));
        }
}

/* ---- back into a stream ---- */

/* The stream: n bytes of something, then messages. Returns where the first message begins. */
static size_t make_stream(size_t junk, uint8_t of, unsigned messages)
{
    m.used = 0;
    for (size_t i = 0; i < junk; i++)
        make_u8(&m, of);
    for (unsigned i = 0; i < messages; i++) {
        make_more(&m, BGP_UPDATE);
        make_u32(&m, 0);
        make_end(&m);
    }
    return junk;
}

static void resync_finds(void)
{
    CHECK(bgp_resync(m.bytes, 0, BGP_LARGEST) == 0);
    CHECK(bgp_resync(m.bytes, make_stream(100, 0, 0), BGP_LARGEST) == 100);
    for (size_t junk = 0; junk < 40; junk++) {
        size_t want = make_stream(junk, 7, 3);
        CHECK(bgp_resync(m.bytes, m.used, BGP_LARGEST) == want);
        CHECK(bgp_resync(m.bytes, junk + 1, BGP_LARGEST) == want); /* one byte of a marker */
        want = make_stream(junk, 0xff, 3);                         /* a longer run of ones than a marker */
        CHECK(bgp_resync(m.bytes, m.used, BGP_LARGEST) == want);
    }
}

static void resync_asks_twice(void)
{
    /* A KEEPALIVE within a route's attribute is not believed: what follows it is no message. */
    struct bgp_msg msg;
    m.used = 0;
    make_text(&m, "tail of a message");
    size_t at = m.used;
    make_more(&m, BGP_KEEPALIVE);
    make_end(&m);
    make_text(&m, "still the tail");
    CHECK(bgp_next(m.bytes + at, m.used - at, BGP_LARGEST, &msg) == BGP_MESSAGE);
    size_t end = m.used;
    make_more(&m, BGP_KEEPALIVE);
    make_end(&m);
    CHECK(bgp_resync(m.bytes, m.used, BGP_LARGEST) == end);
    CHECK(bgp_resync(m.bytes, end, BGP_LARGEST) == end);
    /* Without anything behind it, it is. */
    CHECK(bgp_resync(m.bytes, at + 19, BGP_LARGEST) == at);
}

static void resync_types(void)
{
    m.used = 0;
    make_more(&m, UNKNOWN_TYPE);
    make_end(&m);
    size_t second = m.used;
    make_more(&m, BGP_KEEPALIVE);
    make_end(&m);
    CHECK(bgp_resync(m.bytes, m.used, BGP_LARGEST) == second);
}

/* The worst that can be fed to it: every byte may begin a marker. Here to be caught by the test's time limit. */
static void resync_is_linear(void)
{
    memset(m.bytes, 0xff, sizeof m.bytes);
    unsigned wrong_answers = 0;
    for (int i = 0; i < 50; i++)
        wrong_answers += bgp_resync(m.bytes, sizeof m.bytes, BGP_LARGEST) != sizeof m.bytes - 16;
    CHECK(!wrong_answers);
}

static void look_at_resync(const uint8_t *bytes, size_t size, void *with)
{
    size_t want = *(size_t *)with;
    CHECK(bgp_resync(bytes, size, BGP_LARGEST) == (size < want ? size : want));
}

/* ---- names ---- */

static void names(void)
{
    CHECK_TEXT(bgp_type_name(BGP_OPEN), "OPEN");
    CHECK_TEXT(bgp_type_name(BGP_ROUTE_REFRESH), "ROUTE-REFRESH");
    CHECK(!bgp_type_name(0) && !bgp_type_name(6) && !bgp_type_name(4000));
    CHECK_TEXT(bgp_verdict_name(BGP_TREAT_AS_WITHDRAW), "treat-as-withdraw");
    CHECK_TEXT(fault_key(FAULT_BGP_HEADER_LENGTH), "bgp.header.length");
}

/* What is no message is told as what it is. */
static void told(void)
{
    struct bgp_msg msg;
    struct buf out = buf_init(1 << 16);
    struct writer w = writer_init(&writer_json, &out);
    make_header(UNKNOWN_TYPE, 40);
    bgp_next(m.bytes, m.used, BGP_LARGEST, &msg);
    write_object(&w, NULL);
    bgp_tell(&w, &msg, &(struct bgp_ctx){ 0 });
    write_end(&w);
    CHECK_TEXT(buf_text(&out), "{\"type\":\"6\",\"length\":40,\"faults\":[{\"code\":\"bgp.header.type\","
                               "\"offset\":18,\"text\":\"unknown message type (6)\"}]}");
    buf_clear(&out);
    bgp_line(&msg, &(struct bgp_ctx){ 0 }, &out);
    CHECK_TEXT(buf_text(&out), "type 6 [unknown message type (6)]");
    buf_clear(&out);
    make_keepalive(&m);
    bgp_next(m.bytes, m.used, BGP_LARGEST, &msg);
    w = writer_init(&writer_json, &out);
    write_object(&w, NULL);
    bgp_tell(&w, &msg, &(struct bgp_ctx){ .inferred_as4 = true });
    write_end(&w);
    CHECK_TEXT(buf_text(&out), "{\"type\":\"KEEPALIVE\",\"length\":19}");
    buf_free(&out);
}

int main(void)
{
    one_header();
    beginnings();
    wrong_from_the_start();
    resync_finds();
    resync_asks_twice();
    resync_types();
    resync_is_linear();
    size_t junk = make_stream(20, 0, 2);
    make_every_cut(&m, look_at_resync, &junk);
    names();
    told();
    return CHECK_END();
}
