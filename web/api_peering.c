/* Requests about one peering in: its facts, both OPENs, what happened to it; JSON out. */
#include "web/api_internal.h"

#include "store/offers.h"
#include <stdio.h>

enum { ROWS_USUAL = 200, ROWS_MOST = 5000 };

static bool find(const struct web_view *v, const struct http_request *r, struct peering_row *p,
                 struct http_response *out)
{
    if (pages_peering_named(v->store, r->variable[0], p))
        return true;
    answer_error(out, 404, "there is no such peering");
    return false;
}

void api_peering(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct peering_row p;
    struct telling_sides sides;
    if (!find(v, r, &p, out))
        return;
    struct telling t = answer_begin(v, out);
    telling_peering_name(&t, &p);
    write_bool(&t.w, "up", p.up);
    telling_both(&t, p.id, &sides);
    telling_peering_facts(&t, &p);
    write_u64(&t.w, "connections", p.connections);
    write_u64(&t.w, "findings", p.findings);
    offers_tell(&t, &sides);
    answer_end(&t, out);
}

/* ---- what happened, in pages ---- */

static struct page page_of(const struct http_request *r)
{
    return (struct page){ .before =
                              r->param[PARAM_BEFORE].given ? (int64_t)r->param[PARAM_BEFORE].number : -1,
                          .since = answer_time(r, PARAM_SINCE),
                          .until = answer_time(r, PARAM_UNTIL),
                          .limit = answer_number(r, PARAM_LIMIT, ROWS_USUAL, ROWS_MOST) };
}

/* The addresses that rows name by side. */
static struct telling_sides sides_of(const struct web_view *v, uint32_t peering)
{
    struct telling_sides sides = { .peering = peering };
    struct query q = query_sides(v->store, peering);
    struct side_row s;
    while (query_side(&q, &s))
        if (s.side == 0 || s.side == 1)
            snprintf(sides.address[s.side], ADDR_TEXT, "%s", s.address);
    return sides;
}

/* A page of rows, begun: the peering that is asked about, its sides, which rows. */
struct paged {
    struct peering_row peering;
    struct page page;
    struct telling_sides sides;
    struct telling t;
    uint32_t rows;
    int64_t last;
};

static bool begin(struct paged *p, const struct web_view *v, const struct http_request *r,
                  struct http_response *out, const char *key)
{
    *p = (struct paged){ .last = -1 };
    if (!find(v, r, &p->peering, out))
        return false;
    p->page = page_of(r);
    p->sides = sides_of(v, p->peering.id);
    p->t = answer_begin(v, out);
    write_array(&p->t.w, key);
    return true;
}

/* Where the next page begins: behind a full one there may be another. */
static void end(struct paged *p, struct http_response *out)
{
    write_end(&p->t.w);
    telling_or_null(&p->t, "next", p->rows && p->rows == p->page.limit ? p->last : -1);
    answer_end(&p->t, out);
}

void api_transitions(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct paged p;
    struct transition_row row;
    if (!begin(&p, v, r, out, "transitions"))
        return;
    struct query q = pages_transitions(v->store, p.peering.id, &p.page);
    for (; query_transition(&q, &row); p.rows++, p.last = row.number)
        telling_transition(&p.t, &p.sides, &row);
    end(&p, out);
}

void api_notifications(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct paged p;
    struct notification_row row;
    if (!begin(&p, v, r, out, "notifications"))
        return;
    struct query q = pages_notifications(v->store, p.peering.id, &p.page);
    for (; query_notification(&q, &row); p.rows++, p.last = row.number)
        telling_notification(&p.t, &p.sides, &row);
    end(&p, out);
}

void api_connections(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct paged p;
    struct connection_row row;
    if (!begin(&p, v, r, out, "connections"))
        return;
    struct query q = pages_connections(v->store, p.peering.id, &p.page);
    for (; query_connection(&q, &row); p.rows++, p.last = row.id)
        telling_connection(&p.t, &p.sides, &row);
    end(&p, out);
}
