/* Requests about one peering in: its facts, both OPENs, what happened to it; JSON out. */
#include "web/api_internal.h"

#include "store/offers.h"
#include "store/pages_tap.h"
#include <stdio.h>

enum { ROWS_USUAL = 200, ROWS_MOST = 5000, TRANSFERS_USUAL = 20 };

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

/* ---- tables on their way ---- */

static void tell_point(struct telling *t, const char *key, struct stamp when, int64_t file, uint64_t frame)
{
    write_object(&t->w, key);
    telling_time(t, "time", when);
    telling_frame(t, file, frame);
    write_end(&t->w);
}

static void tell_transfer(struct telling *t, const struct telling_sides *sides, const struct transfer_row *x)
{
    struct writer *w = &t->w;
    int64_t took = stamp_since(x->last, x->first).ns, held = x->sender_ns + x->window_ns + x->loss_ns;
    write_object(w, NULL);
    telling_address(t, "from", sides, x->side);
    write_u64(w, "connection", x->connection);
    tell_point(t, "first", x->first, x->first_file, x->first_frame);
    tell_point(t, "last", x->last, x->last_file, x->last_frame);
    write_u64(w, "routes", x->routes);
    write_bool(w, "end_of_rib", x->end_of_rib);
    telling_seconds(t, "took_s", took);
    telling_seconds(t, "sender_s", x->sender_ns);
    telling_seconds(t, "window_s", x->window_ns);
    telling_seconds(t, "loss_s", x->loss_ns);
    telling_seconds(t, "path_s", took > held ? took - held : 0);
    if (*x->line) {
        write_str(w, "line", x->line);
        telling_seconds(t, "part_s", x->part_ns);
    }
    if (x->pauses) {
        write_u64(w, "timer_pauses", x->pauses);
        telling_seconds(t, "timer_s", x->pause_ns);
    }
    write_end(w);
}

void api_transfers(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct peering_row p;
    struct transfer_row row;
    if (!find(v, r, &p, out))
        return;
    struct telling_sides sides = sides_of(v, p.id);
    struct telling t = answer_begin(v, out);
    struct query q =
        pages_transfers(v->store, p.id, answer_number(r, PARAM_LIMIT, TRANSFERS_USUAL, ROWS_MOST));
    write_array(&t.w, "transfers");
    while (pages_transfer(&q, &row))
        tell_transfer(&t, &sides, &row);
    write_end(&t.w);
    answer_end(&t, out);
}
