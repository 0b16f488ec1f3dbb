/* Events in; rungs and their words out. */
#include "cli/rungs.h"

#include <inttypes.h>
#include <string.h>

static unsigned count(struct cursor nlri, enum bgp_family family, const struct bgp_ctx *ctx, bool withdraw)
{
    unsigned n = 0;
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, ctx, withdraw);
    for (struct bgp_nlri route; family < FAMILY_COUNT && bgp_nlri_next(&it, &route);)
        n++;
    return n;
}

static void on_update(struct rung *r, const struct event_message *m)
{
    struct bgp_update u;
    bgp_update_read(m->msg, m->ctx, &u);
    r->kind = u.end_of_rib ? RUNG_OTHER : RUNG_UPDATE;
    r->announced = count(u.nlri, FAMILY_IPV4_UNICAST, m->ctx, false);
    r->withdrawn = count(u.withdrawn, FAMILY_IPV4_UNICAST, m->ctx, true);
    if (u.reach.present)
        r->announced += count(u.reach.nlri, u.reach.family, m->ctx, false);
    if (u.unreach.present)
        r->withdrawn += count(u.unreach.nlri, u.unreach.family, m->ctx, true);
}

static void brief(const struct event_message *m, struct buf *out)
{
    char text[ADDR_TEXT], name[64];
    if (m->msg->type == BGP_OPEN) {
        struct bgp_open o;
        bgp_open_read(m->msg, &o);
        buf_printf(out, "OPEN AS %" PRIu32 ", hold %u s, ID %s", o.asn, o.hold,
                   addr_id_text(o.router_id, text));
    } else if (m->msg->type == BGP_NOTIFICATION) {
        struct bgp_notification n;
        bgp_notification_read(m->msg, &n);
        const char *words = bgp_notify_name(n.code, n.subcode, name), *last = strrchr(words, '/');
        buf_printf(out, "NOTIFICATION %u/%u %s", n.code, n.subcode, last ? last + 1 : words);
    } else
        bgp_line(m->msg, m->ctx, out);
}

struct rung rung_of_message(const struct event_message *m, const struct bgp_peering *p, struct buf *words)
{
    struct rung r = { .when = m->ref.when, .frame = m->ref.frame, .count = 1, .kind = RUNG_OTHER };
    r.way = addr_equal(m->src, &p->side[1].addr) ? WAY_LEFT : WAY_RIGHT;
    if (m->noise != FAULT_COUNT) {
        buf_printf(words, "no BGP message: %s", fault_words(m->noise));
        return r;
    }
    brief(m, words);
    if (m->msg->type == BGP_UPDATE)
        on_update(&r, m);
    else if (m->msg->type == BGP_KEEPALIVE)
        r.kind = RUNG_KEEPALIVE;
    return r;
}

struct rung rung_of_beginning(const struct bgp_connection *k, bool midway, struct buf *words)
{
    struct rung r = { .when = k->opened.when, .frame = k->opened.frame, .count = 1, .kind = RUNG_OTHER };
    r.way = midway || k->active < 0 ? WAY_NONE : k->active ? WAY_LEFT : WAY_RIGHT;
    buf_printf(words, midway ? "joined in mid-session: ports %u and %u" : "SYN, ports %u and %u", k->ports[0],
               k->ports[1]);
    return r;
}

struct rung rung_of_end(const struct bgp_connection *k, struct buf *words)
{
    static const char *const ends[CONN_ENDS] = { "", "FIN", "RST", "silence", "RST: refused", "no reply" };
    struct rung r = { .when = k->closed.when, .frame = k->closed.frame, .count = 1, .kind = RUNG_OTHER };
    r.way = k->end_by < 0 || k->end == CONN_NO_REPLY || k->end == CONN_TIMEOUT ? WAY_NONE
            : k->end_by                                                        ? WAY_LEFT
                                                                               : WAY_RIGHT;
    buf_printf(words, "%s, ports %u and %u", ends[k->end], k->ports[0], k->ports[1]);
    return r;
}
