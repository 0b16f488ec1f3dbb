/* Payloads in; whether an AS may announce a prefix out. RFC 6811 */
#include "state/vrps.h"

#include "base/grow.h"
#include "base/hash.h"
#include <stdlib.h>

enum { VRPS_MOST = 1 << 24 };

/* The address as a number: the first bits of `high` are its first ones. */
struct vrp {
    uint64_t high, low;
    uint32_t asn;
    uint8_t bits, most;
};

struct vrps_family {
    struct vrp *list; /* owned */
    size_t count;
    uint32_t room;
    uint64_t lengths[3]; /* bit per length of a prefix that there is */
    /* by hash of the prefix, linear probing: 1 + where in the list its first one is, 0 empty. Owned; NULL before it is
     * sealed, and without memory: then it is searched for by halves, which takes several times as long */
    uint32_t *slots, mask;
};

struct vrps {
    struct vrps_family family[2]; /* IPv4, IPv6 */
};

const char *rpki_state_name(enum rpki_state s)
{
    static const char *const names[] = { "unknown", "not-found", "valid", "invalid" };
    return names[s];
}

struct vrps *vrps_new(void) { return calloc(1, sizeof(struct vrps)); }

void vrps_free(struct vrps *v)
{
    if (!v)
        return;
    for (int i = 0; i < 2; i++) {
        free(v->family[i].list);
        free(v->family[i].slots);
    }
    free(v);
}

size_t vrps_count(const struct vrps *v) { return v->family[0].count + v->family[1].count; }

static struct vrp of_prefix(const struct prefix *p, unsigned bits)
{
    struct prefix clear = { p->addr, bits };
    struct vrp v = { .bits = (uint8_t)bits };
    prefix_clear(&clear);
    for (int i = 0; i < 8; i++) {
        v.high = v.high << 8 | clear.addr.b[i];
        v.low = v.low << 8 | clear.addr.b[8 + i];
    }
    return v;
}

bool vrps_add(struct vrps *v, const struct prefix *p, unsigned most, uint32_t asn)
{
    struct vrps_family *f = &v->family[p->addr.size == 16];
    if (!p->addr.size || p->bits > most || most > p->addr.size * 8u || f->count == VRPS_MOST)
        return false;
    if (!grow(&f->list, f->count, &f->room, sizeof *f->list, 1024, UINT32_MAX))
        return false;
    struct vrp *one = &f->list[f->count++];
    *one = of_prefix(p, p->bits);
    one->most = (uint8_t)most;
    one->asn = asn;
    f->lengths[p->bits / 64] |= UINT64_C(1) << p->bits % 64;
    return true;
}

static int compare(const struct vrp *a, const struct vrp *b)
{
    if (a->bits != b->bits)
        return a->bits < b->bits ? -1 : 1;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    return (a->low > b->low) - (a->low < b->low);
}

/* Where the prefix is the same, an order that does not depend on the file's. */
static int by_prefix(const void *left, const void *right)
{
    const struct vrp *a = left, *b = right;
    int order = compare(a, b);
    if (!order)
        order = (a->asn > b->asn) - (a->asn < b->asn);
    return order ? order : (a->most > b->most) - (a->most < b->most);
}

static uint32_t slot_of(const struct vrps_family *f, const struct vrp *v)
{
    return (uint32_t)hash_u64(v->high, hash_u64(v->low, v->bits)) & f->mask;
}

static void make_slots(struct vrps_family *f)
{
    uint32_t room = 16;
    free(f->slots);
    while (room / 2 < f->count)
        room *= 2;
    f->mask = room - 1;
    f->slots = f->count ? calloc(room, sizeof *f->slots) : NULL;
    for (uint32_t i = 0; f->slots && i < f->count; i++) {
        if (i && !compare(&f->list[i - 1], &f->list[i]))
            continue;
        uint32_t at = slot_of(f, &f->list[i]);
        while (f->slots[at])
            at = (at + 1) & f->mask;
        f->slots[at] = i + 1;
    }
}

void vrps_seal(struct vrps *v)
{
    for (int i = 0; i < 2; i++) {
        struct vrps_family *f = &v->family[i];
        if (f->count)
            qsort(f->list, f->count, sizeof *f->list, by_prefix);
        make_slots(f);
    }
}

static bool keep(struct vrps_family *f, const struct vrp *one)
{
    if (!grow(&f->list, f->count, &f->room, sizeof *f->list, 64, UINT32_MAX))
        return false;
    f->list[f->count++] = *one;
    f->lengths[one->bits / 64] |= UINT64_C(1) << one->bits % 64;
    return true;
}

static bool keep_changes(struct vrps_family *out, const struct vrps_family *a, const struct vrps_family *b)
{
    bool kept = true;
    for (size_t i = 0, k = 0; kept && (i < a->count || k < b->count);) {
        int order = i == a->count ? 1 : k == b->count ? -1 : by_prefix(&a->list[i], &b->list[k]);
        if (order)
            kept = keep(out, order < 0 ? &a->list[i] : &b->list[k]);
        i += order <= 0;
        k += order >= 0;
    }
    return kept;
}

struct vrps *vrps_changes(const struct vrps *a, const struct vrps *b)
{
    struct vrps *v = vrps_new();
    if (v && keep_changes(&v->family[0], &a->family[0], &b->family[0]) &&
        keep_changes(&v->family[1], &a->family[1], &b->family[1])) {
        make_slots(&v->family[0]);
        make_slots(&v->family[1]);
        return v;
    }
    vrps_free(v);
    return NULL;
}

/* Where its prefix begins in the list, or would. */
static size_t first_of(const struct vrps_family *f, const struct vrp *key)
{
    if (f->slots) {
        uint32_t at = slot_of(f, key);
        while (f->slots[at] && compare(&f->list[f->slots[at] - 1], key) != 0)
            at = (at + 1) & f->mask;
        return f->slots[at] ? f->slots[at] - 1 : f->count;
    }
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&f->list[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum rpki_state vrps_check(const struct vrps *v, const struct prefix *p, uint32_t origin,
                           struct vrps_against *against)
{
    if (!v || !p->addr.size)
        return RPKI_UNKNOWN;
    const struct vrps_family *f = &v->family[p->addr.size == 16];
    const struct vrp *nearest = NULL;
    for (unsigned bits = 0; bits <= p->bits; bits++) {
        if (!(f->lengths[bits / 64] >> bits % 64 & 1))
            continue;
        struct vrp key = of_prefix(p, bits);
        for (size_t i = first_of(f, &key); i < f->count && !compare(&f->list[i], &key); i++) {
            if (origin && f->list[i].asn == origin && p->bits <= f->list[i].most)
                return RPKI_VALID;
            /* its AS, and only too long, says more than another AS */
            if (!nearest || f->list[i].asn == origin || nearest->asn != origin)
                nearest = &f->list[i];
        }
    }
    if (!nearest)
        return RPKI_NOT_FOUND;
    if (against) {
        *against = (struct vrps_against){ { p->addr, nearest->bits }, nearest->most, nearest->asn };
        prefix_clear(&against->prefix);
    }
    return RPKI_INVALID;
}
