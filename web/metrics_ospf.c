/* Adjacencies of the store in; their metrics out, each family with all of its samples. */
#include "web/metrics_ospf.h"

#include "base/addr.h"
#include "base/macros.h"
#include "store/query_ospf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond these many adjacencies the rest is counted, not told. */
enum { ADJACENCIES_TOLD = 4000 };

struct metric_neighbor {
    char who[ADDR_TEXT];
    int state; /* 0: not known */
    struct stamp since;
    double dead, remaining, margin;
    bool margin_known;
    uint64_t full, lost, flooded, resent;
};

struct metric_adjacency {
    uint32_t id;
    char area[16], link[80];
    bool up;
    struct metric_neighbor side[2];
};

static int state_number(const char *name)
{
    int state = OSPF_STATE_FULL;
    while (state > 0 && strcmp(ospf_state_name((enum ospf_state)state), name) != 0)
        state--;
    return state;
}

static void take_side(struct metric_neighbor *n, const struct neighbor_row *r, struct stamp now)
{
    const char *who = r->address ? r->address : r->router_id;
    snprintf(n->who, sizeof n->who, "%s", who ? who : "");
    n->state = state_number(r->state);
    n->since = r->state_since;
    n->dead = r->dead_interval > 0 ? (double)r->dead_interval : 0;
    bool counts = n->state >= OSPF_STATE_INIT && n->dead > 0 && stamp_known(r->last_heard);
    n->remaining = counts ? n->dead - span_seconds(stamp_since(now, r->last_heard)) : -1;
    n->margin_known = stamp_known(r->min_margin_at);
    n->margin = (double)r->min_margin_ns / 1e9;
    n->full = r->full_count;
    n->lost = r->lost_count;
    n->flooded = r->flooded;
    n->resent = r->resent;
}

static void take(struct store *s, struct metric_adjacency *a, const struct adjacency_row *r, struct stamp now)
{
    struct neighbor_row n;
    a->id = r->id;
    a->up = r->up;
    snprintf(a->area, sizeof a->area, "%s", r->area ? r->area : "");
    snprintf(a->link, sizeof a->link, "%s", r->link_name ? r->link_name : "");
    struct query q = query_neighbors(s, r->id);
    while (query_neighbor(&q, &n))
        if (n.side == 0 || n.side == 1)
            take_side(&a->side[n.side], &n, now);
}

static bool read_metric(const struct metric_neighbor *s, bool up, int which, double *out)
{
    int at = 0;
#define METRIC(kind, name, help, value, known)                                                               \
    if (which == at++) {                                                                                     \
        bool there = (known);                                                                                \
        *out = there ? (double)(value) : 0;                                                                  \
        return there;                                                                                        \
    }
#include "web/metrics_ospf.def"
#undef METRIC
    return false;
}

static const struct {
    const char *kind, *name, *help;
} rows[] = {
#define METRIC(kind, name, help, value, known) { #kind, name, help },
#include "web/metrics_ospf.def"
#undef METRIC
};

/* The number of the adjacency tells apart those of the same addresses, as link-local ones on several links are. */
static void tell(struct metric_out *out, int row, const struct metric_adjacency *a, int side, double x)
{
    char id[16];
    snprintf(id, sizeof id, "%u", (unsigned)a->id);
    metric_begin(out, rows[row].kind, rows[row].name);
    metric_label(out, "local", a->side[side].who, true);
    metric_label(out, "neighbor", a->side[!side].who, false);
    metric_label(out, "area", a->area, false);
    metric_label(out, "link", a->link, false);
    metric_label(out, "adjacency", id, false);
    metric_value(out, true, x);
}

void metrics_ospf(struct store *s, struct stamp now, struct metric_out *out)
{
    struct ospf_totals_row totals;
    struct adjacency_row r;
    uint32_t count = 0;
    struct metric_adjacency *list = calloc(ADJACENCIES_TOLD, sizeof *list);
    query_ospf_totals(s, NULL, &totals);
    metric_single(out, "gauge", "ospf_adjacencies", "Adjacencies that were seen.",
                  (double)totals.adjacencies);
    metric_single(out, "gauge", "ospf_adjacencies_up",
                  "Adjacencies that are Full at both sides, or 2-Way as among many on a link.",
                  (double)totals.settled);
    struct query q = query_adjacencies(s, ADJACENCIES_WORST_FIRST, NULL);
    while (query_adjacency(&q, &r))
        if (list && count < ADJACENCIES_TOLD)
            take(s, &list[count++], &r, now);
    for (int row = 0; row < (int)COUNT(rows); row++) {
        metric_family(out, rows[row].kind, rows[row].name, rows[row].help);
        for (uint32_t i = 0; i < 2 * count; i++) {
            double x;
            if (read_metric(&list[i / 2].side[i & 1], list[i / 2].up, row, &x))
                tell(out, row, &list[i / 2], (int)(i & 1), x);
        }
    }
    free(list);
}
