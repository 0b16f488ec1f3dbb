/* Database Descriptions and Link State Requests in; how far the exchange of databases has come on each side, and what
 * each has still to get, out. RFC 2328 10.6 to 10.9
 *
 *     higher router ID (master)                     lower (slave)
 *       I M MS  seq=x     ------------------->                       both send one; the higher ID wins
 *                         <-------------------     M      seq=x      the slave echoes: NegotiationDone at the master
 *         M MS  seq=x+1   ------------------->                       … until both have M clear: ExchangeDone
 *                         <-------------------            seq=x+1 */
#include "state/ospf_internal.h"

#include <stdlib.h>

/* It takes up again at once: so many frames after the Hello that came too late. */
enum { AGAIN_MS = 500, OVERDUE_NEAR = 8 };
#define ANY_INSTANCE UINT32_C(0x80000000)

struct dd_in {
    struct ospf_dbdesc dd;
    bool whole; /* the sequence number was captured */
    bool again; /* the same as the one before */
};

/* ---- what was kept ---- */

static void forget_side(struct ospf *o, struct adjacency *adj, int side)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    ospf_owed_clear(o, &adj->wants[side]);
    ospf_heads_forget(adj, side);
    ospf_lacks_forget(o, adj, side);
    n->wants = 0;
    n->said_all = n->over = n->lacks_known = n->first_known = n->heads_complete = false;
    n->got_count = 0;
    n->asked_last = n->cut_answer = (struct stream_ref){ 0 };
    n->dd_repeats.count = n->request_repeats.count = 0;
    ospf_doubt(n, OSPF_ON_EXCHANGE_DONE);
    ospf_doubt(n, OSPF_ON_LOADING_DONE);
}

void ospf_exchange_forget(struct ospf *o, struct adjacency *adj)
{
    forget_side(o, adj, 0);
    forget_side(o, adj, 1);
}

static void take_heads(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, bool exchanging)
{
    struct ospf_lsdb *db = ospf_domain(o, in->packet->version, in->packet->instance);
    struct ospf_lsa_iter it = ospf_lsas(in->packet);
    struct ospf_lsa_seen seen = ospf_seen(in);
    struct ospf_batch batch;
    while (db && ospf_lsdb_batch(db, &it, seen.area, seen.link, &batch))
        for (uint32_t i = 0; i < batch.count; i++) {
            const struct ospf_lsa *lsa = &batch.lsa[i];
            struct ospf_lsa_fed fed;
            enum ospf_change change = ospf_lsdb_feed(db, &batch, i, &seen, &fed);
            if (!fed.entry)
                continue;
            if (change == OSPF_CHANGE_OLDER && lsa->router == in->from->router_id && in->from->emptied.frame)
                in->from->emptied_abruptly = true; /* it has forgotten how far its own LSA had come */
            ospf_lsa_changed(o, db, fed.entry, change, in->ref, NULL);
            if (exchanging)
                ospf_heads_add(adj, from, lsa, fed.entry);
        }
}

/* Both have described all. The slave knows when it answers for the last time; the master, when that reaches it. */
static void exchange_over(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref, bool own)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    if (n->over || n->state > OSPF_STATE_EXCHANGE)
        return;
    n->over = true;
    ospf_lacks_reckon(o, adj, side);
    enum ospf_nbr_event on = n->wants || n->lacks ? OSPF_ON_EXCHANGE_DONE : OSPF_ON_LOADING_DONE;
    if (own && n->lacks_known && !n->lacks)
        ospf_on(o, adj, side, on, ref);
    else
        ospf_expect(n, on, ref); /* its Requests will tell, or that it makes none */
    adj->facts.described |= n->lacks_known;
    if (adj->facts.side[!side].over) {
        ospf_heads_forget(adj, 0);
        ospf_heads_forget(adj, 1);
    }
}

/* ---- the sender ---- */

static void again(struct ospf_repeats *r, struct stream_ref first, struct stream_ref ref)
{
    if (!r->count)
        r->first = first;
    r->latest[r->count++ % 2] = ref;
}

/* It has gone back to the beginning: why? */
static void began_anew(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side], *other = &adj->facts.side[!side];
    bool asked = other->asked_last.frame && stamp_before(other->dd.ref.when, other->asked_last.when) &&
                 !n->mismatch.frame;
    enum ospf_nbr_event on = asked ? OSPF_ON_BAD_LS_REQUEST : OSPF_ON_SEQUENCE_MISMATCH;
    struct stream_ref why = n->mismatch.frame ? n->mismatch : ref;
    n->restarts++;
    n->restarted_by = on;
    ospf_doubt(n, OSPF_ON_ONE_WAY);
    ospf_on(o, adj, side, on, why);
    ospf_exchange_forget(o, adj);
    n->mismatch = (struct stream_ref){ 0 };
}

