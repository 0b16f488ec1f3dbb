/* How a monitored router tells of a peer: that it is up, its routes, its numbers. */
#include "store/bmp_feed_internal.h"

#include <stdio.h>
#include <string.h>

enum { AS_TRANS = 23456 }; /* RFC 6793 9 */
enum { CAPABILITIES = 2, BOTH_WAYS = 3 };

struct bmp_peer feed_peer(const struct watched *w, int who, struct stamp when)
{
    const struct bgp_side *peer = &w->facts->side[!who];
    struct bmp_peer p = { .addr = peer->addr, .asn = peer->asn, .router_id = peer->router_id, .when = when };
    p.as2 = w->hearer[who].as2;
    memcpy(p.distinguisher, w->hearer[who].distinguisher, sizeof p.distinguisher);
    return p;
}

/* ---- Peer Up ---- */

static uint8_t *put(uint8_t *at, uint32_t n, unsigned bytes)
{
    while (bytes--)
        *at++ = (uint8_t)(n >> 8 * bytes);
    return at;
}

/* One that says what the messages show, in place of one that was not seen: a collector reads UPDATEs by it. */
static struct cursor made_open(const struct bgp_side *s, const struct bgp_ctx *said, uint8_t room[512])
{
    memset(room, 0xff, 16);
    uint8_t *at = put(room + 18, BGP_OPEN, 1), *params;
    at = put(at, 4, 1);
    at = put(at, s->asn && s->asn <= UINT16_MAX ? s->asn : AS_TRANS, 2);
    at = put(at, s->hold, 2);
    at = put(at, s->router_id, 4);
    params = at + 1;
    at = params;
    if (said->as4 && s->asn) {
        at = put(put(put(at, CAPABILITIES, 1), 6, 1), BGP_CAP_AS4, 1);
        at = put(put(at, 4, 1), s->asn, 4);
    }
    for (enum bgp_family f = 0; f < FAMILY_COUNT && at < room + 260; f++)
        if (said->add_path >> f & 1) {
            at = put(put(put(at, CAPABILITIES, 1), 6, 1), BGP_CAP_ADD_PATH, 1);
            at = put(put(put(put(at, 4, 1), bgp_family_afi(f), 2), bgp_family_safi(f), 1), BOTH_WAYS, 1);
        }
    params[-1] = (uint8_t)(at - params);
    put(room + 16, (uint32_t)(at - room), 2);
    return cur_over(room, (size_t)(at - room));
}

void feed_tell_up(struct bmp_feed *f, struct watched *w, int who, struct stamp when)
{
    struct hearer *h = &w->hearer[who];
    const struct link *l = watched_link(w, h->connection);
    struct cursor open[2];
    uint8_t room[2][512];
    char words[200] = "";
    bool made = false;
    for (int i = 0; i < 2; i++) {
        bool seen = l && l->open[i].size;
        open[i] = seen ? cur_over(l->open[i].at, l->open[i].size)
                       : made_open(&w->facts->side[i], &w->hearer[!i].ctx, room[i]);
        made |= !seen;
        if (!seen)
            snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", *words ? " and " : "",
                     i == who ? "sent" : "received");
    }
    if (made)
        snprintf(
            words + strlen(words), sizeof words - strlen(words),
            " OPEN not seen: made up from what the messages show; hold time 0 and identifier 0 are unknown");
    struct bmp_peer p = feed_peer(w, who, when);
    bmp_peer_up(f->out, &p, &w->facts->side[who].addr, l ? l->ports[who] : 0, l ? l->ports[!who] : 0,
                open[who], open[!who], made ? words : NULL);
}

void feed_tell_down(struct bmp_feed *f, struct watched *w, int who, enum bmp_down why, struct cursor data,
                    struct stamp when)
{
    struct bmp_peer p = feed_peer(w, who, when);
    bmp_peer_down(f->out, &p, why, data);
}

/* ---- routes ---- */

struct telling {
    struct buf *out;
    struct bmp_peer peer;
};

