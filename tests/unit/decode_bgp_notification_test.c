/* NOTIFICATION: the name of every error, what its data say, and what is made of data that say something else. */
#include "tests/check.h"
#include "tests/make/make_bgp.h"

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define TEXT(text) (const uint8_t *)(text), sizeof(text) - 1
#define NOTHING    NULL, 0
#define EACUTE     "\xc3\xa9"
#define REPLACED   "\xef\xbf\xbd"

static struct made m;

static bool faulty(const struct faults *f, enum fault_code code, size_t offset)
{
    return f->count == 1 && f->list[0].code == code && f->list[0].offset == offset;
}

static void tell(const struct bgp_msg *msg, const struct writer_ops *ops, struct buf *out)
{
    struct writer w = writer_init(ops, out);
    buf_clear(out);
    write_object(&w, NULL);
    bgp_tell(&w, msg, &(struct bgp_ctx){ 0 });
    write_end(&w);
}

/* ---- names ---- */

static const struct {
    uint8_t code, subcode;
    const char *name;
} names[] = {
    { 1, 0, "Message Header Error/Unspecific" },
    { 1, 1, "Message Header Error/Connection Not Synchronized" },
    { 1, 3, "Message Header Error/Bad Message Type" },
    { 2, 4, "OPEN Message Error/Unsupported Optional Parameter" },
    { 2, 11, "OPEN Message Error/Role Mismatch" },
    { 3, 2, "UPDATE Message Error/Unrecognized Well-known Attribute" },
    { 3, 11, "UPDATE Message Error/Malformed AS_PATH" },
    { 4, 0, "Hold Timer Expired" },
    { 5, 2, "FSM Error/Receive Unexpected Message in OpenConfirm State" },
    { 6, 0, "Cease" },
    { 6, 2, "Cease/Administrative Shutdown" },
    { 6, 9, "Cease/Hard Reset" },
    { 6, 10, "Cease/BFD Down" },
    { 7, 1, "ROUTE-REFRESH Message Error/Invalid Message Length" },
    { 8, 0, "Send Hold Timer Expired" },
    { 9, 0, "Loss of LSDB Synchronization" },
    { 6, 99, "6/99" },
    { 4, 1, "4/1" },
    { 0, 0, "0/0" },
    { 255, 255, "255/255" },
};

static void all_names(void)
{
    char text[64];
    for (size_t i = 0; i < COUNT(names); i++)
        CHECK_TEXT(bgp_notify_name(names[i].code, names[i].subcode, text), names[i].name);
    size_t longest = 0; /* a name that has no room is cut to 63 */
    for (unsigned i = 0; i < 65536; i++) {
        size_t length = strlen(bgp_notify_name((uint8_t)(i >> 8), (uint8_t)i, text));
        longest = length > longest ? length : longest;
    }
    CHECK(longest > 50 && longest < 63);
}

/* ---- data ---- */

