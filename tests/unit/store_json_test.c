/* The JSON of `analyze`: it parses, it has the contract's keys, and unknown things are null. */
#include "store/report.h"

#include "tests/check.h"
#include "tests/make/make_facts.h"

/* ---- a checker of JSON: what is not in RFC 8259 stops it ---- */

static const char *value(const char *p);

static const char *blanks(const char *p)
{
    while (p && (*p == ' ' || *p == '\n'))
        p++;
    return p;
}

static const char *string(const char *p)
{
    if (*p++ != '"')
        return NULL;
    for (; *p != '"'; p++) {
        if ((unsigned char)*p < 0x20)
            return NULL;
        if (*p == '\\' && !strchr("\"\\/bfnrtu", *++p))
            return NULL;
    }
    return p + 1;
}

static const char *members(const char *p, char end, bool keys)
{
    if (*p == end)
        return p + 1;
    for (;;) {
        if (keys) {
            p = string(p);
            if (!p || *p++ != ':')
                return NULL;
        }
        p = blanks(value(p));
        if (!p || (*p != ',' && *p != end))
            return NULL;
        if (*p++ == end)
            return p;
    }
}

static const char *value(const char *p)
{
    static const char *const words[] = { "true", "false", "null" };
    if (*p == '{' || *p == '[')
        return members(p + 1, *p == '{' ? '}' : ']', *p == '{');
    if (*p == '"')
        return string(p);
    for (size_t i = 0; i < COUNT(words); i++)
        if (!strncmp(p, words[i], strlen(words[i])))
            return p + strlen(words[i]);
    size_t n = strspn(p, "-0123456789.");
    return n ? p + n : NULL;
}

static bool parses(const char *text)
{
    const char *end = blanks(value(text));
    return end && !*end;
}

/* ---- runs ---- */

static struct store *store_of(struct made *m)
{
    enum err why;
    char message[300];
    struct store *s = store_open(":memory:", STORE_NEW, &why, message);
    if (!s || made_into(m, s))
        abort();
    return s;
}

/* The document. The caller frees it. */
static char *document(struct store *s, const struct report_options *o)
{
    FILE *f = tmpfile();
    CHECK(report_json(s, o, f) == ERR_NONE);
    long n = ftell(f);
    char *text = calloc(1, (size_t)n + 1);
    rewind(f);
    if (!text || fread(text, 1, (size_t)n, f) != (size_t)n)
        abort();
    fclose(f);
    CHECK(parses(text));
    return text;
}

static void wants(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        CHECK_CASE(list[i], strstr(text, list[i]) != NULL);
}

/* One session refused, one up. */
static void outage(struct made *m)
{
    struct bgp_peering *p = made_peering(m, "10.0.12.1", 65001, "10.0.12.2", 65002);
    made_connection(m, p, 3, 3.3, CONN_FIN, 0);
    made_open(m, p, 0, 3.184, 12);
    made_transition(m, p, 0, STATE_IDLE, STATE_OPENSENT, 3.184, 12, "open-sent");
    made_notification(m, p, 1, 3.185, 16, 2, 2, "\xfd\xe9");
    made_transition(m, p, 0, STATE_OPENSENT, STATE_IDLE, 4, 0, "hold-timer-expired");
    p->side[1].state = STATE_UNKNOWN;
    struct finding *f = made_finding(m, p, 1, CODE_BGP_OPEN_BAD_PEER_AS, 3.185, "10.0.12.2 refuses AS 65001",
                                     "It \"says\" so.", (int[]){ 12, 16, 0 });
    f->count = 14;
    f->last = made_at(68.185);
    f->evidence_lost = 5;
    made_finding(m, NULL, -1, CODE_CAPTURE_TRUNCATED, 0, "12 packets were cut", "", (int[]){ 0 });
    struct bgp_peering *q = made_peering(m, "2001:db8::1", 65010, "2001:db8::2", 65010);
    made_up(m, q, 6);
    made_routes(q, 0, FAMILY_IPV6_UNICAST, 120);
}