/* The other's Hello came when the timer had fired: it gave the other up, and takes it up again at once. */
static void given_up_before(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    struct stream_ref late = n->overdue;
    late.when = n->heard.when;
    ospf_on(o, adj, side, OSPF_ON_INACTIVITY, (struct stream_ref){ 0, late.file, n->overdue.when });
    ospf_on(o, adj, side, OSPF_ON_HELLO_RECEIVED, late);
    ospf_on(o, adj, side, OSPF_ON_TWO_WAY, late);
    ospf_on(o, adj, side, OSPF_ON_ADJ_OK, ref);
    n->overdue = (struct stream_ref){ 0 };
}

static void first_one(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    if (n->state == OSPF_STATE_TWO_WAY) {
        ospf_on(o, adj, side, OSPF_ON_ADJ_OK, ref);
        n->dd_first = ref;
    } else if (n->state > OSPF_STATE_EXSTART) {
        if (n->overdue.frame && n->overdue.frame + OVERDUE_NEAR > ref.frame)
            given_up_before(o, adj, side, ref);
        else
            began_anew(o, adj, side, ref);
        n->dd_first = ref;
    } else if (n->expected_count && stamp_since(ref.when, n->expected[0].ref.when).ns > SPAN_MS(AGAIN_MS).ns)
        ospf_doubt(n, OSPF_ON_NEGOTIATION_DONE); /* what should have settled it did not arrive */
    n->exchange_began = ref;
}

/* In Full it answers a new exchange at once: it went through ExStart in between, and through Init where the other's Hello
 * had said that it begins anew (a graceful restart told the helper not to mind: it did). */
static void answered_anew(struct ospf *o, struct adjacency *adj, int side)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    struct stream_ref why = n->mismatch;
    n->mismatch = (struct stream_ref){ 0 };
    if (ospf_proven(o, adj, side, OSPF_ON_ONE_WAY)) {
        ospf_on(o, adj, side, OSPF_ON_TWO_WAY, why);
        ospf_on(o, adj, side, OSPF_ON_ADJ_OK, why);
    } else
        ospf_on(o, adj, side, OSPF_ON_SEQUENCE_MISMATCH, why);
    ospf_exchange_forget(o, adj);
    ospf_expect(n, OSPF_ON_NEGOTIATION_DONE, why);
    n->exchange_began = why;
}

static bool same_sequence(const struct ospf_dd_facts *a, const struct dd_in *d)
{
    return !a->sequence_known || !d->whole || a->sequence == d->dd.sequence;
}

/* A later one: master and slave are settled for it. */
static void later_one(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int side,
                      const struct dd_in *d)
{
    struct ospf_neighbor *n = &adj->facts.side[side], *other = &adj->facts.side[!side];
    if (n->state == OSPF_STATE_TWO_WAY)
        ospf_on(o, adj, side, OSPF_ON_ADJ_OK, in->ref);
    if (n->state > OSPF_STATE_EXSTART && n->mismatch.frame && !d->dd.master && same_sequence(&other->dd, d))
        answered_anew(o, adj, side);
    bool fresh = n->state == OSPF_STATE_EXSTART;
    if (fresh && !ospf_proven(o, adj, side, OSPF_ON_NEGOTIATION_DONE))
        ospf_on(o, adj, side, OSPF_ON_NEGOTIATION_DONE, in->ref);
    if (fresh ||
        (n->dd.seen && n->dd.init)) { /* a Request may have come first, and shown that it is in Exchange */
        /* the slave's first echoes the master's I packet, the master's follows its own */
        const struct ospf_dd_facts *begun = d->dd.master ? &n->dd : &other->dd;
        n->heads_complete = d->whole && begun->seen && begun->init &&
                            d->dd.sequence == begun->sequence + (d->dd.master ? 1 : 0);
        n->first_sequence = d->dd.sequence;
        n->first_known = d->whole;
        if (!n->dd.seen || !n->dd.init)
            n->exchange_began = in->ref;
    } else if (!d->again && n->dd.sequence + 1 != d->dd.sequence)
        n->heads_complete = false; /* some were missed */
    if (in->packet->cut)
        n->heads_complete = false;
    if (d->again && d->dd.master) { /* the answer did not reach it */
        ospf_doubt(n, OSPF_ON_EXCHANGE_DONE);
        ospf_doubt(n, OSPF_ON_LOADING_DONE);
        if (n->state == OSPF_STATE_EXCHANGE)
            n->over = false;
    }
    if (!d->again)
        take_heads(o, in, adj, side, n->state == OSPF_STATE_EXCHANGE);
    n->said_all = !d->dd.more;
    bool last = !d->dd.master && !d->dd.more && other->dd.seen && other->dd.master && !other->dd.more &&
                !other->dd.init && same_sequence(&other->dd, d);
    if (last)
        exchange_over(o, adj, side, in->ref, true);
    else if (adj->facts.end[!side]->unseen && !d->dd.more && n->state == OSPF_STATE_EXCHANGE)
        ospf_expect(n, OSPF_ON_LOADING_DONE,
                    in->ref); /* unless it goes on: the other's packets are not in the capture */
}