static const struct {
    const char *words;
    uint8_t code, subcode;
    const uint8_t *data;
    size_t size;
    enum fault_code fault;
    size_t offset;
    const char *told; /* behind "data" */
} datas[] = {
    { "nothing to say", 4, 0, NOTHING, FAULT_COUNT, 0, "" },
    { "length", 1, 2, BYTES(0, 17), FAULT_COUNT, 0, ",\"message_length\":17" },
    { "length of one byte", 1, 2, BYTES(17), FAULT_BGP_NOTIFY_DATA, 21, "" },
    { "type", 1, 3, BYTES(5), FAULT_COUNT, 0, ",\"message_type\":5,\"message_type_name\":\"ROUTE-REFRESH\"" },
    { "unknown type", 1, 3, BYTES(9), FAULT_COUNT, 0, ",\"message_type\":9" },
    { "type that came too early", 5, 1, BYTES(2), FAULT_COUNT, 0,
      ",\"message_type\":2,\"message_type_name\":\"UPDATE\"" },
    { "version", 2, 1, BYTES(0, 4), FAULT_COUNT, 0, ",\"supported_version\":4" },
    { "version of one byte", 2, 1, BYTES(4), FAULT_COUNT, 0, ",\"supported_version\":4" },
    { "AS of two bytes", 2, 2, BYTES(0xfd, 0xea), FAULT_COUNT, 0, ",\"asn\":65002" },
    { "AS of four bytes", 2, 2, BYTES(0, 6, 0x1a, 0x81), FAULT_COUNT, 0, ",\"asn\":400001" },
    { "AS of three bytes", 2, 2, BYTES(6, 0x1a, 0x81), FAULT_BGP_NOTIFY_DATA, 21, "" },
    { "identifier", 2, 3, BYTES(10, 0, 0, 1), FAULT_COUNT, 0, ",\"router_id\":\"10.0.0.1\"" },
    { "hold time", 2, 6, BYTES(0, 2), FAULT_COUNT, 0, ",\"hold_time\":2" },
    { "capabilities", 2, 7, BYTES(1, 4, 0, 2, 0, 1, 65, 4, 0, 0, 0xfd, 0xe9), FAULT_COUNT, 0,
      ",\"capabilities\":[{\"code\":1,\"name\":\"Multiprotocol Extensions\",\"family\":\"ipv6-unicast\"},"
      "{\"code\":65,\"name\":\"4-octet AS Number\",\"asn\":65001}]" },
    { "capabilities that run over", 2, 7, BYTES(1, 4, 0, 2, 0), FAULT_COUNT, 0, "" },
    { "words instead of capabilities", 2, 7, TEXT("no common families"), FAULT_COUNT, 0,
      ",\"text\":\"no common families\"" },
    { "role, with a hint", 2, 11, TEXT("Strict mode"), FAULT_COUNT, 0, ",\"text\":\"Strict mode\"" },
    { "attribute", 3, 6, BYTES(0x40, 1, 1, 3), FAULT_COUNT, 0,
      ",\"attribute\":{\"code\":1,\"name\":\"ORIGIN\",\"flags\":64,\"value\":\"03\"}" },
    { "attribute, long", 3, 5, BYTES(0x50, 2, 0, 2, 9, 9), FAULT_COUNT, 0,
      ",\"attribute\":{\"code\":2,\"name\":\"AS_PATH\",\"flags\":80,\"value\":\"0909\"}" },
    { "attribute longer than what is there", 3, 5, BYTES(0x40, 3, 200, 1), FAULT_COUNT, 0,
      ",\"attribute\":{\"code\":3,\"name\":\"NEXT_HOP\",\"flags\":64,\"value\":\"01\"}" },
    { "attribute's code", 3, 3, BYTES(3), FAULT_COUNT, 0,
      ",\"attribute\":{\"code\":3,\"name\":\"NEXT_HOP\"}" },
    { "attribute with nothing behind its flags", 3, 1, BYTES(0x40, 3), FAULT_COUNT, 0, "" },
    { "not an attribute", 3, 1, BYTES(0x41, 3, 1, 1), FAULT_COUNT, 0, "" },
    { "words instead of an attribute", 3, 1, TEXT("invalid length"), FAULT_COUNT, 0,
      ",\"text\":\"invalid length\"" },
    { "prefix limit", 6, 1, BYTES(0, 1, 1, 0, 0, 0x03, 0xe8), FAULT_COUNT, 0,
      ",\"family\":\"ipv4-unicast\",\"limit\":1000" },
    { "prefix limit of a family that nobody knows", 6, 1, BYTES(9, 9, 9, 0, 0, 0, 1), FAULT_COUNT, 0,
      ",\"family\":\"2313/9\",\"limit\":1" },
    { "prefix limit left out", 6, 1, NOTHING, FAULT_COUNT, 0, "" },
    { "prefix limit too short", 6, 1, BYTES(0, 1, 1), FAULT_BGP_NOTIFY_DATA, 21, "" },
    { "shutdown, no words", 6, 2, NOTHING, FAULT_COUNT, 0, "" },
    { "shutdown, words of no length", 6, 2, BYTES(0), FAULT_COUNT, 0, "" },
    { "shutdown", 6, 2, TEXT("\7see you"), FAULT_COUNT, 0, ",\"text\":\"see you\"" },
    { "shutdown, UTF-8", 6, 2, TEXT("\4p" EACUTE "r"), FAULT_COUNT, 0, ",\"text\":\"p" EACUTE "r\"" },
    { "shutdown, no UTF-8", 6, 2, TEXT("\4a\xff\xc3z"), FAULT_COUNT, 0,
      ",\"text\":\"a" REPLACED REPLACED "z\"" },
    { "shutdown that would paint the terminal", 6, 4, TEXT("\7\33[2J\n\xc2\x9b"), FAULT_COUNT, 0,
      ",\"text\":\"" REPLACED "[2J " REPLACED "\"" },
    { "shutdown, four-byte letters", 6, 2, TEXT("\4\xf0\x9f\x90\xa2"), FAULT_COUNT, 0,
      ",\"text\":\"\xf0\x9f\x90\xa2\"" },
    { "shutdown, overlong slash", 6, 2, TEXT("\3\xe0\x80\xaf"), FAULT_COUNT, 0,
      ",\"text\":\"" REPLACED REPLACED REPLACED "\"" },
    { "shutdown, half a surrogate", 6, 2, TEXT("\3\xed\xa0\x80"), FAULT_COUNT, 0,
      ",\"text\":\"" REPLACED REPLACED REPLACED "\"" },
    { "shutdown, half a letter at the end", 6, 2, TEXT("\2a\xe2"), FAULT_COUNT, 0,
      ",\"text\":\"a" REPLACED "\"" },
    { "shutdown that turns the line around", 6, 2, TEXT("\4\xe2\x80\xaex"), FAULT_COUNT, 0,
      ",\"text\":\"" REPLACED "x\"" },
    { "shutdown, bytes behind the words", 6, 4, TEXT("\2okay"), FAULT_COUNT, 0, ",\"text\":\"ok\"" },
    { "shutdown longer than the data", 6, 2, TEXT("\11too few"), FAULT_BGP_NOTIFY_TEXT, 21,
      ",\"text\":\"too few\"" },
    { "shutdown without a length", 6, 4, TEXT("maintenance"), FAULT_BGP_NOTIFY_TEXT, 21,
      ",\"text\":\"maintenance\"" },
    { "words that nobody asked for", 6, 3, TEXT("no neighbour is configured"), FAULT_COUNT, 0,
      ",\"text\":\"no neighbour is configured\"" },
    { "the same, counted", 6, 3, TEXT("\6see it"), FAULT_COUNT, 0, ",\"text\":\"see it\"" },
    { "bytes that nobody asked for", 6, 7, BYTES(0, 1, 2, 3, 4), FAULT_COUNT, 0, "" },
    { "three letters are no words", 6, 5, TEXT("abc"), FAULT_COUNT, 0, "" },
    { "refresh message", 7, 1, TEXT("abcdefgh"), FAULT_COUNT, 0, "" },
    { "unknown error, words", 77, 0, TEXT("what is this"), FAULT_COUNT, 0, ",\"text\":\"what is this\"" },
    { "hard reset", 6, 9, TEXT("\6\2\5later"), FAULT_COUNT, 0,
      ",\"inner\":{\"code\":6,\"subcode\":2,\"name\":\"Cease/Administrative Shutdown\",\"data\":\"056c61746572\","
      "\"text\":\"later\"}" },
    { "hard reset for a prefix limit", 6, 9, BYTES(6, 1, 0, 2, 1, 0, 0, 0, 5), FAULT_COUNT, 0,
      ",\"inner\":{\"code\":6,\"subcode\":1,\"name\":\"Cease/Maximum Number of Prefixes Reached\",\"data\":"
      "\"00020100000005\",\"family\":\"ipv6-unicast\",\"limit\":5}" },
    { "hard reset, hold timer", 6, 9, BYTES(4, 0), FAULT_COUNT, 0,
      ",\"inner\":{\"code\":4,\"subcode\":0,\"name\":\"Hold Timer Expired\",\"data\":\"\"}" },
    { "hard reset in a hard reset", 6, 9, BYTES(6, 9, 6, 2), FAULT_COUNT, 0,
      ",\"inner\":{\"code\":6,\"subcode\":9,\"name\":\"Cease/Hard Reset\",\"data\":\"0602\"}" },
    { "hard reset, words too long", 6, 9, BYTES(6, 2, 9, 0), FAULT_BGP_NOTIFY_TEXT, 23,
      ",\"inner\":{\"code\":6,\"subcode\":2,\"name\":\"Cease/Administrative Shutdown\",\"data\":\"0900\","
      "\"text\":\"" REPLACED "\"}" },
    { "hard reset of one byte", 6, 9, BYTES(6), FAULT_BGP_NOTIFY_DATA, 21, "" },
    { "hard reset of nothing", 6, 9, NOTHING, FAULT_COUNT, 0, "" },
};