static void tell_route(void *to, struct cursor update, bool as4)
{
    struct telling *t = to;
    t->peer.as2 = !as4;
    bmp_route(t->out, &t->peer, update);
}

/* What a receiver makes of an UPDATE that RFC 7606 treats as a withdrawal. */
static void tell_withdrawal(struct telling *t, const struct bgp_update *u, const struct bgp_ctx *ctx)
{
    uint8_t bytes[BGP_LARGEST_EXTENDED];
    size_t plain = cur_left(&u->nlri), mp = u->reach.present ? cur_left(&u->reach.nlri) : 0;
    size_t attrs = mp ? 4 + 3 + mp : 0, size = BGP_HEADER + 4 + plain + attrs;
    if (size > sizeof bytes)
        return;
    memset(bytes, 0xff, 16);
    uint8_t *at = put(put(bytes + 16, (uint32_t)size, 2), BGP_UPDATE, 1);
    at = put(at, (uint32_t)plain, 2);
    if (plain)
        memcpy(at, u->nlri.at, plain);
    at = put(at + plain, (uint32_t)attrs, 2);
    if (mp) {
        at = put(put(put(at, 0x90, 1), BGP_ATTR_MP_UNREACH_NLRI, 1), (uint32_t)(3 + mp), 2);
        at = put(put(at, u->reach.afi, 2), u->reach.safi, 1);
        memcpy(at, u->reach.nlri.at, mp);
    }
    tell_route(t, cur_over(bytes, size), ctx->as4);
}

/* As it came; but what is malformed, as what it is, and as what becomes of its routes. */
static void tell_update(struct telling *t, struct hearer *h, const struct event_message *m,
                        const struct bgp_update *u, enum bgp_verdict verdict)
{
    struct cursor whole = cur_over(m->msg->raw, BGP_HEADER + cur_left(&m->msg->body));
    if (verdict < BGP_TREAT_AS_WITHDRAW) {
        tell_route(t, whole, m->ctx->as4);
        return;
    }
    t->peer.as2 = !m->ctx->as4;
    bmp_errored(t->out, &t->peer, whole);
    h->as_withdrawn += verdict == BGP_TREAT_AS_WITHDRAW && !t->peer.sent;
    if (verdict == BGP_TREAT_AS_WITHDRAW)
        tell_withdrawal(t, u, m->ctx);
}

/* Where the messages of this connection go for who is up, or will be; NULL: nowhere. */
static struct buf *place(struct bmp_feed *f, struct hearer *h, uint32_t connection)
{
    if (h->up && h->connection == connection)
        return h->told ? f->out : NULL; /* its table comes later, with this in it */
    if (h->up && !h->fading)
        return NULL;
    if (!h->up && h->connection != connection) {
        buf_clear(&h->pending);
        h->pending.lost = false;
        h->connection = connection;
    }
    return h->up ? NULL : &h->pending;
}

static enum bgp_verdict verdict_of_block(struct cursor nlri, enum bgp_family family,
                                         const struct bgp_ctx *ctx, bool withdrawal)
{
    if (family >= FAMILY_COUNT)
        return BGP_FINE;
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, ctx, withdrawal);
    for (struct bgp_nlri one; bgp_nlri_next(&it, &one);)
        ;
    return bgp_nlri_verdict(&it);
}

/* Routes that cannot be read are worse than attributes that can't. RFC 7606 5.3 */
static enum bgp_verdict verdict_of(const struct bgp_update *u, const struct bgp_ctx *ctx)
{
    struct bgp_attrs_summary values;
    bgp_attrs_read(u, ctx, &values);
    const enum bgp_verdict all[] = {
        bgp_update_verdict(u, &values),
        verdict_of_block(u->withdrawn, FAMILY_IPV4_UNICAST, ctx, true),
        verdict_of_block(u->nlri, FAMILY_IPV4_UNICAST, ctx, false),
        u->unreach.present ? verdict_of_block(u->unreach.nlri, u->unreach.family, ctx, true) : BGP_FINE,
        u->reach.present ? verdict_of_block(u->reach.nlri, u->reach.family, ctx, false) : BGP_FINE,
    };
    enum bgp_verdict worst = BGP_FINE;
    for (size_t i = 0; i < COUNT(all); i++)
        worst = all[i] > worst ? all[i] : worst;
    return worst;
}

