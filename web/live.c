/* The store in; events out: which sides changed their states, which findings are new, how late it is. */
#include "web/live.h"

#include "store/pages.h"
#include "store/telling.h"
#include <string.h>

enum { EVENT_MOST = 1 << 18 };

/* The first words to each page: come again after a second if this breaks off. */
static const char hello[] = "retry: 1000\n\n";
static const char lost[] = "event: lost\ndata: {}\n\n";

void live_free(struct live *l)
{
    for (int i = 0; i < LIVE_KEPT; i++)
        buf_free(&l->ring[i]);
    *l = (struct live){ 0 };
}

static struct buf *place(struct live *l)
{
    struct buf *b = &l->ring[l->next++ % LIVE_KEPT];
    if (!b->ceiling)
        *b = buf_init(EVENT_MOST);
    buf_clear(b);
    return b;
}

/* An event that does not fit says only that there is news. */
static void put(struct live *l, const struct buf *json)
{
    struct buf *b = place(l);
    buf_str(b, "event: gained\ndata: ");
    buf_str(b, json->lost ? "{}" : buf_text(json));
    buf_str(b, "\n\n");
}

static void tell_states(struct telling *t, struct stamp after)
{
    struct query q = pages_changed(t->store, after, LIVE_ROWS);
    struct changed_row c;
    write_array(&t->w, "states");
    while (pages_changed_row(&q, &c)) {
        write_object(&t->w, NULL);
        write_str(&t->w, "peering", c.peering);
        write_str(&t->w, "side", c.address);
        write_str(&t->w, "state", c.state);
        telling_time(t, "since", c.when);
        write_end(&t->w);
    }
    write_end(&t->w);
}

static uint32_t tell_findings(struct telling *t, uint32_t after)
{
    struct query q = pages_findings_after(t->store, after, LIVE_ROWS);
    struct finding_row f;
    write_array(&t->w, "findings");
    while (query_finding(&q, &f)) {
        after = f.id;
        write_object(&t->w, NULL);
        write_u64(&t->w, "id", f.id);
        write_str(&t->w, "severity", f.severity_name);
        write_str(&t->w, "code", f.code_name);
        write_str(&t->w, "title", f.title);
        write_str(&t->w, "peering", f.peering_name);
        write_end(&t->w);
    }
    write_end(&t->w);
    return after;
}

/* Where we stand at the beginning: nothing that is there already is news. */
static uint32_t highest_finding(struct store *s)
{
    uint32_t id = 0, before;
    struct finding_row f;
    do {
        before = id;
        struct query q = pages_findings_after(s, id, 10000);
        while (query_finding(&q, &f))
            id = f.id;
    } while (id != before);
    return id;
}

bool live_look(struct live *l, struct store *s)
{
    struct capture_row c;
    uint64_t version = pages_version(s);
    if (l->begun && version == l->version)
        return false;
    l->version = version;
    query_capture(s, &c);
    if (!l->begun) {
        l->begun = true;
        l->now = c.last;
        l->last_finding = highest_finding(s);
        return false;
    }
    struct buf json = buf_init(EVENT_MOST - 100);
    struct telling t = telling_begin(s, &writer_json, &json, VENDOR_GENERIC);
    write_object(&t.w, NULL);
    telling_time(&t, "now", c.last);
    tell_states(&t, l->now);
    l->last_finding = tell_findings(&t, l->last_finding);
    write_end(&t.w);
    l->now = c.last;
    put(l, &json);
    telling_end(&t);
    buf_free(&json);
    return true;
}

void live_beat(struct live *l) { buf_str(place(l), ":\n\n"); }

struct live_reader live_join(const struct live *l) { return (struct live_reader){ .next = l->next }; }

static size_t give(struct live_reader *r, const char *text, size_t n, char *out, size_t room)
{
    size_t left = n - r->offset, now = left < room ? left : room;
    memcpy(out, text + r->offset, now);
    r->offset = now == left ? 0 : r->offset + now;
    return now;
}

size_t live_read(const struct live *l, struct live_reader *r, char *out, size_t room)
{
    if (!room)
        return 0;
    if (!r->greeted) {
        size_t n = give(r, hello, sizeof hello - 1, out, room);
        r->greeted = !r->offset;
        return n;
    }
    if (l->next - r->next > LIVE_KEPT) {
        /* what it was reading is gone: the end of that event is made up, so that the next one is one of its own */
        static const char cut[] = "\n\n";
        size_t n = 0;
        if (room < sizeof cut + sizeof lost)
            return 0;
        if (r->offset)
            n = sizeof cut - 1;
        memcpy(out, cut, n);
        memcpy(out + n, lost, sizeof lost - 1);
        *r = (struct live_reader){ .next = l->next, .greeted = true };
        return n + sizeof lost - 1;
    }
    if (r->next == l->next)
        return 0;
    const struct buf *b = &l->ring[r->next % LIVE_KEPT];
    size_t n = give(r, buf_text(b), b->used, out, room);
    r->next += !r->offset;
    return n;
}
