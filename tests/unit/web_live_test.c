/* News for pages that listen: told once to each, in pieces of any size, and without end for the slow. */
#include "web/live.h"

#include "store/query.h"
#include "tests/check.h"
#include "tests/make/make_facts.h"
#include <stdlib.h>

static struct store *store_new(void)
{
    enum err why;
    char message[300];
    struct store *s = store_open(":memory:", STORE_NEW, &why, message);
    if (!s)
        abort();
    return s;
}

/* All that there is for a reader, in pieces of so many bytes. */
static const char *drain(const struct live *l, struct live_reader *r, size_t piece)
{
    static char text[1 << 16];
    size_t used = 0;
    for (size_t n; used + piece < sizeof text && (n = live_read(l, r, text + used, piece)) > 0;)
        used += n;
    text[used] = '\0';
    return text;
}

static void a_beat_for_all(void)
{
    struct live l = { 0 };
    struct live_reader a = live_join(&l), b = live_join(&l);
    CHECK_TEXT(drain(&l, &a, 512), "retry: 1000\n\n");
    CHECK_TEXT(drain(&l, &a, 512), "");
    live_beat(&l);
    CHECK_TEXT(drain(&l, &a, 1), ":\n\n");
    CHECK_TEXT(drain(&l, &b, 5), "retry: 1000\n\n:\n\n");
    struct live_reader late = live_join(&l);
    CHECK_TEXT(drain(&l, &late, 512), "retry: 1000\n\n");
    live_free(&l);
}

static void too_slow(void)
{
    struct live l = { 0 };
    struct live_reader r = live_join(&l);
    drain(&l, &r, 512);
    live_beat(&l);
    char piece[512];
    CHECK(live_read(&l, &r, piece, 1) == 1); /* it stands within an event */
    for (int i = 0; i < LIVE_KEPT - 1; i++)
        live_beat(&l);
    struct live_reader kept = r;
    CHECK(strncmp(drain(&l, &kept, 512), "\n\n:\n\n", 5) == 0);
    live_beat(&l); /* what it was reading is written over */
    CHECK_TEXT(drain(&l, &r, 512), "\n\nevent: lost\ndata: {}\n\n");
    live_beat(&l);
    CHECK_TEXT(drain(&l, &r, 512), ":\n\n");
    live_free(&l);
}

static void news(void)
{
    struct store *s = store_new();
    struct live l = { 0 };
    struct made m = made_new(2);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    made_up(&m, p, 5);
    made_finding(&m, p, 0, CODE_BGP_HOLD_MARGIN_LOW, 9, "old", "it was there", (int[]){ 3, 0 });
    CHECK(made_into(&m, s) == ERR_NONE);
    CHECK(query_begin(s) == ERR_NONE && !live_look(&l, s)); /* what is there already is no news */
    struct live_reader r = live_join(&l);
    drain(&l, &r, 512);
    made_finding(&m, p, 1, CODE_BGP_PEER_SILENT, 800, "new \"one\"", "now", (int[]){ 4, 0 });
    p->side[1].state = STATE_ACTIVE;
    p->side[1].state_since = made_at(800);
    m.capture.last = made_at(801);
    CHECK(query_end(s) == ERR_NONE && made_into(&m, s) == ERR_NONE);
    CHECK(query_begin(s) == ERR_NONE);
    l.version--; /* one connection alone never sees its own commits as news */
    CHECK(live_look(&l, s));
    const char *text = drain(&l, &r, 7);
    CHECK(!strncmp(text, "event: gained\ndata: {\"now\":\"2026-03-01T10:13:21.000000Z\"", 56));
    CHECK(strstr(text, "\"side\":\"10.0.0.2\",\"state\":\"Active\"") != NULL);
    CHECK(strstr(text, "\"title\":\"new \\\"one\\\"\"") != NULL);
    CHECK(strstr(text, "old") == NULL);
    CHECK(strlen(text) > 2 && !strcmp(text + strlen(text) - 2, "\n\n"));
    CHECK(!live_look(&l, s)); /* once */
    CHECK(query_end(s) == ERR_NONE);
    made_free(&m);
    live_free(&l);
    store_close(s);
}

int main(void)
{
    a_beat_for_all();
    too_slow();
    news();
    return CHECK_END();
}