static void keys(void)
{
    static const char *const there[] = {
        "{\"capture\":{\"files\":[{\"path\":\"outage.pcapng\",\"packets\":41210,\"link_type\":\"Ethernet\"",
        "\"first\":\"2026-03-01T10:00:00.000000Z\",\"last\":\"2026-03-01T10:12:04.000000Z\",\"packets\":41210,\"bytes\":5000000,\"bgp_packets\":0,\"ospf_packets\":0,\"truncated_packets\":0,\"duplicate_packets\":0",
        "\"peerings\":[{\"id\":\"10.0.12.1-10.0.12.2\",\"type\":\"ebgp\",\"sides\":[{\"address\":\"10.0.12.1\",\"asn\":65001,\"router_id\":\"1.1.1.1\",\"hold_time\":9,\"capabilities\":[{",
        "{\"code\":65,", /* four-octet AS */
        "\"state\":\"Idle\",\"state_since\":\"2026-03-01T10:00:04.000000Z\",\"established_count\":0,",
        "{\"address\":\"10.0.12.2\",\"asn\":65002,\"router_id\":\"2.2.2.2\",\"hold_time\":9,\"capabilities\":null,\"state\":\"Unknown\",\"state_since\":null,",
        "\"min_hold_margin_s\":null,\"messages\":{\"open\":1,\"update\":0,\"notification\":0,\"keepalive\":0,\"route_refresh\":0},\"routes\":{}",
        "\"hold_time\":null,\"keepalive_interval\":null,",
        "\"connections\":[{\"id\":1,\"active\":\"10.0.12.1\",\"ports\":[40000,179],\"opened\":\"2026-03-01T10:00:03.000000Z\",\"closed\":\"2026-03-01T10:00:03.300000Z\",\"end\":\"fin\",\"end_by\":\"10.0.12.2\"",
        "\"transitions\":[{\"time\":\"2026-03-01T10:00:03.184000Z\",\"side\":\"10.0.12.1\",\"from\":\"Idle\",\"to\":\"OpenSent\",\"frame\":12,\"cause\":\"open-sent\"",
        "\"from\":\"OpenSent\",\"to\":\"Idle\",\"frame\":null,\"cause\":\"hold-timer-expired\"",
        "\"notifications\":[{\"time\":\"2026-03-01T10:00:03.185000Z\",\"from\":\"10.0.12.2\",\"code\":2,\"subcode\":2,\"name\":\"",
        "\"data\":\"fde9\",\"frame\":16",
        "{\"id\":\"2001:db8::1-2001:db8::2\",\"type\":\"ibgp\"",
        "\"min_hold_margin_s\":5.900,",
        "\"routes\":{\"ipv6-unicast\":120,\"ipv4-unicast\":0}", /* agreed on, and nothing there */
        "\"hold_time\":9,\"keepalive_interval\":3,",
        "\"closed\":null,\"end\":\"open\",\"end_by\":null",
        "\"ospf\":{\"routers\":[],\"links\":[],\"adjacencies\":[],\"lsdb\":[]}",
        "\"findings\":[{\"id\":1,\"code\":\"bgp-open-bad-peer-as\",\"severity\":\"error\",\"confidence\":\"certain\",\"time\":\"2026-03-01T10:00:03.185000Z\",\"last_time\":\"2026-03-01T10:01:08.185000Z\",\"count\":14,\"peering\":\"10.0.12.1-10.0.12.2\",\"at\":\"10.0.12.2\",\"title\":\"10.0.12.2 refuses AS 65001\",\"explanation\":\"It \\\"says\\\" so.\",\"advice\":\"Look at 10.0.12.2: the remote AS it has for 10.0.12.1",
        "\"evidence\":[{\"file\":\"outage.pcapng\",\"frame\":12,\"time\":\"2026-03-01T10:00:03.185000Z\",\"note\":\"frame 12\"},",
        "\"evidence_left_out\":5",
        "\"last_time\":\"2026-03-01T10:00:00.000000Z\",\"count\":1,\"at\":null,", /* of no peering: no such key */
    };
    struct made m = made_new(4);
    outage(&m);
    struct store *s = store_of(&m);
    const struct report_options o = { 0 };
    char *text = document(s, &o), *again = document(s, &o);
    wants(text, there, COUNT(there));
    CHECK(!strcmp(text, again));
    CHECK(strstr(text, "bgp-open-bad-peer-as") < strstr(text, "capture-truncated")); /* the graver first */
    free(text);
    free(again);

    struct report_options some = { .peer = addr_parse("2001:db8::2"), .vendor = VENDOR_BIRD };
    text = document(s, &some);
    CHECK(!strstr(text, "10.0.12.1") && strstr(text, "2001:db8::1-2001:db8::2"));
    CHECK(!strstr(text, "\"code\":\"bgp-"));
    free(text);
    some = (struct report_options){ .vendor = VENDOR_BIRD, .least = SEVERITY_ERROR };
    text = document(s, &some);
    CHECK(strstr(text, " BIRD: in the protocol bgp block: neighbor 10.0.12.1 as 65001;"));
    CHECK(!strstr(text, "capture-truncated"));
    free(text);
    store_close(s);
    made_free(&m);
}

/* Digits are decided once, by the stamps of packets; a timer's moment does not count. */
static void digits(void)
{
    const struct report_options o = { 0 };
    for (int nano = 0; nano < 2; nano++) {
        struct made m = made_new(2);
        outage(&m);
        for (uint32_t i = 0; i < m.outbox.count; i++) {
            struct event *e = &m.outbox.list[i];
            if (e->kind == EVENT_TRANSITION && (nano || !e->as.transition.ref.frame))
                e->as.transition.ref.when.ns += 7;
        }
        struct store *s = store_of(&m);
        char *text = document(s, &o);
        CHECK((strstr(text, "\"2026-03-01T10:00:03.184000007Z\"") != NULL) == (nano == 1));
        CHECK((strstr(text, "\"first\":\"2026-03-01T10:00:00.000000000Z\"") != NULL) == (nano == 1));
        CHECK((strstr(text, "\"first\":\"2026-03-01T10:00:00.000000Z\"") != NULL) == (nano == 0));
        free(text);
        store_close(s);
        made_free(&m);
    }
}