/* As bgp_tell puts the one fault that a row has. */
static void add_fault(const struct faults *f, struct buf *out)
{
    buf_printf(out, ",\"faults\":[{\"code\":\"%s\",\"offset\":%u,\"text\":\"%s (%u)\"}]",
               fault_key(f->list[0].code), f->list[0].offset, fault_words(f->list[0].code),
               f->list[0].detail);
}

static void all_data(void)
{
    struct buf got = buf_init(1 << 16), want = buf_init(1 << 16);
    for (size_t i = 0; i < COUNT(datas); i++) {
        char name[64];
        struct bgp_notification n;
        make_notification(&m, datas[i].code, datas[i].subcode, datas[i].data, datas[i].size);
        struct bgp_msg msg = make_msg(&m);
        bgp_notification_read(&msg, &n);
        CHECK_CASE(datas[i].words, n.code == datas[i].code && n.subcode == datas[i].subcode);
        CHECK_CASE(datas[i].words, cur_left(&n.data) == datas[i].size);
        CHECK_CASE(datas[i].words, datas[i].fault == FAULT_COUNT
                                       ? !n.faults.count
                                       : faulty(&n.faults, datas[i].fault, datas[i].offset));
        tell(&msg, &writer_json, &got);
        buf_clear(&want);
        buf_printf(&want,
                   "{\"type\":\"NOTIFICATION\",\"length\":%zu,\"notification\":{\"code\":%u,\"subcode\":%u,"
                   "\"name\":\"%s\",\"data\":\"",
                   m.used, n.code, n.subcode, bgp_notify_name(n.code, n.subcode, name));
        buf_hex(&want, datas[i].data, datas[i].size);
        buf_printf(&want, "\"%s}", datas[i].told);
        if (n.faults.count)
            add_fault(&n.faults, &want);
        buf_char(&want, '}');
        CHECK_TEXT(buf_text(&got), buf_text(&want));
    }
    buf_free(&got);
    buf_free(&want);
}

