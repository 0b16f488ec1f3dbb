/* Which prefixes are followed on which sides, within what following may cost. */
#include "state/converge.h"

#include "base/grow.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

/* Following shall cost little besides all the rest: a change of what is followed is paid for by so many routes that were
 * heard. So many changes are free at first, and can be saved up; then the largest episode is thinned out, and so many more
 * are free. Few routes are followed in any case. */
enum { PRICE = 32, SAVED = 32768, LEFT = 256, FEW = 128 };
enum { SLOTS_LEAST = 64 };

void converge_init(struct converge *c, struct rib *rib, struct span quiet, uint32_t most)
{
    *c = (struct converge){ .rib = rib,
                            .quiet = quiet.ns > 0 ? quiet : SPAN_S(CONVERGE_QUIET_S),
                            .most = most,
                            .credit = (int64_t)SAVED * PRICE };
    c->deadline = (struct stamp){ INT64_MAX };
    c->seed = hash_u64((uint64_t)(uintptr_t)c, most);
}

void converge_free(struct converge *c)
{
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        free(c->open[i].facts);
    free(c->list);
    free(c->slots);
    free(c->lately);
}

static uint32_t *slot_of(const struct converge *c, uint64_t prefix)
{
    uint32_t mask = c->slot_count - 1, i = (uint32_t)hash_u64(prefix, c->seed) & mask;
    while (c->slots[i] && c->list[c->slots[i] - 1].prefix != prefix)
        i = (i + 1) & mask;
    return &c->slots[i];
}

struct followed *converge_find(const struct converge *c, uint64_t prefix, struct stamp when)
{
    uint32_t at = c->slot_count ? *slot_of(c, prefix) : 0;
    struct followed *f = at ? &c->list[at - 1] : NULL;
    if (!f)
        return NULL;
    struct stamp last = stamp_add(c->open[f->episode].base, SPAN_US(f->latest_us));
    return stamp_since(when, last).ns > c->quiet.ns ? NULL : f;
}

/* Into the slots: behind the first of its prefix, or as the first, in place of one of an older episode. */
static void place(struct converge *c, uint32_t at)
{
    struct followed *f = &c->list[at];
    uint32_t *slot = slot_of(c, f->prefix);
    f->next = 0;
    if (f->is_first) {
        *slot = at + 1;
        return;
    }
    struct followed *first = &c->list[*slot - 1];
    f->next = first->next;
    first->next = at + 1;
}

/* Into no more slots than they need, and as many again: after a large loss few are left, and clearing what that one took
 * would cost more than all the rest, again and again. */
static void place_all(struct converge *c)
{
    if (!c->slots)
        return;
    c->slot_count = SLOTS_LEAST;
    while (c->slot_count / 4 < c->count && c->slot_count < c->slot_room)
        c->slot_count *= 2;
    memset(c->slots, 0, c->slot_count * sizeof *c->slots);
    for (uint32_t i = 0; i < c->count; i++)
        place(c, i);
}

void converge_sift(struct converge *c)
{
    uint32_t kept = 0;
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        c->open[i].count = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        unsigned which = c->list[i].episode;
        if (c->open[which].facts && (uint32_t)c->list[i].prefix < c->open[which].below) {
            c->open[which].count++;
            c->list[kept++] = c->list[i];
        }
    }
    c->count = kept;
    place_all(c);
    rib_follow_none(c->rib);
    for (uint32_t i = 0; i < kept; i++)
        rib_follow(c->rib, c->list[i].mark);
}

/* Of the largest episode, a quarter is followed from now on. False if it is not large. */
static bool thin(struct converge *c)
{
    unsigned largest = 0;
    for (unsigned i = 1; i < EPISODES_OPEN; i++)
        if (c->open[i].count > c->open[largest].count)
            largest = i;
    if (c->open[largest].count <= FEW)
        return false;
    c->open[largest].below /= 4;
    converge_sift(c);
    return true;
}

void converge_settle(struct converge *c)
{
    int64_t most = (int64_t)SAVED * PRICE;
    if (c->credit > most)
        c->credit = most;
    if (c->credit < 0 && thin(c))
        c->credit = (int64_t)LEFT * PRICE;
}

static bool make_room(struct converge *c)
{
    if (c->count < c->room) {
        if (c->count >= c->slot_count / 2)
            place_all(c);
        return true;
    }
    if (c->room && c->room * 2 > c->most) {
        while (c->count > c->room / 2 && thin(c))
            continue;
        return c->count < c->room;
    }
    uint32_t room = c->room, slots = SLOTS_LEAST;
    if (!grow(&c->list, c->count, &room, sizeof *c->list, 256, c->most))
        return false;
    while (slots < room * 2)
        slots *= 2;
    uint32_t *fresh = realloc(c->slots, slots * sizeof *fresh);
    if (!fresh)
        return false;
    c->slots = fresh;
    c->slot_room = slots;
    c->room = room;
    converge_sift(c);
    return true;
}

struct followed *converge_follow(struct converge *c, const struct rib_move *m, uint32_t who, unsigned episode,
                                 unsigned side, bool is_first)
{
    uint32_t lot = (uint32_t)m->prefix;
    if (lot >= c->open[episode].below || !make_room(c) || lot >= c->open[episode].below)
        return NULL;
    struct followed *f = &c->list[c->count];
    *f = (struct followed){ .prefix = m->prefix,
                            .mark = m->mark,
                            .who = who,
                            .before = m->before,
                            .episode = (uint8_t)episode,
                            .side = (uint8_t)side,
                            .is_first = is_first };
    c->open[episode].count++;
    place(c, c->count++);
    return f;
}

void converge_spend(struct converge *c) { c->credit -= PRICE; }

void converge_afford(struct converge *c, unsigned which, uint64_t routes)
{
    uint64_t most = c->credit > 0 ? (uint64_t)c->credit / PRICE / 2 : 0;
    if (most > c->most / 2)
        most = c->most / 2;
    while (routes * c->open[which].below >> 32 > (most > FEW ? most : FEW))
        c->open[which].below /= 2;
}
