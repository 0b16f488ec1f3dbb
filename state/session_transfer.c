/* What a session kept of its tables' transfers in; their facts, told when a transfer is over and when it grew since, out. */
#include "state/engine_internal.h"

enum { DRAWN_LEAST_MS = 100 };

bool session_transfer(const struct session *s, int side, struct bgp_transfer *out)
{
    const struct end *e = &s->end[side];
    bool stuck = s->half[side].stuck_count >= 3; /* sent, and never arrived */
    if (stuck || e->transfer_routes < TABLE_LEAST || !e->transfer_first.frame)
        return false;
    *out = (struct bgp_transfer){ .peering = s->peering->facts.id,
                                  .connection = s->facts.id,
                                  .side = side,
                                  .first = e->transfer_first,
                                  .last = e->transfer_last,
                                  .routes = e->transfer_routes,
                                  .end_of_rib = e->end_of_rib != 0,
                                  .sender = e->transfer_sender,
                                  .window = e->transfer_window,
                                  .loss = e->transfer_loss };
    struct span took = stamp_since(out->last.when, out->first.when);
    if (!e->transfer)
        return true;
    out->pauses = transfer_timer(e->transfer, &out->pause);
    if (took.ns < SPAN_MS(DRAWN_LEAST_MS).ns)
        return true;
    out->part = transfer_part(e->transfer);
    transfer_line(e->transfer, took, out->line);
    return true;
}

bool session_transfer_goes_on(const struct session *s, struct stamp now)
{
    for (int i = 0; i < 2; i++)
        if (!s->end[i].transfer_over && s->end[i].transfer_last.frame &&
            stamp_since(now, s->end[i].transfer_last.when).ns < SPAN_S(TRANSFER_QUIET_S).ns)
            return true;
    return false;
}

void session_tell_transfers(struct engine *e, struct session *s)
{
    for (int i = 0; i < 2; i++) {
        struct bgp_transfer facts;
        if (!session_transfer(s, i, &facts))
            continue;
        uint64_t now = facts.routes * 2 + facts.end_of_rib;
        if (s->end[i].transfer_told == now)
            continue;
        s->end[i].transfer_told = now;
        const struct bgp_transfer *kept = outbox_keep(&e->outbox, &facts, sizeof facts);
        if (kept)
            outbox_add(&e->outbox, &(struct event){ .kind = EVENT_TRANSFER, .as.transfer = kept });
    }
}

void peering_tell_transfers(struct engine *e, struct peering *p, bool live)
{
    for (struct session *s = p->sessions; s; s = s->next)
        if (s->was_established && !s->lost_told && !(live && session_transfer_goes_on(s, e->now)))
            session_tell_transfers(e, s);
}
