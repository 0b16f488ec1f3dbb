/* What was followed of an episode in; what became of its prefixes, and why it began, out. */
#include "state/converge.h"

#include "base/macros.h"
#include "state/findings.h"
#include <stdlib.h>

const char *episode_end_name(enum episode_end end)
{
    static const char *const names[EPISODE_ENDS] = { "settled", "goes-on", "restless" };
    return end < EPISODE_ENDS ? names[end] : "goes-on";
}

const char *episode_trigger_name(enum episode_trigger trigger)
{
    return trigger == EPISODE_SESSION ? "session-lost" : "withdrawal";
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* A prefix on all sides that told something of it. Paths that were given up again: all that came, but for the one that
 * is there now. */
static uint32_t count_prefix(const struct converge *c, const struct followed *first, struct bgp_episode *out)
{
    uint32_t explored = 0;
    bool live = false, other = false;
    for (const struct followed *f = first; f; f = f->next ? &c->list[f->next - 1] : NULL) {
        uint32_t told = (uint32_t)f->replaced + f->announced, given_up = told - (f->after && told ? 1u : 0u);
        struct episode_side *by = &out->sides[f->side];
        by->withdrawn += f->withdrawn;
        by->replaced += f->replaced;
        by->announced += f->announced;
        explored = given_up > explored ? given_up : explored;
        live |= f->after != 0;
        other |= f->after && f->after != f->before;
    }
    out->prefixes++;
    out->gone += !live;
    out->other += other;
    out->back += live && !other;
    return explored;
}

static struct span since_first(const struct converge *c, unsigned which, uint32_t us)
{
    struct stamp when = stamp_add(c->open[which].base, SPAN_US(us));
    return stamp_since(when, c->open[which].facts->first.when);
}

static void sum_sides(struct bgp_episode *out)
{
    out->withdrawn = out->replaced = out->announced = 0;
    for (unsigned i = 0; i < out->side_count; i++) {
        out->withdrawn += out->sides[i].withdrawn;
        out->replaced += out->sides[i].replaced;
        out->announced += out->sides[i].announced;
    }
}

void converge_count(const struct converge *c, unsigned which, struct bgp_episode *out)
{
    uint32_t *latest = c->count ? malloc(2 * c->count * sizeof *latest) : NULL, n = 0;
    uint32_t *explored = latest ? latest + c->count : NULL;
    out->part = c->open[which].below;
    out->prefixes = out->back = out->other = out->gone = 0;
    out->explored_most = out->explored_median = 0;
    out->half = out->most = (struct span){ 0 };
    for (unsigned i = 0; i < out->side_count; i++)
        out->sides[i].withdrawn = out->sides[i].replaced = out->sides[i].announced = 0;
    for (uint32_t i = 0; latest && i < c->count; i++)
        if (c->list[i].episode == which && c->list[i].is_first) {
            latest[n] = c->list[i].latest_us;
            explored[n++] = count_prefix(c, &c->list[i], out);
        }
    sum_sides(out);
    if (n) {
        qsort(latest, n, sizeof *latest, by_size);
        qsort(explored, n, sizeof *explored, by_size);
        out->half = since_first(c, which, latest[(n - 1) / 2]);
        out->most = since_first(c, which, latest[(uint64_t)(n - 1) * 95 / 100]);
        out->explored_most = explored[n - 1];
        out->explored_median = explored[(n - 1) / 2];
    }
    free(latest);
}

/* ---- why it began ---- */

/* The finding rests on what the episode begins with. */
static bool rests_on(const struct finding *f, const struct bgp_episode *x)
{
    for (unsigned i = 0; i < f->evidence_count; i++) {
        const struct stream_ref *r = &f->evidence[i].ref;
        if (x->first.frame ? r->frame == x->first.frame && r->file == x->first.file
                           : r->when.ns == x->first.when.ns)
            return true;
    }
    return f->first.ns == x->first.when.ns || f->last.ns == x->first.when.ns;
}

int converge_cause(const struct findings *all, const struct bgp_episode *x)
{
    const struct finding *best = NULL;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct finding *f = all->list[i];
        if (f->peering != x->peering || f->code == CODE_BGP_SESSION_FLAPPING ||
            f->severity == SEVERITY_INFO || !rests_on(f, x))
            continue;
        if (!best || f->severity > best->severity)
            best = f;
    }
    return best ? (int)best->code : CODE_COUNT;
}
