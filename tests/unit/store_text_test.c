/* The report for people, line by line. */
#include "store/report.h"

#include "store/text.h"
#include "tests/check.h"
#include "tests/make/make_facts.h"

static struct store *store_of(struct made *m)
{
    enum err why;
    char message[300];
    struct store *s = store_open(":memory:", STORE_NEW, &why, message);
    if (!s || made_into(m, s))
        abort();
    return s;
}

/* The caller frees it. */
static char *told(struct store *s, struct report_options o)
{
    FILE *f = tmpfile();
    CHECK(report_text(s, &o, f) == ERR_NONE);
    long n = ftell(f);
    char *text = calloc(1, (size_t)n + 1);
    rewind(f);
    if (!text || fread(text, 1, (size_t)n, f) != (size_t)n)
        abort();
    fclose(f);
    return text;
}

/* No line is wider, none ends in a blank, and nothing commands the terminal. */
static void fits(const char *text, unsigned width)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        char line[512];
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        CHECK_CASE(line, text_width(text, n) <= width);
        CHECK_CASE(line, !n || text[n - 1] != ' ');
        for (size_t i = 0; i < n; i++)
            CHECK_CASE(line, (unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
        text += n + (text[n] == '\n');
    }
}

/* A session refused, one lost, two that are well, and a capture that missed something. */
static void outage(struct made *m)
{
    struct bgp_peering *p = made_peering(m, "2001:db8::1", 65010, "2001:db8::2", 65010);
    made_up(m, p, 6);
    made_routes(p, 0, FAMILY_IPV6_UNICAST, 1200);
    made_routes(p, 1, FAMILY_IPV4_UNICAST, 3);
    made_finding(m, p, -1, CODE_BGP_CONNECTION_COLLISION, 6, "both sides dialled at once", "Not told here.",
                 (int[]){ 44, 40, 0 });
    p = made_peering(m, "10.0.13.1", 65001, "10.0.13.3", 65003);
    made_up(m, p, 4);
    made_transition(m, p, 0, STATE_ESTABLISHED, STATE_IDLE, 300.25, 0, "hold-timer-expired");
    made_transition(m, p, 1, STATE_ESTABLISHED, STATE_ACTIVE, 300.3, 2000, "notification-received");
    made_finding(m, p, 0, CODE_BGP_HOLD_MARGIN_LOW, 20, "10.0.13.3 nearly lost the session",
                 "Nothing came from 10.0.13.1 for 7.8 s.", (int[]){ 500, 0 });
    made_finding(m, p, 1, CODE_BGP_HOLD_TIMER_EXPIRED, 300.25,
                 "10.0.13.1 heard nothing from 10.0.13.3 until its hold time ran out",
                 "It sends NOTIFICATION 4/0.", (int[]){ 2000, 0 });
    made_finding(m, p, 1, CODE_BGP_KEEPALIVES_STOPPED, 300.25, "10.0.13.3 sends no more KEEPALIVEs",
                 "Its TCP is alive.", (int[]){ 1922, 0 })
        ->confidence = CONFIDENCE_LIKELY;
    p = made_peering(m, "10.0.12.1", 65001, "10.0.12.2", 65002);
    made_connection(m, p, 3, 3.3, CONN_FIN, 0);
    made_transition(m, p, 0, STATE_IDLE, STATE_OPENSENT, 3.184, 12, "open-sent");
    p->side[1].state = STATE_UNKNOWN;
    p->connection_count = 14;
    struct finding *f = made_finding(m, p, 1, CODE_BGP_OPEN_BAD_PEER_AS, 3.185,
                                     "10.0.12.2 refuses AS 65001; it expects another AS",
                                     "10.0.12.1's OPEN claims AS 65001.", (int[]){ 16, 12, 15, 0 });
    f->count = 14;
    f->last = made_at(68.185);
    p = made_peering(m, "10.0.14.1", 65001, "10.0.14.4", 65004);
    made_up(m, p, 4);
    p->midway = true;
    made_finding(m, NULL, -1, CODE_CAPTURE_TRUNCATED, 0, "12 packets of interest were cut",
                 "What stood behind is unknown.", (int[]){ 0 });
    m->capture.truncated = 12;
    m->capture.messages = 1204;
}