/* ---- the receiver ---- */

static void reaches(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int side,
                    const struct dd_in *d)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    const struct ospf_speaker *me = adj->facts.end[side], *from = adj->facts.end[!side];
    if (!n->asked_first.frame)
        n->asked_first = in->ref;
    if (n->state == OSPF_STATE_INIT) /* RFC 2328 10.6: as if its Hello had listed this one */
        ospf_on(o, adj, side, OSPF_ON_TWO_WAY, in->ref);
    bool mine_began = n->dd.seen && n->dd.init;
    if (d->dd.init && d->dd.more && d->dd.master) {
        if (n->state > OSPF_STATE_EXSTART) {
            bool known = n->first_known && d->whole && d->dd.sequence == n->first_sequence && !n->dd.master;
            if (!known)
                n->mismatch = in->ref;
        } else if (from->router_id > me->router_id)
            ospf_expect(n, OSPF_ON_NEGOTIATION_DONE, in->ref);
        return;
    }
    if (d->dd.init || d->dd.master)
        return;
    if (n->state <= OSPF_STATE_EXSTART && mine_began && same_sequence(&n->dd, d) &&
        me->router_id > from->router_id)
        ospf_expect(n, OSPF_ON_NEGOTIATION_DONE, in->ref);
    else if (n->dd.seen && !n->dd.init && n->dd.master && !n->dd.more && !d->dd.more &&
             same_sequence(&n->dd, d))
        exchange_over(o, adj, side, in->ref, false);
}

static void dd_each(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, void *arg)
{
    struct dd_in d = *(struct dd_in *)arg;
    struct ospf_neighbor *n = &adj->facts.side[from];
    const struct ospf_dd_facts last = n->dd;
    adj->facts.exchange_seen = true;
    d.again = last.seen && d.whole && last.sequence_known && last.sequence == d.dd.sequence &&
              last.init == d.dd.init && last.master == d.dd.master && last.more == d.dd.more &&
              last.size == in->packet->length;
    if (n->joined || (n->state == OSPF_STATE_UNKNOWN && !in->from->hello_count))
        ospf_joined(o, adj, from, d.dd.init ? OSPF_STATE_EXSTART : OSPF_STATE_EXCHANGE, in->ref);
    ospf_is_two_way(o, adj, from, in->ref);
    if (!n->dd_first.frame)
        n->dd_first = in->ref;
    if (!d.again)
        n->dd_repeats.count = 0;
    else if (stamp_since(in->ref.when, last.ref.when).ns > SPAN_MS(AGAIN_MS).ns)
        again(&n->dd_repeats, last.ref, in->ref);
    if (d.dd.init)
        first_one(o, adj, from, in->ref);
    else
        later_one(o, in, adj, from, &d);
    n->dd = (struct ospf_dd_facts){ .seen = true,
                                    .init = d.dd.init,
                                    .more = d.dd.more,
                                    .master = d.dd.master,
                                    .sequence_known = d.whole,
                                    .group = in->group,
                                    .mtu = d.dd.mtu,
                                    .sequence = d.dd.sequence,
                                    .options = d.dd.options,
                                    .size = in->packet->length,
                                    .ref = in->ref,
                                    .count = last.count + 1 };
    reaches(o, in, adj, !from, &d);
}

void ospf_hear_dbdesc(struct ospf *o, struct ospf_in *in)
{
    struct dd_in d = { .again = false };
    d.whole = ospf_dbdesc_read(in->packet, &d.dd);
    if (!d.whole && cur_left(&in->packet->body) < 4)
        return;
    if (d.dd.resync) /* RFC 4811 2.2: out of band, the state stays */
        return;
    in->from->mtu_known = true;
    in->from->mtu = d.dd.mtu;
    in->from->dd_options = d.dd.options;
    in->from->floods_dbdesc |= in->group;
    if (in->from->link)
        ospf_link_reckon(in->from->link);
    ospf_for_each(o, in, dd_each, &d);
}

/* ---- requests ---- */

