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

/* Where the next page begins: behind a full one there may be another. */
static void tell_next(struct telling *t, uint32_t rows, uint32_t limit, int64_t last)
{
    telling_or_null(t, "next", rows && rows == limit ? last : -1);
}

void api_transitions(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct peering_row p;
    struct transition_row row;
    if (!find(v, r, &p, out))
        return;
    struct page page = page_of(r);
    struct telling_sides sides = sides_of(v, p.id);
    struct telling t = answer_begin(v, out);
    struct query q = pages_transitions(v->store, p.id, &page);
    uint32_t rows = 0;
    int64_t last = -1;
    write_array(&t.w, "transitions");
    for (; query_transition(&q, &row); rows++, last = row.number)
        telling_transition(&t, &sides, &row);
    write_end(&t.w);
    tell_next(&t, rows, page.limit, last);
    answer_end(&t, out);
}

void api_notifications(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct peering_row p;
    struct notification_row row;
    if (!find(v, r, &p, out))
        return;
    struct page page = page_of(r);
    struct telling_sides sides = sides_of(v, p.id);
    struct telling t = answer_begin(v, out);
    struct query q = pages_notifications(v->store, p.id, &page);
    uint32_t rows = 0;
    int64_t last = -1;
    write_array(&t.w, "notifications");
    for (; query_notification(&q, &row); rows++, last = row.number)
        telling_notification(&t, &sides, &row);
    write_end(&t.w);
    tell_next(&t, rows, page.limit, last);
    answer_end(&t, out);
}

void api_connections(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct peering_row p;
    struct connection_row row;
    if (!find(v, r, &p, out))
        return;
    struct page page = page_of(r);
    struct telling_sides sides = sides_of(v, p.id);
    struct telling t = answer_begin(v, out);
    struct query q = pages_connections(v->store, p.id, &page);
    uint32_t rows = 0;
    int64_t last = -1;
    write_array(&t.w, "connections");
    for (; query_connection(&q, &row); rows++, last = row.id)
        telling_connection(&t, &sides, &row);
    write_end(&t.w);
    tell_next(&t, rows, page.limit, last);
    answer_end(&t, out);
}
