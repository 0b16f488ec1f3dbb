/* What each side described to the other in; what each side has still to ask for by it, out. RFC 2328 10.6 */
#include "state/ospf_internal.h"

#include "base/grow.h"
#include <stdlib.h>

enum { HEADS_MOST = 1 << 22 };

void ospf_heads_add(struct adjacency *adj, int side, const struct ospf_lsa *lsa, struct ospf_lsa_facts *entry)
{
    struct ospf_heads *h = &adj->heads[side];
    if (!grow(&h->list, h->count, &h->room, sizeof *h->list, 16, HEADS_MOST))
        return;
    h->list[h->count++] =
        (struct ospf_head){ .lsa = entry, .sequence = lsa->sequence, .number = entry->number & INT32_MAX };
}

void ospf_heads_forget(struct adjacency *adj, int side)
{
    free(adj->heads[side].list);
    adj->heads[side] = (struct ospf_heads){ 0 };
}

void ospf_heads_has(struct ospf *o, const struct ospf_speaker *of, struct ospf_lsa_facts *entry,
                    const struct ospf_lsa *lsa)
{
    if (!o->exchanging)
        return;
    for (const struct ospf_speaker *s = ospf_sibling(o, of); s; s = s->sibling)
        for (uint32_t i = 0; i < s->adjacency_count; i++) {
            struct adjacency *adj = (struct adjacency *)s->adjacencies[i];
            int side = ospf_side(adj, s);
            if (adj->facts.side[side].state == OSPF_STATE_EXCHANGE && !adj->facts.side[side].over)
                ospf_heads_add(adj, side, lsa, entry);
        }
}

/* ---- what a side lacks ---- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const struct ospf_head *)a)->number, y = ((const struct ospf_head *)b)->number;
    return (x > y) - (x < y);
}

/* For a search: mostly it is in order already, as the entries were made when they were described. */
static void put_in_order(struct ospf_heads *h)
{
    bool in_order = true;
    for (uint32_t i = 1; in_order && i < h->count; i++)
        in_order = h->list[i - 1].number < h->list[i].number;
    if (in_order)
        return;
    qsort(h->list, h->count, sizeof *h->list, by_number);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < h->count; i++) {
        struct ospf_head *last = &h->list[kept - 1];
        if (h->list[i].lsa != last->lsa)
            h->list[kept++] = h->list[i];
        else if (ospf_reaches(h->list[i].sequence, last->sequence)) /* described twice */
            last->sequence = h->list[i].sequence;
    }
    h->count = kept;
}

void ospf_lacks_reckon(struct ospf *o, struct adjacency *adj, int side)
{
    struct ospf_neighbor *n = &adj->facts.side[side], *other = &adj->facts.side[!side];
    const struct ospf_heads *mine = &adj->heads[side], *theirs = &adj->heads[!side];
    const struct ospf_speaker *me = adj->facts.end[side];
    struct ospf_heads *lacks = &adj->lacks[side];
    ospf_lacks_forget(o, adj, side);
    n->lacks_known = n->heads_complete && other->heads_complete;
    if (!n->lacks_known || !theirs->count || !(lacks->list = calloc(theirs->count, sizeof *lacks->list)))
        return;
    lacks->room = theirs->count;
    o->mark++;
    for (uint32_t i = 0; i < mine->count; i++) {
        mine->list[i].lsa->mark = o->mark;
        mine->list[i].lsa->mark_sequence = mine->list[i].sequence;
    }
    for (uint32_t i = 0; i < theirs->count; i++) {
        const struct ospf_head *h = &theirs->list[i];
        const struct ospf_lsa_facts *f = h->lsa;
        bool has = f->mark == o->mark && ospf_reaches(f->mark_sequence, h->sequence);
        /* whether it keeps what it has itself flushed a moment ago cannot be seen: it is counted when it asks */
        if (!has && f->key.router != me->router_id && !ospf_owed_find(f, adj, side, true))
            lacks->list[lacks->count++] = *h;
    }
    if (lacks->count)
        put_in_order(lacks);
    n->lacks = lacks->count;
    if (lacks->count)
        o->lacking++;
    else
        ospf_lacks_forget(o, adj, side);
}

void ospf_lacks_forget(struct ospf *o, struct adjacency *adj, int side)
{
    if (adj->facts.side[side].lacks)
        o->lacking--;
    adj->facts.side[side].lacks = 0;
    free(adj->lacks[side].list);
    adj->lacks[side] = (struct ospf_heads){ 0 };
}

/* The place where it would be, from `low` on. */
static uint32_t search(const struct ospf_heads *h, uint32_t low, uint32_t number)
{
    for (uint32_t high = h->count; high - low > 1;) {
        uint32_t middle = low + (high - low) / 2;
        if (number < h->list[middle].number)
            high = middle;
        else
            low = middle;
    }
    return low;
}

struct ospf_head *ospf_lacks_find(struct adjacency *adj, int side, const struct ospf_lsa_facts *entry)
{
    struct ospf_heads *h = &adj->lacks[side];
    if (!adj->facts.side[side].lacks)
        return NULL;
    uint32_t at = h->near; /* mostly this one or the next */
    at += at + 1 < h->count && h->list[at].lsa != entry;
    if (h->list[at].lsa != entry)
        at = search(h, 0, entry->number);
    if (h->list[at].lsa != entry)
        return NULL;
    h->near = at; /* also of one that came: those behind it come next */
    return h->list[at].got ? NULL : &h->list[at];
}

void ospf_lacks_got(struct ospf *o, struct adjacency *adj, int side, struct ospf_head *lack)
{
    lack->got = true;
    if (!--adj->facts.side[side].lacks) {
        o->lacking--;
        free(adj->lacks[side].list);
        adj->lacks[side] = (struct ospf_heads){ 0 };
    }
}