void feed_tell_update(struct bmp_feed *f, struct watched *w, const struct event_message *m)
{
    struct bgp_update u;
    int to = !m->side;
    if (m->msg->cut) {
        f->counts.cut++;
        return;
    }
    bgp_update_read(m->msg, m->ctx, &u);
    enum bgp_verdict verdict = verdict_of(&u, m->ctx);
    w->hearer[to].ctx = *m->ctx;
    w->hearer[to].as2 = !m->ctx->as4;
    struct telling t = { place(f, &w->hearer[to], m->connection), feed_peer(w, to, m->ref.when) };
    if (f->options.in && t.out)
        tell_update(&t, &w->hearer[to], m, &u, verdict);
    t = (struct telling){ place(f, &w->hearer[m->side], m->connection), feed_peer(w, m->side, m->ref.when) };
    t.peer.sent = true;
    if (f->options.out && t.out)
        tell_update(&t, &w->hearer[m->side], m, &u, verdict);
}

/* ---- what was there before ---- */

static void tell_side(struct bmp_feed *f, struct telling *t, const struct rib_side *rib)
{
    uint8_t room[32];
    for (enum bgp_family family = 0; rib && family < FAMILY_COUNT; family++) {
        struct rib_rows rows = { 0 };
        if (!rib_side_count(rib, family))
            continue;
        rib_rows_add(&rows, rib, family, 0);
        rib_rows_tell(&rows, family, tell_route, t);
        tell_route(t, rib_end_of_rib(family, room), true); /* RFC 7854 5 */
        f->counts.left_out += rows.left_out;
        rib_rows_free(&rows);
    }
}

void feed_tell_table(struct bmp_feed *f, struct watched *w, int who, const struct engine *e,
                     struct stamp when)
{
    struct telling t = { f->out, feed_peer(w, who, when) };
    if (f->options.in)
        tell_side(f, &t, engine_routes(e, w->facts, !who));
    t.peer.sent = true;
    if (f->options.out)
        tell_side(f, &t, engine_routes(e, w->facts, who));
}

/* ---- numbers ---- */

enum { COUNTS = 3 + 2 * FAMILY_COUNT };

static unsigned count_routes(struct bmp_count *to, const struct bgp_side *from, enum bmp_stat all,
                             enum bmp_stat family)
{
    unsigned n = 1;
    to[0] = (struct bmp_count){ .what = all };
    for (enum bgp_family f = 0; from->routes && f < FAMILY_COUNT; f++)
        if (from->routes[f]) {
            to[0].n += from->routes[f];
            to[n++] = (struct bmp_count){ family, bgp_family_afi(f), bgp_family_safi(f), from->routes[f] };
        }
    return n;
}

void feed_tell_report(struct bmp_feed *f, struct watched *w, int who, struct stamp when)
{
    struct bmp_count counts[COUNTS];
    struct bmp_peer p = feed_peer(w, who, when);
    unsigned n = 0;
    if (f->options.in) {
        n = count_routes(counts, &w->facts->side[!who], BMP_STAT_ADJ_RIB_IN, BMP_STAT_ADJ_RIB_IN_FAMILY);
        counts[n++] = (struct bmp_count){ .what = BMP_STAT_AS_WITHDRAWN, .n = w->hearer[who].as_withdrawn };
    }
    if (f->options.out)
        n +=
            count_routes(counts + n, &w->facts->side[who], BMP_STAT_ADJ_RIB_OUT, BMP_STAT_ADJ_RIB_OUT_FAMILY);
    bmp_statistics(f->out, &p, counts, n);
}
