/* What a table's transfer waited for, stretch by stretch, in; a line that shows it out.
 *
 * The method is that of T-DAT (Cheng et al., ICDCS 2012): the time between two new segments is put down to the one who
 * could have shortened it. Pauses of one length again and again are a timer of the sender's, as Ben Houidi et al. found
 * them (IMC 2009). */
#include "state/transfer.h"

#include "base/macros.h"
#include <stdlib.h>
#include <string.h>

enum { PARTS = 40, LENGTHS = 24, PAUSE_LEAST_US = 8000, PAUSES_LEAST = 5 };

struct transfer {
    int64_t width;                         /* of a part, ns */
    uint32_t lost[PARTS][TRANSFER_CAUSES]; /* µs */
    struct {
        uint32_t count, total_us;
    } pauses[LENGTHS]; /* of the sender, by length: two to an octave */
    uint64_t paused_us;
};

struct transfer *transfer_new(void)
{
    struct transfer *t = calloc(1, sizeof *t);
    if (t)
        t->width = SPAN_MS(1).ns;
    return t;
}

static void halve(struct transfer *t)
{
    for (unsigned i = 0; i < PARTS; i++)
        for (unsigned c = 0; c < TRANSFER_CAUSES; c++) {
            uint32_t both = i < PARTS / 2 ? t->lost[2 * i][c] + t->lost[2 * i + 1][c] : 0;
            t->lost[i][c] = both;
        }
    t->width *= 2;
}

static unsigned length_class(uint64_t us)
{
    unsigned class = 0;
    for (uint64_t most = PAUSE_LEAST_US; class + 2 < LENGTHS && us >= 2 * most; most *= 2)
        class += 2;
    uint64_t octave = (uint64_t)PAUSE_LEAST_US << class / 2;
    return us >= octave + octave / 2 ? class + 1 : class;
}

void transfer_wait(struct transfer *t, struct span from, struct span until, enum transfer_cause cause)
{
    if (from.ns < 0)
        from.ns = 0;
    if (until.ns <= from.ns)
        return;
    while (until.ns > t->width * PARTS)
        halve(t);
    uint64_t us = (uint64_t)(until.ns - from.ns) / 1000;
    if (cause == TRANSFER_SENDER && us >= PAUSE_LEAST_US && us <= UINT32_MAX / 2) {
        unsigned class = length_class(us);
        t->pauses[class].count++;
        t->pauses[class].total_us += (uint32_t)us;
        t->paused_us += us;
    }
    for (int64_t at = from.ns; at < until.ns;) {
        int64_t part = at / t->width, end = (part + 1) * t->width;
        end = end < until.ns ? end : until.ns;
        t->lost[part < PARTS ? part : PARTS - 1][cause] += (uint32_t)((end - at) / 1000);
        at = end;
    }
}

/* A part is called after what took more than a third of it. */
static char part_sign(const struct transfer *t, unsigned part)
{
    static const char signs[TRANSFER_CAUSES] = {
        [TRANSFER_SENDER] = 's', [TRANSFER_WINDOW] = 'w', [TRANSFER_LOSS] = 'l'
    };
    unsigned most = 0;
    for (unsigned c = 1; c < TRANSFER_CAUSES; c++)
        if (t->lost[part][c] > t->lost[part][most])
            most = c;
    return (int64_t)t->lost[part][most] * 3000 > t->width ? signs[most] : '-';
}

void transfer_line(const struct transfer *t, struct span took, char line[TRANSFER_LINE])
{
    unsigned count = (unsigned)(took.ns / t->width) + 1;
    if (count > PARTS)
        count = PARTS;
    for (unsigned i = 0; i < count; i++)
        line[i] = part_sign(t, i);
    line[count] = '\0';
}

struct span transfer_part(const struct transfer *t) { return (struct span){ t->width }; }

unsigned transfer_timer(const struct transfer *t, struct span *length)
{
    unsigned best = 0;
    for (unsigned i = 1; i < LENGTHS; i++)
        if (t->pauses[i].total_us > t->pauses[best].total_us)
            best = i;
    unsigned count = t->pauses[best].count;
    if (count < PAUSES_LEAST || (uint64_t)t->pauses[best].total_us * 2 < t->paused_us)
        return 0;
    *length = SPAN_US(t->pauses[best].total_us / count);
    return count;
}