static void wide(void)
{
    static const char want[] =
        "outage.pcapng   41,210 packets in 12 min 4 s   4 peerings   2 of 4 Established\n"
        "    capture: 12 packets cut\n"
        "    2026-03-01 10:00:00 to 10:12:04 UTC   1,204 BGP messages\n"
        "\n"
        "    warning  capture-truncated  12 packets of interest were cut\n"
        "             What stood behind is unknown.\n"
        "             Capture whole packets: tcpdump -s 0.\n"
        "\n"
        "✗ 10.0.13.1 (AS 65001) – 10.0.13.3 (AS 65003)   eBGP   down since 10:05:00.300\n"
        "    10.0.13.1  Idle since 10:05:00.250   10.0.13.3  Active since 10:05:00.300   1 connection\n"
        "    error    bgp-keepalives-stopped  10.0.13.3 sends no more KEEPALIVEs\n"
        "             Its TCP is alive.\n"
        "             Look at 10.0.13.3: its BGP process; its TCP still answered.\n"
        "             frame 1922   at 10:05:00.250   likely\n"
        "    error    bgp-hold-timer-expired\n"
        "             10.0.13.1 heard nothing from 10.0.13.3 until its hold time ran out\n"
        "             It sends NOTIFICATION 4/0.\n"
        "             Look at 10.0.13.3: what kept it from being heard, or from reading, for the whole hold\n"
        "             time; then at the path.\n"
        "             frame 2000   at 10:05:00.250\n"
        "    warning  bgp-hold-margin-low  10.0.13.3 nearly lost the session\n"
        "             Nothing came from 10.0.13.1 for 7.8 s.\n"
        "             Look at 10.0.13.1: why its keepalives came late to 10.0.13.3; or agree on a longer hold\n"
        "             time.\n"
        "             frame 500   at 10:00:20.000\n"
        "\n"
        "✗ 10.0.12.1 (AS 65001) – 10.0.12.2 (AS 65002)   eBGP   never Established\n"
        "    10.0.12.1  OpenSent since 10:00:03.184   10.0.12.2  Unknown   14 connections\n"
        "    error    bgp-open-bad-peer-as  10.0.12.2 refuses AS 65001; it expects another AS\n"
        "             10.0.12.1's OPEN claims AS 65001.\n"
        "             Look at 10.0.12.2: the remote AS it has for 10.0.12.1, which says that it is AS 65001;\n"
        "             or at 10.0.12.1: whether it should be that.\n"
        "             frames 12 15 16   14 times from 10:00:03.185 to 10:01:08.185\n"
        "\n"
        "  peering                                          type  up for       routes     hold margin\n"
        "✓ 2001:db8::1 (AS 65010) – 2001:db8::2 (AS 65010)  iBGP  11 min 58 s  1,200 / 3  5.9 of 9 s\n"
        "    info     bgp-connection-collision  both sides dialled at once\n"
        "             frames 40 44   at 10:00:06.000\n"
        "✓ 10.0.14.1 (AS 65001) – 10.0.14.4 (AS 65004)      eBGP  over 12 min  0 / 0      5.9 of 9 s\n";
    struct made m = made_new(8);
    outage(&m);
    struct store *s = store_of(&m);
    char *text = told(s, (struct report_options){ .utf8 = true });
    CHECK_TEXT(text, want);
    fits(text, 100);
    free(text);
    store_close(s);
    made_free(&m);
}

static void narrow_in_ascii(void)
{
    static const char want[] = "outage.pcapng   41,210 packets in 12 min 4 s   1 peering\n"
                               "    not Established   capture: 12 packets cut\n"
                               "    2026-03-01 10:00:00 to 10:12:04 UTC   1,204 BGP messages\n"
                               "    only what is about 10.0.12.2\n"
                               "\n"
                               "x 10.0.12.1 (AS 65001) - 10.0.12.2 (AS 65002)   eBGP\n"
                               "    never Established\n"
                               "    10.0.12.1  OpenSent since 10:00:03.184\n"
                               "    10.0.12.2  Unknown   14 connections\n"
                               "    error    bgp-open-bad-peer-as\n"
                               "             10.0.12.2 refuses AS 65001; it expects another\n"
                               "             AS\n"
                               "             10.0.12.1's OPEN claims AS 65001.\n"
                               "             Look at 10.0.12.2: the remote AS it has for\n"
                               "             10.0.12.1, which says that it is AS 65001; or\n"
                               "             at 10.0.12.1: whether it should be that.\n"
                               "             FRR: router bgp 65002: neighbor 10.0.12.1\n"
                               "             remote-as 65001\n"
                               "             frames 12 15 16\n"
                               "             14 times from 10:00:03.185 to 10:01:08.185\n";
    struct made m = made_new(8);
    outage(&m);
    struct store *s = store_of(&m);
    struct report_options o = {
        .width = 60, .vendor = VENDOR_FRR, .peer = addr_parse("10.0.12.2"), .least = SEVERITY_ERROR
    };
    char *text = told(s, o);
    CHECK_TEXT(text, want);
    free(text);
    /* the whole of it, at every width */
    for (unsigned width = 40; width < 180; width += 3) {
        for (int utf8 = 0; utf8 < 2; utf8++) {
            text = told(s, (struct report_options){ .width = width, .utf8 = utf8, .all = true });
            fits(text, width);
            for (const char *p = text; !utf8 && *p; p++)
                CHECK(!((unsigned char)*p & 0x80));
            free(text);
        }
    }
    store_close(s);
    made_free(&m);
}

