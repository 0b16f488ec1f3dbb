/* The store in; one JSON document out, written in pieces, so that it never stands in memory as a whole. */
#include "store/report.h"

#include "store/episodes.h"
#include "store/telling_ospf.h"
#include <string.h>

enum { PIECE = 1 << 16, PIECE_MOST = 1 << 20 };

struct document {
    struct telling t;
    const struct report_options *options;
    const char *address; /* of options->peer, or NULL */
    FILE *out;
    struct buf buf;
    enum err err;
};

static void hand_out(struct document *d, size_t at_least)
{
    if (d->buf.used < at_least)
        return;
    if (d->buf.lost)
        d->err = ERR_MEMORY;
    if (!d->err && fwrite(d->buf.text, 1, d->buf.used, d->out) != d->buf.used)
        d->err = ERR_WRITE;
    buf_clear(&d->buf);
}

static void tell_capture(struct document *d)
{
    struct query q = query_files(d->t.store);
    struct capture_row c;
    struct file_row f;
    write_object(&d->t.w, "capture");
    write_array(&d->t.w, "files");
    while (query_file(&q, &f)) {
        telling_file(&d->t, &f);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
    query_capture(d->t.store, &c);
    telling_capture(&d->t, &c);
    write_end(&d->t.w);
}

/* ---- one peering ---- */

static void tell_connections(struct document *d, const struct telling_sides *sides)
{
    struct query q = query_connections(d->t.store, sides->peering);
    struct connection_row c;
    write_array(&d->t.w, "connections");
    while (query_connection(&q, &c)) {
        telling_connection(&d->t, sides, &c);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
}

static void tell_transitions(struct document *d, const struct telling_sides *sides)
{
    struct query q = query_transitions(d->t.store, sides->peering);
    struct transition_row r;
    write_array(&d->t.w, "transitions");
    while (query_transition(&q, &r)) {
        telling_transition(&d->t, sides, &r);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
}

static void tell_notifications(struct document *d, const struct telling_sides *sides)
{
    struct query q = query_notifications(d->t.store, sides->peering);
    struct notification_row n;
    write_array(&d->t.w, "notifications");
    while (query_notification(&q, &n)) {
        telling_notification(&d->t, sides, &n);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
}

static void tell_peering(struct document *d, const struct peering_row *p)
{
    struct telling_sides sides;
    write_object(&d->t.w, NULL);
    telling_peering_name(&d->t, p);
    telling_both(&d->t, p->id, &sides);
    telling_peering_facts(&d->t, p);
    tell_connections(d, &sides);
    tell_transitions(d, &sides);
    tell_notifications(d, &sides);
    write_end(&d->t.w);
    hand_out(d, PIECE);
}

/* ---- all of it ---- */

static void tell_routers(struct document *d)
{
    struct query q = query_ospf_routers(d->t.store);
    struct ospf_router_row r;
    write_array(&d->t.w, "routers");
    while (!d->err && query_ospf_router(&q, &r)) {
        telling_ospf_router(&d->t, &r);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
}

static void tell_links(struct document *d)
{
    struct query q = query_ospf_links(d->t.store);
    struct ospf_link_row l;
    write_array(&d->t.w, "links");
    while (!d->err && query_ospf_link(&q, &l)) {
        telling_ospf_link(&d->t, &l);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
}

static void tell_adjacencies(struct document *d)
{
    struct query q = query_adjacencies(d->t.store, ADJACENCIES_BY_LINK, d->address);
    struct adjacency_row a;
    write_array(&d->t.w, "adjacencies");
    while (!d->err && query_adjacency(&q, &a)) {
        telling_adjacency(&d->t, &a, true);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
}

/* What routers have at the end. */
static void tell_lsdb(struct document *d)
{
    struct query q = query_lsas(d->t.store, STAMP_NEVER);
    struct capture_row c;
    struct lsa_row r;
    query_capture(d->t.store, &c);
    write_array(&d->t.w, "lsdb");
    while (!d->err && query_lsa(&q, &r)) {
        if (!lsa_row_current(&r, c.last))
            continue;
        telling_lsa(&d->t, &r, c.last);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
}

static void tell_ospf(struct document *d)
{
    write_object(&d->t.w, "ospf");
    tell_routers(d);
    tell_links(d);
    tell_adjacencies(d);
    tell_lsdb(d);
    write_end(&d->t.w);
}

/* All of them: whoever reads this wants no choice. */
static void tell_convergence(struct document *d)
{
    struct query q = query_episodes(d->t.store, d->address, 0, UINT32_MAX);
    struct episode_row r;
    write_array(&d->t.w, "convergence");
    while (!d->err && query_episode(&q, &r)) {
        telling_episode(&d->t, &r);
        hand_out(d, PIECE);
    }
    write_end(&d->t.w);
}

static void tell_all(struct document *d)
{
    struct writer *w = &d->t.w;
    write_object(w, NULL);
    tell_capture(d);
    struct query q = query_peerings(d->t.store, PEERINGS_BY_TIME, d->address);
    struct peering_row p;
    write_array(w, "peerings");
    while (!d->err && query_peering(&q, &p))
        tell_peering(d, &p);
    write_end(w);
    tell_ospf(d);
    tell_convergence(d);
    q = query_findings(d->t.store, d->address, d->options->least);
    struct finding_row f;
    write_array(w, "findings");
    while (!d->err && query_finding(&q, &f)) {
        telling_finding(&d->t, NULL, &f, true);
        hand_out(d, PIECE);
    }
    write_end(w);
    write_end(w);
    buf_char(&d->buf, '\n');
    hand_out(d, 0);
}

enum err report_json(struct store *s, const struct report_options *o, FILE *out)
{
    char address[ADDR_TEXT];
    struct document d = { .options = o, .out = out, .buf = buf_init(PIECE_MOST) };
    d.address = o->peer.size ? addr_text(&o->peer, address) : NULL;
    d.err = query_begin(s);
    if (!d.err) {
        d.t = telling_begin(s, &writer_json, &d.buf, o->vendor);
        tell_all(&d);
        telling_end(&d.t);
    }
    enum err ended = query_end(s);
    if (!d.err && fflush(out))
        d.err = ERR_WRITE;
    buf_free(&d.buf);
    return ended ? ended : d.err;
}
