/* Bodies of pcapng's Interface Description and Interface Statistics Blocks in, what they say of an interface
 * out. draft-ietf-opsawg-pcapng, sections 4.2 and 4.5
 *
 *   option   code 2 · length 2 · value, filled up to a multiple of 4 */
#include "capture/pcapng.h"

enum {
    OPT_END = 0,
    IF_TSRESOL = 9,
    IF_TSOFFSET = 14,
    ISB_IFDROP = 5,
    ISB_OSDROP = 7,
};

enum {
    RESOLUTION_DEFAULT = 6, /* microseconds */
    RESOLUTION_OF_TWO = 0x80,
    /* Finer bits of a binary fraction than these make no nanosecond, and this many times 10^9 fits 64 bits. */
    FRACTION_BITS = 34,
};

/* What pcap can say, too. No file means another moment, and differences of these never overflow. */
#define SECONDS_MAX    INT64_C(0xffffffff)
#define SECONDS_ABSURD (SECONDS_MAX * 4)

struct option {
    uint16_t code, size;
    const uint8_t *value;
};

/* False at the end; the cursor is spent if that end is no good one. */
static bool next_option(struct cursor *in, bool big, struct option *out)
{
    if (!cur_left(in))
        return false; /* the closing option may be left out */
    const uint8_t *head = cur_take(in, 4);
    if (!head || get16(head, big) == OPT_END)
        return false;
    out->code = get16(head, big);
    out->size = get16(head + 2, big);
    out->value = cur_take(in, out->size);
    /* the last one's filling may be left out, too */
    size_t filling = (4u - out->size % 4u) % 4u;
    if (out->value)
        cur_take(in, filling < cur_left(in) ? filling : cur_left(in));
    return out->value != NULL;
}

static uint64_t power_of_ten(unsigned n)
{
    uint64_t v = 1;
    while (n--)
        v *= 10;
    return v;
}

/* Most files: a unit that is a whole number of nanoseconds, and no offset or a sane one. */
static void make_quick(struct interface *face)
{
    face->quick_ticks = 0;
    face->quick_unit = 0;
    face->quick_add = 0;
    if (face->resolution > 9 || face->add < 0 || face->add > SECONDS_MAX)
        return;
    face->quick_unit = power_of_ten(9u - face->resolution);
    face->quick_add = face->add * NS_PER_S;
    face->quick_ticks = (uint64_t)(SECONDS_MAX - face->add) * power_of_ten(face->resolution);
}

bool interface_read(struct interface *face, const uint8_t *body, uint32_t size, bool big)
{
    struct cursor in = cur_over(body, size);
    const uint8_t *head = cur_take(&in, 8); /* link type 2 · reserved 2 · snap length 4 */
    if (!head)
        return false;
    *face = (struct interface){ .link = get16(head, big), .snap = get32(head + 4, big) };
    face->resolution = RESOLUTION_DEFAULT;
    for (struct option o; next_option(&in, big, &o);) {
        if (o.code == IF_TSRESOL && o.size >= 1)
            face->resolution = o.value[0];
        else if (o.code == IF_TSOFFSET && o.size >= 8)
            face->add = (int64_t)get64(o.value, big);
    }
    if (face->add > SECONDS_ABSURD || face->add < -SECONDS_ABSURD)
        return false;
    make_quick(face);
    return cur_ok(&in);
}

/* Ticks to seconds and nanoseconds, for any unit. */
static uint64_t split_ticks(uint8_t resolution, uint64_t ticks, int64_t *nanoseconds)
{
    unsigned n = resolution & (RESOLUTION_OF_TWO - 1u);
    *nanoseconds = 0;
    if (resolution & RESOLUTION_OF_TWO) {
        uint64_t seconds = n < 64 ? ticks >> n : 0;
        uint64_t fraction = n < 64 ? ticks & ((UINT64_C(1) << n) - 1) : ticks;
        if (n > FRACTION_BITS) {
            fraction = n - FRACTION_BITS < 64 ? fraction >> (n - FRACTION_BITS) : 0;
            n = FRACTION_BITS;
        }
        *nanoseconds = (int64_t)(fraction * (uint64_t)NS_PER_S >> n);
        return seconds;
    }
    if (n > 19) { /* 10^20 is more than there can be ticks: all of them are less than a second */
        for (; n > 9 && ticks; n--)
            ticks /= 10;
        *nanoseconds = (int64_t)ticks;
        return 0;
    }
    uint64_t unit = power_of_ten(n), fraction = ticks % unit;
    *nanoseconds = (int64_t)(n <= 9 ? fraction * power_of_ten(9 - n) : fraction / power_of_ten(n - 9));
    return ticks / unit;
}

struct stamp interface_time(const struct interface *face, uint64_t ticks)
{
    int64_t nanoseconds;
    uint64_t seconds = split_ticks(face->resolution, ticks, &nanoseconds);
    int64_t whole = (seconds > SECONDS_ABSURD ? SECONDS_ABSURD : (int64_t)seconds) + face->add;
    if (whole < 0)
        return (struct stamp){ 0 };
    if (whole > SECONDS_MAX)
        return (struct stamp){ SECONDS_MAX * NS_PER_S };
    return (struct stamp){ whole * NS_PER_S + nanoseconds };
}

bool statistics_read(const uint8_t *body, uint32_t size, bool big, uint32_t *which, uint64_t *dropped)
{
    struct cursor in = cur_over(body, size);
    const uint8_t *head = cur_take(&in, 12); /* interface 4 · time 4+4 */
    if (!head)
        return false;
    *which = get32(head, big);
    *dropped = 0;
    for (struct option o; next_option(&in, big, &o);) {
        uint64_t count = o.size >= 8 ? get64(o.value, big) : 0;
        if ((o.code == ISB_IFDROP || o.code == ISB_OSDROP) &&
            count != UINT64_MAX) /* "not known" of some writers */
            *dropped += count;
    }
    return cur_ok(&in);
}