/* ---- the fields that rules ask for ---- */

static void fields(void)
{
    struct bgp_notification n;
    make_notification(&m, 2, 2, "\0\6\x1a\x81", 4);
    struct bgp_msg msg = make_msg(&m);
    bgp_notification_read(&msg, &n);
    CHECK(n.has_as && n.asn == 400001 && !n.has_hold && !n.has_inner && !n.has_prefix_limit);

    make_notification(&m, 2, 6, "\0\1", 2);
    msg = make_msg(&m);
    bgp_notification_read(&msg, &n);
    CHECK(n.has_hold && n.hold == 1 && !n.has_as);

    make_notification(&m, 2, 6, NULL, 0);
    msg = make_msg(&m);
    bgp_notification_read(&msg, &n);
    CHECK(!n.has_hold && n.limit_family == FAMILY_NONE && !cur_left(&n.text));

    make_notification(&m, 6, 9, "\6\1\0\1\1\0\0\0\12", 9);
    msg = make_msg(&m);
    bgp_notification_read(&msg, &n);
    CHECK(n.has_inner && n.inner_code == 6 && n.inner_subcode == 1 && cur_left(&n.inner_data) == 7);
    CHECK(n.has_prefix_limit && n.limit_family == FAMILY_IPV4_UNICAST && n.prefix_limit == 10);
}

/* The longest text there may be: 255 bytes. */
static void longest(void)
{
    uint8_t data[256];
    struct bgp_notification n;
    memset(data, 'x', sizeof data);
    data[0] = 255;
    make_notification(&m, 6, 2, data, sizeof data);
    struct bgp_msg msg = make_msg(&m);
    bgp_notification_read(&msg, &n);
    CHECK(cur_left(&n.text) == 255 && !n.faults.count);
}

/* ---- for people ---- */