static void painted(void)
{
    struct made m = made_new(8);
    outage(&m);
    struct store *s = store_of(&m);
    char *text = told(s, (struct report_options){ .utf8 = true, .colour = true });
    CHECK(strstr(text, "\x1b[1;31merror") && strstr(text, "\x1b[1;33mwarning") &&
          strstr(text, "\x1b[1;31m✗"));
    CHECK(strstr(text, "\x1b[1m10.0.12.1 (AS 65001) – 10.0.12.2 (AS 65002)\x1b[0m"));
    free(text);
    store_close(s);
    made_free(&m);
}

static void many(void)
{
    struct made m = made_new(700);
    char low[ADDR_TEXT];
    for (int i = 0; i < 600; i++) {
        snprintf(low, sizeof low, "10.1.%d.%d", i / 250, i % 250 + 1);
        struct bgp_peering *p = made_peering(&m, low, 65000, "10.255.0.1", 64999);
        if (i % 20 == 7)
            continue; /* nothing was seen of it but its SYN */
        made_up(&m, p, 4);
        made_routes(p, 0, FAMILY_IPV4_UNICAST, 340);
        if (i % 30 == 0)
            made_finding(&m, p, 0, CODE_TCP_ZERO_WINDOW, 9, "does not read", "", (int[]){ 3, 0 });
    }
    struct store *s = store_of(&m);
    char *text = told(s, (struct report_options){ .utf8 = true });
    static const char *const there[] = {
        "600 peerings   570 of 600 Established",
        "\n! 10.1.0.1 (AS 65000) – 10.255.0.1 (AS 64999)",
        "\n? 30 peerings not Established, with nothing found: --all lists them\n",
    };
    for (size_t i = 0; i < COUNT(there); i++)
        CHECK_CASE(there[i], strstr(text, there[i]) != NULL);
    CHECK(strstr(text, "✓ 550 more peerings Established throughout: --all lists them   187,000 routes"));
    CHECK(strstr(text, "lowest hold margin 5.9 s"));
    CHECK(!strstr(text, "10.1.0.2 "));
    size_t shown = 0;
    for (const char *p = text; (p = strstr(p, "\n! ")); p++)
        shown++;
    CHECK(shown == 20);
    fits(text, 100);
    free(text);
    text = told(s, (struct report_options){ .utf8 = true, .all = true });
    CHECK(strstr(text, "\n✓ 10.1.0.2 (AS 65000)") && strstr(text, "\n? 10.1.0.8 (AS 65000)"));
    CHECK(!strstr(text, "--all"));
    free(text);
    store_close(s);
    made_free(&m);
}

/* Words of packets do not reach the terminal as commands; long ones are broken. */
static void hostile(void)
{
    struct made m = made_new(2);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    made_up(&m, p, 4);
    char longest[400];
    memset(longest, 'w', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    made_finding(&m, p, 0, CODE_BGP_CEASE_ADMINISTRATIVE_SHUTDOWN, 5,
                 "\x1b]0;title\x07 \x9b\xe2\x80\xae\r\n over", longest, (int[]){ 3, 0 });
    struct store *s = store_of(&m);
    char *text = told(s, (struct report_options){ .utf8 = true });
    CHECK(strstr(text, "\\x1b]0;title\\x07 \\x9b\\u202e\\x0d\\x0a over"));
    fits(text, 100);
    free(text);
    store_close(s);
    made_free(&m);
}

static void nothing(void)
{
    struct made m = made_new(1);
    m.capture = (struct capture_facts){
        .ospf_packets = 3, .packets = 9, .first = made_at(0), .last = made_at(90000)
    };
    struct store *s = store_of(&m);
    char *text = told(s, (struct report_options){ .utf8 = true });
    CHECK_TEXT(text,
               "outage.pcapng   9 packets in 1 d 1 h   no BGP peering, no OSPF adjacency   capture: clean\n"
               "    2026-03-01 10:00:00 to 2026-03-02 11:00:00 UTC   3 OSPF packets\n");
    free(text);
    store_close(s);
    made_free(&m);
}

/* A file tells what memory told. */
static void kept(void)
{
    char path[] = "/tmp/routetap-text-XXXXXX", message[300];
    enum err why;
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    struct made m = made_new(8);
    outage(&m);
    struct store *s = store_of(&m), *file = store_open(path, STORE_NEW, &why, message);
    CHECK_CASE(message, file != NULL);
    CHECK(made_into(&m, file) == ERR_NONE);
    store_close(file);
    file = store_open(path, STORE_READ, &why, message);
    CHECK_CASE(message, file != NULL);
    struct report_options o = { .utf8 = true, .all = true };
    char *a = told(s, o), *b = told(file, o);
    CHECK(!strcmp(a, b));
    free(a);
    free(b);
    store_close(s);
    store_close(file);
    made_free(&m);
    remove(path);
}

int main(void)
{
    wide();
    narrow_in_ascii();
    painted();
    many();
    hostile();
    nothing();
    kept();
    return CHECK_END();
}