static void want(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int side,
                 struct ospf_lsa_facts *f)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    struct ospf_owed *w = ospf_owed_find(f, adj, side, true);
    if (!w) {
        struct ospf_head *lack = ospf_lacks_find(adj, side, f);
        w = ospf_owed_new(o, adj, side, f, true);
        if (!w)
            return;
        w->sequence = lack ? lack->sequence : ANY_INSTANCE; /* that the other has */
        if (lack)
            ospf_lacks_got(o, adj, side, lack);
        n->requested++;
        n->wants++;
        ospf_doubt(n, OSPF_ON_LOADING_DONE);
        if (n->state == OSPF_STATE_FULL)
            ospf_on(o, adj, side, OSPF_ON_REQUEST_REPEATED, in->ref);
    }
    w->sent++;
    w->last = in->ref.when;
    if (w->sent == 1) {
        w->first = in->ref.when;
        w->frame = in->ref.frame;
        w->file = in->ref.file;
    }
}

/* It goes on from the exchange to loading, though not all that it lacks was seen. */
static void asks(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    if (n->joined || (n->state == OSPF_STATE_UNKNOWN && !adj->facts.end[side]->hello_count))
        ospf_joined(o, adj, side, OSPF_STATE_LOADING, ref);
    ospf_is_two_way(o, adj, side, ref);
    if (n->state == OSPF_STATE_TWO_WAY)
        ospf_on(o, adj, side, OSPF_ON_ADJ_OK, ref);
    if (n->state == OSPF_STATE_EXSTART && !ospf_proven(o, adj, side, OSPF_ON_NEGOTIATION_DONE))
        ospf_on(o, adj, side, OSPF_ON_NEGOTIATION_DONE, ref);
    if (n->state != OSPF_STATE_EXCHANGE)
        return;
    if (n->expected_count &&
        n->expected[0].on == OSPF_ON_LOADING_DONE) { /* there was something left to request */
        struct stream_ref then = n->expected[0].ref;
        n->expected_count = 0;
        ospf_on(o, adj, side, OSPF_ON_EXCHANGE_DONE, then);
    } else
        ospf_proven(o, adj, side, OSPF_ON_EXCHANGE_DONE);
}

static void request_each(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, void *arg)
{
    (void)arg;
    struct ospf_neighbor *n = &adj->facts.side[from];
    struct cursor body = in->packet->body;
    struct ospf_request first;
    adj->facts.exchange_seen = true;
    asks(o, adj, from, in->ref);
    struct cursor peek = body;
    if (ospf_request_next(in->packet, &peek, &first)) {
        bool same = n->asked_last.frame && n->request_type == first.type && n->request_id == first.id &&
                    n->request_router == first.router;
        if (!same) {
            n->request_repeats.count = 0;
            n->request_came = n->request_damaged = (struct stream_ref){ 0 };
        } else if (stamp_since(in->ref.when, n->asked_last.when).ns > SPAN_MS(AGAIN_MS).ns)
            again(&n->request_repeats, n->asked_last, in->ref);
        n->request_type = first.type;
        n->request_id = first.id;
        n->request_router = first.router;
    }
    n->asked_last = in->ref;
    n->cut_answer = (struct stream_ref){ 0 };
    struct ospf_lsdb *db = ospf_domain(o, in->packet->version, in->packet->instance);
    struct ospf_batch batch;
    while (db && ospf_lsdb_batch_asked(db, in->packet, &body, ospf_seen(in).link, &batch))
        for (uint32_t i = 0; i < batch.count; i++) {
            struct ospf_lsa_facts *f = ospf_lsdb_known(db, &batch, i);
            if (f)
                want(o, in, adj, from, f);
        }
    if (adj->facts.end[!from]->unseen && n->state == OSPF_STATE_LOADING)
        ospf_expect(n, OSPF_ON_LOADING_DONE, in->ref); /* that it asks no more will show it */
}

void ospf_hear_request(struct ospf *o, struct ospf_in *in) { ospf_for_each(o, in, request_each, NULL); }

/* ---- what comes in ---- */

void ospf_exchange_got(struct ospf *o, struct adjacency *adj, int side, struct ospf_lsa_facts *lsa,
                       struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    n->answered++;
    n->got[n->got_count % COUNT(n->got)].lsa = lsa;
    n->got[n->got_count++ % COUNT(n->got)].sequence = lsa->sequence;
    if (n->asked_last.frame && n->request_type == lsa->key.type && n->request_id == lsa->key.id &&
        n->request_router == lsa->key.router)
        n->request_came = ref;
    struct ospf_owed *w = ospf_owed_find(lsa, adj, side, true);
    if (w) {
        n->wants--;
        ospf_owed_free(o, w);
    }
    if (!n->wants && (n->state == OSPF_STATE_LOADING || (n->state == OSPF_STATE_EXCHANGE && n->over)))
        ospf_expect(n, OSPF_ON_LOADING_DONE, ref);
}
