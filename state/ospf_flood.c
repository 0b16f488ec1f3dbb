/* Link State Updates and Acknowledgments in; the database, what is satisfied, what is sent again for want of an
 * acknowledgment, out. RFC 2328 13 */
#include "state/ospf_internal.h"

#include <stdlib.h>

enum { OWED_BLOCK = 128, OWED_MOST = 1 << 22, AGAIN_MS = 500 };

/* ---- requests and retransmissions that wait ---- */

struct owed_block {
    struct owed_block *next;
    struct ospf_owed list[OWED_BLOCK];
};

static struct ospf_owed *owed_take(struct ospf *o)
{
    if (!o->spare) {
        struct owed_block *block = o->owed_count < OWED_MOST ? calloc(1, sizeof *block) : NULL;
        if (!block)
            return NULL;
        block->next = o->owed_blocks;
        o->owed_blocks = block;
        o->owed_count += OWED_BLOCK;
        for (unsigned i = 0; i < OWED_BLOCK; i++) {
            block->list[i].next = o->spare;
            o->spare = &block->list[i];
        }
    }
    struct ospf_owed *w = o->spare;
    o->spare = w->next;
    return w;
}

void ospf_owed_free_all(struct ospf *o)
{
    for (struct owed_block *b = o->owed_blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
}

struct ospf_owed *ospf_owed_new(struct ospf *o, struct adjacency *adj, int side, struct ospf_lsa_facts *lsa,
                                bool want)
{
    struct ospf_owed *w = owed_take(o), **all = want ? &adj->wants[side] : &adj->unacked[side];
    if (!w)
        return NULL;
    *w = (struct ospf_owed){ .next = lsa->owed,
                             .of_next = *all,
                             .of_back = all,
                             .lsa = lsa,
                             .adjacency = adj,
                             .side = (uint8_t)side,
                             .want = want };
    lsa->owed = w;
    if (*all)
        (*all)->of_back = &w->of_next;
    *all = w;
    if (!want)
        adj->facts.side[side].unacknowledged++;
    return w;
}

void ospf_owed_free(struct ospf *o, struct ospf_owed *w)
{
    for (struct ospf_owed **at = &w->lsa->owed; *at; at = &(*at)->next)
        if (*at == w) {
            *at = w->next;
            break;
        }
    *w->of_back = w->of_next;
    if (w->of_next)
        w->of_next->of_back = w->of_back;
    if (!w->want)
        w->adjacency->facts.side[w->side].unacknowledged--;
    w->next = o->spare;
    o->spare = w;
}

void ospf_owed_clear(struct ospf *o, struct ospf_owed **all)
{
    while (*all)
        ospf_owed_free(o, *all);
}

struct ospf_owed *ospf_owed_find(const struct ospf_lsa_facts *lsa, const struct adjacency *adj, int side,
                                 bool want)
{
    for (struct ospf_owed *w = lsa->owed; w; w = w->next)
        if (w->adjacency == adj && w->side == side && w->want == want)
            return w;
    return NULL;
}

/* ---- Updates ---- */

struct update_in {
    const struct ospf_lsa *lsa;
    struct ospf_lsa_fed fed;
};

static void count_resent(struct ospf_neighbor *n, struct stream_ref first, struct stream_ref ref,
                         uint32_t times)
{
    if (!n->resent++) {
        n->resent_first[0] = first;
        n->resent_first[1] = ref;
    }
    n->resent_last = ref;
    n->resent_most = times > n->resent_most ? times : n->resent_most;
}

/* The side has sent it: until it is acknowledged it stands on its retransmission list, unless it answers a request
 * (RFC 2328 10.7, 13.5). */
static void owe(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, void *arg)
{
    const struct update_in *u = arg;
    struct ospf_neighbor *n = &adj->facts.side[from];
    if (n->state < OSPF_STATE_EXCHANGE && n->state != OSPF_STATE_UNKNOWN)
        return;
    if (u->fed.sender == adj->facts.end[!from]->id && u->fed.echo)
        return; /* it has it: this is as good as an acknowledgment */
    if (ospf_owed_find(u->fed.entry, adj, !from, true) || ospf_lacks_find(adj, !from, u->fed.entry))
        return;
    n->flooded++;
    bool again = u->fed.echo && u->fed.sender == adj->facts.end[from]->id &&
                 stamp_since(in->ref.when, u->fed.since).ns > SPAN_MS(AGAIN_MS).ns;
    struct ospf_owed *w = ospf_owed_find(u->fed.entry, adj, from, false);
    if (!w && again &&
        !in->group) { /* an acknowledgment was seen, and did not arrive: it goes to the one who owes it */
        n->resent_acked++;
        count_resent(n, u->fed.entry->ref, in->ref, 2);
    }
    if (!w && !(w = ospf_owed_new(o, adj, from, u->fed.entry, false)))
        return;
    if (!w->sent || w->sequence != u->lsa->sequence || w->checksum != u->lsa->checksum) {
        w->sequence = u->lsa->sequence;
        w->checksum = u->lsa->checksum;
        w->sent = 1;
        w->group = in->group;
        w->first = w->last = in->ref.when;
        w->frame = in->ref.frame;
        w->file = in->ref.file;
    } else if (stamp_since(in->ref.when, w->last).ns > SPAN_MS(AGAIN_MS).ns) {
        w->last = in->ref.when;
        n->group_resent += w->group && w->sent == 1 && !in->group;
        w->sent = (uint16_t)(w->sent + (w->sent < UINT16_MAX));
        count_resent(n, (struct stream_ref){ w->frame, w->file, w->first }, in->ref, w->sent);
    }
}

/* It came to those who asked for it; and whoever sends it has it, and need not acknowledge it. */
static void settle(struct ospf *o, struct ospf_in *in, const struct ospf_lsa *lsa,
                   struct ospf_lsa_facts *entry)
{
    for (struct ospf_owed *w = entry->owed, *next; w; w = next) {
        const struct ospf_adjacency *a = &w->adjacency->facts;
        const struct ospf_speaker *owner = a->end[w->side], *other = a->end[!w->side];
        next = w->next;
        if (!ospf_reaches(lsa->sequence, w->sequence))
            continue;
        if (!w->want && other == in->from && lsa->sequence == w->sequence && lsa->checksum == w->checksum)
            ospf_owed_free(o, w);
        else if (w->want && owner != in->from && owner->link == in->from->link &&
                 (in->group || other == in->from || addr_equal(&owner->addr, &in->frame->dst)))
            ospf_exchange_got(o, w->adjacency, w->side, entry, in->ref);
    }
}

/* … and to those who had still to ask for it. */
static void settle_lacks(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, void *arg)
{
    const struct update_in *u = arg;
    const struct ospf_speaker *s = adj->facts.end[!from];
    for (uint32_t i = 0; i < s->adjacency_count; i++) {
        struct adjacency *of = (struct adjacency *)s->adjacencies[i];
        int side = ospf_side(of, s);
        struct ospf_head *lack = ospf_lacks_find(of, side, u->fed.entry);
        if (!lack || !ospf_reaches(u->lsa->sequence, lack->sequence))
            continue;
        ospf_lacks_got(o, of, side, lack);
        ospf_exchange_got(o, of, side, u->fed.entry, in->ref);
    }
}

/* Its originator is about to restart, and asks the others to wait: RFC 3623 2.2 */
static void note_grace(struct ospf_in *in, const struct ospf_lsa *lsa)
{
    struct ospf_grace g;
    struct ospf_speaker *s = in->from;
    if (lsa->router != s->router_id || lsa->cut || !ospf_grace_read(lsa, &g))
        return;
    bool over = lsa->age >= OSPF_MAX_AGE;
    s->grace_until = over ? in->ref.when : stamp_add(in->ref.when, SPAN_S(g.period < 3600 ? g.period : 3600));
    if (!over)
        s->grace = in->ref;
}

static void has(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, void *arg)
{
    const struct update_in *u = arg;
    (void)in;
    if (adj->facts.side[!from].state >= OSPF_STATE_EXCHANGE) /* or it does not take it: RFC 2328 13 */
        ospf_heads_has(o, adj->facts.end[!from], u->fed.entry, u->lsa);
}

/* It was asked for, and is dropped: RFC 2328 13 (1). */
static void damaged(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, void *arg)
{
    const struct ospf_lsa *lsa = arg;
    struct ospf_neighbor *n = &adj->facts.side[!from];
    (void)o;
    if (n->asked_last.frame && n->request_type == lsa->type && n->request_id == lsa->id &&
        n->request_router == lsa->router)
        n->request_damaged = in->ref;
}

static void take_lsa(struct ospf *o, struct ospf_in *in, struct ospf_lsdb *db, const struct ospf_batch *batch,
                     uint32_t which, const struct ospf_lsa_seen *seen)
{
    struct update_in one = { .lsa = &batch->lsa[which] }, *u = &one;
    if (ospf_lsa_sum(u->lsa) == OSPF_SUM_WRONG) {
        struct ospf_lsa bad = *u->lsa;
        ospf_for_each(o, in, damaged, &bad);
        engine_happen(o->engine, &(struct happening){ .kind = HAPPEN_OSPF_LSA_SUM,
                                                      .side = -1,
                                                      .ref = in->ref,
                                                      .speaker = in->from,
                                                      .ospf_lsa = u->lsa });
        return;
    }
    enum ospf_change change = ospf_lsdb_feed(db, batch, which, seen, &u->fed);
    if (!u->fed.entry)
        return;
    note_grace(in, u->lsa);
    ospf_lsa_changed(o, db, u->fed.entry, change, in->ref, u->lsa);
    ospf_for_each(o, in, owe, u);
    if (o->exchanging) {
        ospf_heads_has(o, in->from, u->fed.entry, u->lsa);
        ospf_for_each(o, in, has, u);
    }
    settle(o, in, u->lsa, u->fed.entry);
    if (o->lacking)
        ospf_for_each(o, in, settle_lacks, u);
}

/* What an Update says by itself, whatever is in it. */
static void update_each(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, void *arg)
{
    (void)arg;
    struct ospf_neighbor *n = &adj->facts.side[from], *m = &adj->facts.side[!from];
    if (!in->group && n->state < OSPF_STATE_EXCHANGE && n->state != OSPF_STATE_UNKNOWN) {
        ospf_is_two_way(o, adj, from, in->ref);
        ospf_proven(o, adj, from, OSPF_ON_NEGOTIATION_DONE);
    }
    bool waits =
        m->state == OSPF_STATE_LOADING || (m->state == OSPF_STATE_EXCHANGE && m->over && m->asked_last.frame);
    if (in->packet->cut && waits && !m->cut_answer.frame) { /* perhaps all that was asked for */
        m->cut_answer = in->ref;
        ospf_expect(m, OSPF_ON_LOADING_DONE, in->ref);
    }
}

void ospf_hear_update(struct ospf *o, struct ospf_in *in)
{
    struct ospf_lsdb *db = ospf_domain(o, in->packet->version, in->packet->instance);
    struct ospf_lsa_iter it = ospf_lsas(in->packet);
    struct ospf_lsa_seen seen = ospf_seen(in);
    struct ospf_batch batch;
    while (db && ospf_lsdb_batch(db, &it, seen.area, seen.link, &batch))
        for (uint32_t i = 0; i < batch.count; i++)
            take_lsa(o, in, db, &batch, i, &seen);
    ospf_for_each(o, in, update_each, NULL);
}

/* ---- Acknowledgments ---- */

/* An end that is not in the capture is designated router, and has originated the link's Network-LSA: it is Full with the
 * only one that it could be Full with (RFC 2328 12.4.2). */
static void full_unseen(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from,
                        const struct ospf_lsa *lsa)
{
    struct ospf_speaker *other = adj->facts.end[!from];
    bool network = lsa->kind == OSPF_LSA_V2_NETWORK || lsa->kind == OSPF_LSA_V3_NETWORK;
    if (network && other->unseen && lsa->router == other->router_id && lsa->age < OSPF_MAX_AGE &&
        in->from->adjacency_count == 1)
        ospf_joined(o, adj, !from, OSPF_STATE_FULL, in->ref);
}

static void ack_each(struct ospf *o, struct ospf_in *in, struct adjacency *adj, int from, void *arg)
{
    struct update_in *u = arg;
    struct ospf_neighbor *n = &adj->facts.side[from];
    struct ospf_owed *w = ospf_owed_find(u->fed.entry, adj, !from, false);
    if (w && w->sequence == u->lsa->sequence && w->checksum == u->lsa->checksum) {
        if (!adj->facts.flooding.frame)
            adj->facts.flooding = in->ref;
        adj->facts.side[!from].group_taken += w->group && w->sent == 1;
        ospf_owed_free(o, w);
    }
    for (uint32_t i = 0; i < n->got_count && i < COUNT(n->got) && !n->wants && !n->lacks; i++)
        if (n->got[i].lsa == u->fed.entry && n->got[i].sequence == u->lsa->sequence)
            ospf_proven(o, adj, from, OSPF_ON_LOADING_DONE);
    full_unseen(o, in, adj, from, u->lsa);
}

void ospf_hear_ack(struct ospf *o, struct ospf_in *in)
{
    struct ospf_lsdb *db = ospf_domain(o, in->packet->version, in->packet->instance);
    struct ospf_lsa_iter it = ospf_lsas(in->packet);
    struct ospf_lsa_seen seen = ospf_seen(in);
    struct ospf_batch batch;
    while (db && ospf_lsdb_batch(db, &it, seen.area, seen.link, &batch))
        for (uint32_t i = 0; i < batch.count; i++) {
            struct update_in u = { .lsa = &batch.lsa[i] };
            enum ospf_change change = ospf_lsdb_feed(db, &batch, i, &seen, &u.fed);
            if (!u.fed.entry)
                continue;
            ospf_lsa_changed(o, db, u.fed.entry, change, in->ref, NULL);
            ospf_for_each(o, in, ack_each, &u);
        }
    for (uint32_t i = 0; i < in->from->adjacency_count; i++)
        ospf_infer(o, (struct adjacency *)in->from->adjacencies[i], in->ref);
}