static const struct {
    uint8_t code, subcode;
    const uint8_t *data;
    size_t size;
    const char *line;
} lines[] = {
    { 4, 0, NOTHING, "NOTIFICATION 4/0 Hold Timer Expired" },
    { 2, 2, BYTES(0xfd, 0xea), "NOTIFICATION 2/2 OPEN Message Error/Bad Peer AS, asn 65002" },
    { 2, 6, BYTES(0, 1), "NOTIFICATION 2/6 OPEN Message Error/Unacceptable Hold Time, hold time 1" },
    { 2, 7, BYTES(70, 0),
      "NOTIFICATION 2/7 OPEN Message Error/Unsupported Capability, capabilities [(code 70 name Enhanced Route "
      "Refresh)]" },
    { 6, 1, BYTES(0, 1, 1, 0, 0, 0, 10),
      "NOTIFICATION 6/1 Cease/Maximum Number of Prefixes Reached, family ipv4-unicast limit 10" },
    { 6, 2, TEXT("\3bye"), "NOTIFICATION 6/2 Cease/Administrative Shutdown: \"bye\"" },
    { 6, 9, TEXT("\6\4\3bye"),
      "NOTIFICATION 6/9 Cease/Hard Reset (6/4 Cease/Administrative Reset): \"bye\"" },
    { 6, 1, BYTES(1),
      "NOTIFICATION 6/1 Cease/Maximum Number of Prefixes Reached [data of a length that the error "
      "cannot have (1)]" },
};

static void all_lines(void)
{
    struct buf out = buf_init(1 << 16);
    for (size_t i = 0; i < COUNT(lines); i++) {
        make_notification(&m, lines[i].code, lines[i].subcode, lines[i].data, lines[i].size);
        struct bgp_msg msg = make_msg(&m);
        buf_clear(&out);
        bgp_line(&msg, &(struct bgp_ctx){ 0 }, &out);
        CHECK_TEXT(buf_text(&out), lines[i].line);
    }
    make_notification(&m, 6, 2, "\3bye", 4);
    struct bgp_msg msg = make_msg(&m);
    tell(&msg, &writer_text, &out);
    CHECK_TEXT(buf_text(&out),
               "type NOTIFICATION length 25 notification (code 6 subcode 2 name Cease/Administrative "
               "Shutdown data 03627965 text bye)");
    buf_free(&out);
}

/* ---- cuts ---- */

static void look_at_cut(const uint8_t *bytes, size_t size, void *with)
{
    struct buf *out = with;
    struct bgp_msg msg;
    struct bgp_notification n;
    enum bgp_got got = bgp_next(bytes, size, BGP_LARGEST, &msg);
    if (size < BGP_HEADER)
        return;
    msg.cut = got == BGP_MORE;
    bgp_notification_read(&msg, &n);
    CHECK(!n.faults.count);
    tell(&msg, &writer_json, out);
    CHECK(!strstr(buf_text(out), "faults"));
    CHECK(!!strstr(buf_text(out), "\"truncated\":true") == msg.cut);
    CHECK(!!strstr(buf_text(out), "\"code\":") == (size > 19));
    CHECK(!!strstr(buf_text(out), "\"subcode\":") == (size > 20));
    buf_clear(out);
    bgp_line(&msg, &(struct bgp_ctx){ 0 }, out);
    CHECK(!!strstr(buf_text(out), " (cut)") == msg.cut);
}

/* The same bytes in a message that claims to be whole. */
static void look_at_end(const uint8_t *bytes, size_t size, void *with)
{
    if (size < 21)
        return;
    struct buf *out = with;
    struct bgp_msg msg = { .type = BGP_NOTIFICATION,
                           .length = (uint16_t)size,
                           .body = cur_over(bytes + BGP_HEADER, size - BGP_HEADER),
                           .raw = bytes,
                           .fault = FAULT_COUNT };
    tell(&msg, &writer_json, out);
    CHECK(strstr(buf_text(out), "\"notification\":{\"code\":"));
}

static void cuts(void)
{
    struct buf out = buf_init(1 << 16);
    for (size_t i = 0; i < COUNT(datas); i++) {
        make_notification(&m, datas[i].code, datas[i].subcode, datas[i].data, datas[i].size);
        if (datas[i].fault == FAULT_COUNT)
            make_every_cut(&m, look_at_cut, &out);
        make_every_cut(&m, look_at_end, &out);
    }
    /* What is there of a cut text is told. */
    make_notification(&m, 6, 2, "\5later", 6);
    struct bgp_msg msg = make_msg(&m);
    msg.body.end -= 2;
    msg.cut = true;
    bgp_line(&msg, &(struct bgp_ctx){ 0 }, (buf_clear(&out), &out));
    CHECK_TEXT(buf_text(&out), "NOTIFICATION 6/2 Cease/Administrative Shutdown: \"lat\" (cut)");
    buf_free(&out);
}

int main(void)
{
    all_names();
    all_data();
    fields();
    longest();
    all_lines();
    cuts();
    return CHECK_END();
}
