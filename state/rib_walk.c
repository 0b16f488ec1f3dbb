/* A place in a table that outlasts what is put in and swept meanwhile: entries in the order of their hashes. */
#include "state/rib_segment.h"

/* The first entry of the segment that is at the place or behind it. */
static struct rib_entry *seek(const struct rib_table *t, const struct rib_segment *s, struct rib_place *p)
{
    uint32_t skip = p->same;
    for (uint32_t at = rib_home(s, p->hash), end = rib_slots(s->room); at < end; at++) {
        struct rib_entry *e = rib_entry_at(s, rib_stride(t), at);
        if (e->state == RIB_NONE || e->key[0] < p->hash || (e->key[0] == p->hash && skip && skip--))
            continue;
        p->same = e->key[0] == p->hash ? p->same + 1 : 1;
        p->hash = e->key[0];
        return e;
    }
    return NULL;
}

struct rib_entry *rib_table_after(const struct rib_table *t, struct rib_place *p)
{
    while (!p->past) {
        const struct rib_segment *s = rib_segment_of(t, p->hash);
        struct rib_entry *e = s->words ? seek(t, s, p) : NULL;
        if (e)
            return e;
        /* the segment has the hashes that begin like this one */
        uint64_t step = UINT64_C(1) << (32 - s->depth), next = (p->hash / step + 1) * step;
        p->past = next > UINT32_MAX;
        p->hash = (uint32_t)next;
        p->same = 0;
    }
    return NULL;
}
