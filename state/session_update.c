/* UPDATEs of one end in; its table changed, counts, and what is worth a look by rules out. */
#include "state/engine_internal.h"

#include <stdlib.h>

/* In mid-session the OPENs are not known: the bytes tell how they must be read. */
const struct bgp_ctx *session_context(struct session *s, int from, const struct bgp_msg *msg)
{
    if (s->ctx_known)
        return &s->ctx[from];
    if (!s->guess)
        s->guess = calloc(2, sizeof *s->guess);
    if (s->guess && msg->type == BGP_UPDATE && !msg->cut)
        bgp_guess_feed(&s->guess[from], msg);
    if (s->guess)
        s->ctx[from] = bgp_guess_ctx(&s->guess[from]);
    return &s->ctx[from];
}

/* The routes of a large table lie all over the memory: they are told what comes, a segment at a time. */
static void look_ahead(struct rib_side *rib, struct session *s, int from, const struct bgp_msg *msg,
                       const struct bgp_ctx *ctx)
{
    struct cursor *ahead = &s->half[from].ahead;
    if (!cur_left(ahead) || msg->raw < ahead->at || msg->raw >= ahead->end)
        return;
    ahead->at = msg->raw;
    cur_take(ahead, rib_expect(rib, ahead->at, cur_left(ahead), ctx));
}

/* Most UPDATEs are not: rules are asked about the others. */
static bool worth_a_look(const struct peering *p, int from, const struct bgp_update *u,
                         const struct bgp_ctx *ctx, const struct rib_news *news)
{
    const struct bgp_attrs_summary *a = news->summary;
    uint32_t receiver = p->facts.side[!from].asn;
    if (u->verdict != BGP_FINE || u->faults.count || news->nlri_fault != FAULT_COUNT || news->notable_count ||
        (news->bogon_count && p->between_networks) || news->invalid_count || p->withdrawing[from])
        return true;
    return a && (a->verdict != BGP_FINE || a->has_otc || (a->bogon_as && p->between_networks) ||
                 (receiver && a->path_marks & bgp_as_mark(receiver) && bgp_path_has(u, ctx, receiver)));
}

void session_on_update(struct engine *e, struct session *s, int from, const struct stream_item *item)
{
    struct bgp_update u;
    struct end *end = &s->end[from];
    struct peering *p = s->peering;
    const struct bgp_ctx *ctx = session_context(s, from, &item->msg);
    if (item->msg.cut)
        converge_missed(e);
    if (item->msg.cut || e->options.no_routes)
        return; /* half a message makes no route */
    bgp_update_read(&item->msg, ctx, &u);
    if (u.end_of_rib) {
        end->end_of_rib |= UINT64_C(1) << (u.end_of_rib_family % 64);
        session_end_of_rib(e, s, from, u.end_of_rib_family, item->last);
        /* over when every family has said so; some say it first, and send their table then */
        uint64_t agreed = s->end[0].open.families & s->end[1].open.families;
        end->transfer_over = end->transfer_routes >= TABLE_LEAST && !(agreed & ~end->end_of_rib);
        end->settled |= !(agreed & ~end->end_of_rib);
        return;
    }
    struct rib_news news;
    struct rib_side *gone = NULL; /* for routes of a session that is over: counted, and kept by nobody */
    struct rib_side **kept = s->lost_told || s->end[!from].closed ? &gone : &p->rib[from];
    if (!*kept && !(*kept = rib_side_new(e->rib)))
        return;
    s->too_early |= !s->was_established;
    look_ahead(*kept, s, from, &item->msg, ctx);
    rib_feed(*kept, &u, ctx, item->last, &news);
    end->announced += news.announced;
    end->withdrawn += news.withdrawn;
    struct bgp_side *side = &p->facts.side[from];
    side->announced += news.announced;
    side->withdrawn += news.withdrawn;
    e->capture.announced += news.announced;
    e->capture.withdrawn += news.withdrawn;
    if (!gone && e->options.tell_routes)
        session_tell_routes(e, s, from, &u, ctx, &news, item->last);
    if (!gone)
        peering_routes(p, s, from, &news, item->last);
    e->converge.credit += news.announced + news.withdrawn;
    if (!gone && (news.removed || news.move_count))
        converge_update(e, p, from, &news, item->last);
    if (worth_a_look(p, from, &u, ctx, &news))
        engine_happen(e, &(struct happening){ .kind = HAPPEN_UPDATE,
                                              .peering = p,
                                              .session = s,
                                              .side = from,
                                              .ref = item->last,
                                              .msg = &item->msg,
                                              .update = &u,
                                              .ctx = ctx,
                                              .news = &news });
    if (gone)
        rib_side_free(gone);
}