/* With several files a frame's number needs its file; what is wrong with a file is a finding. */
static void files(void)
{
    static const char *const there[] = {
        "\"frame\":12,\"file\":\"b.pcap\",\"cause\"",
        "{\"path\":\"b.pcap\",\"packets\":5,\"link_type\":\"several\",\"bytes\":600,\"dropped_packets\":3,\"damage\":\"ends within packet 6\",\"damage_offset\":777}",
        "\"code\":\"capture-damaged\",\"severity\":\"warning\"",
        "\"title\":\"b.pcap is damaged at offset 777: ends within packet 6\"",
        "\"evidence\":[{\"file\":\"b.pcap\",\"frame\":5,\"time\":null,",
        "\"title\":\"the writer of b.pcap dropped 3 packets\"",
        "\"time\":\"2026-03-01T10:12:04.000000Z\"", /* when it was noticed: at the end */
        "{\"path\":\"c.pcap\",\"packets\":0,\"link_type\":\"LINKTYPE 999\"",
    };
    struct made m = made_new(2);
    struct bgp_peering *p = made_peering(&m, "10.0.12.1", 65001, "10.0.12.2", 65002);
    made_transition(&m, p, 0, STATE_IDLE, STATE_OPENSENT, 3.184, 12, "open-sent");
    m.outbox.list[m.outbox.count - 1].as.transition.ref.file = 1;
    struct store *s = store_of(&m);
    const struct store_file b = { .path = "b.pcap",
                                  .packets = 5,
                                  .bytes = 600,
                                  .link = 1,
                                  .several_links = true,
                                  .dropped = 3,
                                  .damage = "ends within packet 6",
                                  .damage_offset = 777,
                                  .last = STAMP_NEVER },
                            c = { .path = "c.pcap", .link = 999, .last = STAMP_NEVER };
    CHECK(store_put_file(s, 1, &b) == ERR_NONE && store_put_file(s, 2, &c) == ERR_NONE);
    const struct report_options o = { 0 };
    char *text = document(s, &o);
    wants(text, there, COUNT(there));
    free(text);
    store_close(s);
    made_free(&m);
}

static void nothing(void)
{
    struct made m = made_new(1);
    m.capture = (struct capture_facts){ 0 };
    struct store *s = store_of(&m);
    const struct report_options o = { 0 };
    char *text = document(s, &o);
    CHECK(strstr(text, "\"first\":null,\"last\":null,\"packets\":0") && strstr(text, "\"peerings\":[]") &&
          strstr(text, "\"findings\":[]"));
    free(text);
    store_close(s);
    made_free(&m);
}

/* What came from packets cannot break the document; and it is written in pieces. */
static void hostile_and_long(void)
{
    struct made m = made_new(300);
    for (int i = 0; i < 200; i++) {
        char low[ADDR_TEXT];
        snprintf(low, sizeof low, "10.0.%d.1", i);
        struct bgp_peering *p = made_peering(&m, low, 65001, "10.255.0.1", 65002);
        made_up(&m, p, 6);
        made_notification(&m, p, 0, 7, 70, 6, 2, "\"\\\x1b[31m\xff\xe2\x80\xae\r\n</script>");
        made_finding(&m, p, 0, CODE_BGP_CEASE_ADMINISTRATIVE_SHUTDOWN, 7, "\"\\\x1b[31m\xff", "\n\x7f",
                     (int[]){ 70, 0 });
    }
    struct store *s = store_of(&m);
    const struct report_options o = { 0 };
    char *text = document(s, &o);
    CHECK(strlen(text) > 3 * 65536);
    CHECK(!strpbrk(text, "\x1b\x7f\r"));
    free(text);
    FILE *full = fopen("/dev/full", "w");
    if (full) {
        CHECK(report_json(s, &o, full) == ERR_WRITE);
        fclose(full);
    }
    text = document(s, &o); /* a reader that went away leaves the store as it was */
    free(text);
    store_close(s);
    made_free(&m);
}

int main(void)
{
    CHECK(parses("{\"a\":[1,-2.5,{\"b\":null}],\"c\":\"\\u001b\"}"));
    CHECK(!parses("{\"a\":1,}") && !parses("[1 2]") && !parses("{\"a\"}") && !parses("\"\x1b\"") &&
          !parses("[1]]"));
    keys();
    digits();
    files();
    nothing();
    hostile_and_long();
    return CHECK_END();
}
