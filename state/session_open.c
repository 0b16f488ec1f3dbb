/* OPENs of both ends in; what they agreed on out: how the rest of the session is read, and what is known of a side.
 * RFC 4271 4.2, RFC 5492. */
#include "state/engine_internal.h"

#include <stdlib.h>

static void learn_open(struct open_facts *to, const struct bgp_open *o, const struct bgp_msg *msg,
                       struct stream_ref ref)
{
    *to = (struct open_facts){ .ref = ref,
                               .asn = o->asn,
                               .router_id = o->router_id,
                               .my_as = o->my_as,
                               .hold = o->hold,
                               .restart_time = o->restart_time,
                               .version = o->version,
                               .odd_param = o->odd_param,
                               .role = o->role,
                               .families = o->families,
                               .add_path_send = o->add_path_send,
                               .add_path_receive = o->add_path_receive,
                               .restart_families = o->restart_families,
                               .forwarding = o->forwarding,
                               .has_multiprotocol = o->has_multiprotocol,
                               .as4 = o->as4,
                               .route_refresh = o->route_refresh,
                               .enhanced_refresh = o->enhanced_refresh,
                               .extended_message = o->extended_message,
                               .extended_params = o->extended_params,
                               .graceful = o->graceful,
                               .restarting = o->restarting,
                               .n_bit = o->n_bit,
                               .llgr = o->llgr,
                               .cut = msg->cut };
}

/* The half of an OPEN that bgp_negotiate asks for. */
static struct bgp_open as_open(const struct open_facts *f)
{
    struct bgp_open o = { .as4 = f->as4, .extended_message = f->extended_message };
    o.add_path_send = f->add_path_send;
    o.add_path_receive = f->add_path_receive;
    return o;
}

static void agree(struct engine *e, struct session *s)
{
    const struct open_facts *a = &s->end[0].open, *b = &s->end[1].open;
    if (!s->end[0].open_count || !s->end[1].open_count || !a->asn || !b->asn)
        return; /* one may be inferred only */
    s->hold = a->hold < b->hold ? a->hold : b->hold;
    s->hold_known = true;
    s->peering->facts.hold = s->hold;
    s->peering->facts.hold_known = true;
    s->peering->facts.type = a->asn == b->asn ? PEERING_IBGP : PEERING_EBGP;
    s->peering->between_networks = a->asn != b->asn && !bgp_as_bogon(a->asn) && !bgp_as_bogon(b->asn);
    if (a->cut || b->cut)
        return; /* the capabilities were cut away: the context must be inferred */
    struct bgp_open oa = as_open(a), ob = as_open(b);
    s->ctx[0] = bgp_negotiate(&oa, &ob);
    s->ctx[1] = bgp_negotiate(&ob, &oa);
    s->ctx_known = true;
    for (int i = 0; i < 2; i++)
        if (s->ctx[i].extended && s->half[i].stream)
            stream_set_largest(s->half[i].stream, BGP_LARGEST_EXTENDED);
    free(s->guess);
    s->guess = NULL;
    engine_happen(e, &(struct happening){ .kind = HAPPEN_OPENS,
                                          .peering = s->peering,
                                          .session = s,
                                          .ref = a->ref.when.ns > b->ref.when.ns ? a->ref : b->ref });
}

void session_on_open(struct engine *e, struct session *s, int from, const struct stream_item *item)
{
    struct bgp_open open;
    struct end *end = &s->end[from];
    bgp_open_read(&item->msg, &open);
    end->open_count++;
    if (end->open_count == 1) {
        if (end->closed && !end->notification && s->facts.end_by == !from)
            end->closed = false; /* its kernel had taken the FIN, the process had not seen it yet */
        learn_open(&end->open, &open, &item->msg, item->last);
        peering_learn_open(e, s->peering, from, &item->msg, &end->open);
        const struct bgp_msg *kept = outbox_keep_message(&e->outbox, &item->msg);
        if (kept)
            outbox_add(&e->outbox, &(struct event){ .kind = EVENT_OPEN,
                                                    .as.open = { item->last, s->facts.peering, s->facts.id,
                                                                 from, kept } });
        for (struct session *other = s->peering->sessions; other; other = other->next)
            if (other != s && !other->over &&
                other->end[from].open_count + other->end[!from].open_count > 0 &&
                other->facts.end == CONN_OPEN)
                s->collided = other->collided = true;
        agree(e, s);
    }
}
