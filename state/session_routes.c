/* What an UPDATE did to the routes of a side in; the same as events out, for whoever keeps routes. */
#include "state/engine_internal.h"

/* So long nothing is said of routes when the first table of a session is over. */
enum { SETTLED_S = 5 };

static struct cursor keep(struct outbox *o, struct cursor bytes, bool *kept)
{
    size_t n = cur_left(&bytes);
    const uint8_t *copy = n ? outbox_keep(o, bytes.at, n) : NULL;
    *kept &= copy || !n;
    return cur_over(copy, copy ? n : 0);
}

bool session_partial(const struct session *s, int from, enum bgp_family family)
{
    bool missed = (s->midway && !s->ctx_known) || s->half[from].missed;
    return missed && !(s->end[from].whole >> family & 1);
}

struct telling_routes {
    struct engine *engine;
    const struct session *session;
    struct event_routes event; /* but for the family and the routes */
    const struct bgp_ctx *ctx;
    bool kept; /* there was memory for the attributes */
};

static void tell_block(struct telling_routes *t, struct cursor nlri, enum bgp_family family, bool withdrawn)
{
    if (!cur_left(&nlri) || family >= FAMILY_COUNT)
        return;
    struct event_routes r = t->event;
    r.partial = session_partial(t->session, r.side, family);
    bool kept = t->kept;
    r.family = family;
    r.path_ids = t->ctx->add_path >> family & 1;
    r.withdrawn = withdrawn;
    r.nlri = keep(&t->engine->outbox, nlri, &kept);
    if (withdrawn)
        r.attrs = cur_over(NULL, 0);
    if (kept)
        outbox_add(&t->engine->outbox, &(struct event){ .kind = EVENT_ROUTES, .as.routes = r });
}

/* The first table is over with its last End-of-RIB, or when it has been quiet for a while. */
static bool of_first_table(struct end *end, struct stamp when)
{
    if (end->last_update.ns && stamp_since(when, end->last_update).ns > SPAN_S(SETTLED_S).ns)
        end->settled = true;
    end->last_update = when;
    return !end->settled;
}

void session_tell_routes(struct engine *e, struct session *s, int from, const struct bgp_update *u,
                         const struct bgp_ctx *ctx, const struct rib_news *news, struct stream_ref ref)
{
    bool table = of_first_table(&s->end[from], ref.when);
    if (news->verdict >= BGP_DISABLE_FAMILY)
        return; /* it changed nothing */
    struct telling_routes t = { .engine = e, .session = s, .ctx = ctx, .kept = true };
    t.event = (struct event_routes){ .ref = ref,
                                     .peering = s->facts.peering,
                                     .side = from,
                                     .as4 = ctx->as4,
                                     .table = table,
                                     .news = news->added || news->changed || news->removed,
                                     .origin_as = news->summary ? news->summary->origin_as : 0 };
    bool drop = news->verdict == BGP_TREAT_AS_WITHDRAW; /* RFC 7606 2 */
    if (!drop)
        t.event.attrs = keep(&e->outbox, news->attrs, &t.kept);
    /* in the order in which they count: a route in both parts is announced (RFC 4271 4.3) */
    tell_block(&t, u->withdrawn, FAMILY_IPV4_UNICAST, true);
    if (u->unreach.present)
        tell_block(&t, u->unreach.nlri, u->unreach.family, true);
    tell_block(&t, u->nlri, FAMILY_IPV4_UNICAST, drop);
    if (u->reach.present)
        tell_block(&t, u->reach.nlri, u->reach.family, drop);
}

void session_tell_gone(struct engine *e, const struct peering *p, const uint64_t kept[2],
                       struct stream_ref ref)
{
    for (int side = 0; side < 2; side++)
        if (p->rib[side])
            outbox_add(&e->outbox,
                       &(struct event){ .kind = EVENT_ROUTES_GONE,
                                        .as.routes_gone = { ref, p->facts.id, side, kept[side] } });
}

/* ---- tables that were joined in their midst ---- */

/* All of it was sent again, and nothing of that was missed. */
static void made_whole(struct engine *e, struct session *s, int from, enum bgp_family family,
                       struct stream_ref ref)
{
    uint64_t bit = UINT64_C(1) << family;
    struct end *end = &s->end[from];
    if (!(end->refreshing & bit))
        return;
    end->refreshing &= ~bit;
    bool was = session_partial(s, from, family);
    end->whole |= bit;
    if (was && e->options.tell_routes)
        outbox_add(&e->outbox,
                   &(struct event){ .kind = EVENT_ROUTES,
                                    .as.routes = { .ref = ref,
                                                   .peering = s->facts.peering,
                                                   .side = from,
                                                   .family = family,
                                                   .path_ids = s->ctx[from].add_path >> family & 1 } });
}

static void count_request(struct refreshes *r, struct stream_ref ref)
{
    enum { WINDOW_S = 60 };
    if (!r->since.frame || stamp_since(ref.when, r->since.when).ns > SPAN_S(WINDOW_S).ns) {
        r->since = ref;
        r->count = 0;
    }
    if (++r->count < r->most)
        return;
    r->most = r->count;
    r->most_since = r->since;
    r->most_last = ref;
}

void session_refresh(struct engine *e, struct session *s, int from, const struct bgp_msg *msg,
                     struct stream_ref ref)
{
    enum { ASKED, BEGIN, END }; /* RFC 7313 3.2 */
    struct bgp_refresh r;
    if (msg->cut)
        return;
    bgp_refresh_read(msg, &r);
    if (r.family >= FAMILY_COUNT)
        return;
    uint64_t bit = UINT64_C(1) << r.family;
    if (r.subtype == ASKED)
        count_request(&s->peering->refreshes[from], ref);
    if (r.subtype == ASKED && !cur_left(&r.orf)) /* the other side is to send all of it: RFC 2918 4 */
        s->end[!from].refreshing |= bit;
    else if (r.subtype == BEGIN) {
        s->end[from].refreshing |= bit;
        session_refresh_begin(s, from, r.family);
    } else if (r.subtype == END) {
        session_refresh_end(e, s, from, r.family, ref);
        made_whole(e, s, from, r.family, ref);
    }
}

/* Some end what they were asked to send again as they end a table: RFC 4724 2. */
void session_end_of_rib(struct engine *e, struct session *s, int from, enum bgp_family family,
                        struct stream_ref ref)
{
    if (family >= FAMILY_COUNT)
        return;
    session_stale_end(e, s, from, family, ref);
    made_whole(e, s, from, family, ref);
}
