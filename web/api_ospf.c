/* Requests about OSPF, and about routes, in; JSON out, or what is to be looked up by whoever has the time. */
#include "web/api_internal.h"

#include "store/pages_ospf.h"
#include "store/telling_ospf.h"
#include <string.h>

enum { ROWS_MOST = 4000, CHANGES_MOST = 5000, LATEST = 1000, BUSIEST = 20, BARS = 240, MINUTE_S = 60 };

/* As the report tells them; and, in the same order, how each stands. */
static void tell_adjacencies(struct telling *t)
{
    struct query q = query_adjacencies(t->store, ADJACENCIES_WORST_FIRST, NULL);
    struct adjacency_row a;
    struct writer *w = &t->w;
    write_array(w, "adjacencies");
    for (uint32_t i = 0; i < ROWS_MOST && query_adjacency(&q, &a); i++)
        telling_adjacency(t, &a, false);
    write_end(w);
    q = query_adjacencies(t->store, ADJACENCIES_WORST_FIRST, NULL);
    write_array(w, "standing");
    for (uint32_t i = 0; i < ROWS_MOST && query_adjacency(&q, &a); i++) {
        write_object(w, NULL);
        write_u64(w, "number", a.id);
        write_bool(w, "up", a.up);
        write_u64(w, "findings", a.findings);
        write_str(w, "worst", a.worst < 0 ? NULL : severity_name((enum severity)a.worst));
        write_str(w, "dr", a.dr);
        write_str(w, "bdr", a.bdr);
        write_end(w);
    }
    write_end(w);
}

static void tell_changes(struct telling *t)
{
    struct query q = pages_adjacency_changes(t->store, CHANGES_MOST);
    struct adjacency_change_row c;
    struct writer *w = &t->w;
    write_array(w, "transitions");
    while (pages_adjacency_change(&q, &c)) {
        write_object(w, NULL);
        write_u64(w, "adjacency", c.adjacency);
        write_i64(w, "side", c.t.side);
        telling_time(t, "time", c.t.when);
        write_str(w, "from", c.t.from);
        write_str(w, "to", c.t.to);
        telling_frame(t, c.t.file, c.t.frame);
        write_str(w, "cause", c.t.cause);
        write_end(w);
    }
    write_end(w);
}

void api_ospf(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    (void)r;
    struct telling t = answer_begin(v, out);
    struct writer *w = &t.w;
    struct ospf_totals_row totals;
    struct ospf_router_row router;
    struct ospf_link_row link;
    query_ospf_totals(v->store, NULL, &totals);
    write_u64(w, "total", totals.adjacencies);
    write_u64(w, "settled", totals.settled);
    struct query q = query_ospf_routers(v->store);
    write_array(w, "routers");
    for (uint32_t i = 0; i < ROWS_MOST && query_ospf_router(&q, &router); i++)
        telling_ospf_router(&t, &router);
    write_end(w);
    q = query_ospf_links(v->store);
    write_array(w, "links");
    for (uint32_t i = 0; i < ROWS_MOST && query_ospf_link(&q, &link); i++)
        telling_ospf_link(&t, &link);
    write_end(w);
    tell_adjacencies(&t);
    tell_changes(&t);
    answer_end(&t, out);
}

/* ---- LSAs over time ---- */

static void tell_key(struct writer *w, const struct lsa_told_row *l)
{
    char text[16];
    write_u64(w, "version", l->version);
    if (l->instance)
        write_u64(w, "instance", l->instance);
    write_str(w, "area", l->of_as ? NULL : addr_id_text(l->area, text));
    write_u64(w, "type", l->type);
    write_str(w, "link_state_id", addr_id_text(l->id, text));
    write_str(w, "advertising_router", addr_id_text(l->router, text));
}

static void tell_busiest(struct telling *t)
{
    struct query q = pages_lsa_busiest(t->store, BUSIEST);
    struct lsa_told_row l;
    write_array(&t->w, "busiest");
    while (pages_lsa_busy(&q, &l)) {
        write_object(&t->w, NULL);
        tell_key(&t->w, &l);
        write_u64(&t->w, "changes", l.changes);
        write_u64(&t->w, "changed", l.changed);
        telling_time(t, "last", l.when);
        write_end(&t->w);
    }
    write_end(&t->w);
}

static void tell_latest(struct telling *t)
{
    struct query q = pages_lsa_latest(t->store, LATEST);
    struct lsa_told_row l;
    write_array(&t->w, "latest");
    while (pages_lsa_late(&q, &l)) {
        write_object(&t->w, NULL);
        telling_time(t, "time", l.when);
        write_str(&t->w, "change", l.change);
        tell_key(&t->w, &l);
        write_str(&t->w, "words", l.words);
        write_end(&t->w);
    }
    write_end(&t->w);
}

void api_ospf_activity(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    (void)r;
    struct capture_row c;
    struct lsa_activity_row a;
    struct telling t = answer_begin(v, out);
    query_capture(v->store, &c);
    int64_t lasted = stamp_known(c.first) ? stamp_since(c.last, c.first).ns / NS_PER_S : 0;
    int64_t step = lasted / BARS < 1          ? 1
                   : lasted / BARS < MINUTE_S ? lasted / BARS + 1
                                              : lasted / BARS / MINUTE_S * MINUTE_S;
    telling_time(&t, "first", c.first);
    write_i64(&t.w, "step", step);
    struct query q = pages_lsa_activity(v->store, step);
    write_array(&t.w, "intervals");
    for (uint32_t i = 0; i < 4 * BARS && pages_lsa_activity_row(&q, &a); i++) {
        write_object(&t.w, NULL);
        write_i64(&t.w, "start", a.start_s);
        write_u64(&t.w, "new", a.fresh);
        write_u64(&t.w, "refreshed", a.refreshed);
        write_u64(&t.w, "changed", a.changed);
        write_u64(&t.w, "flushed", a.flushed);
        write_end(&t.w);
    }
    write_end(&t.w);
    tell_busiest(&t);
    tell_latest(&t);
    answer_end(&t, out);
}

/* ---- for whoever has the time ---- */

static void ask(const struct web_view *v, const struct http_request *r, struct http_response *out,
                enum errand_what what)
{
    enum { MOST = 32 << 20, USUAL = 100, ROWS = 1000 };
    if (!v->errands) {
        answer_error(out, 404, "this server has nobody to look it up");
        return;
    }
    const char *text = answer_text(r, PARAM_Q);
    out->asked = (struct errand){ .what = what,
                                  .at = answer_time(r, PARAM_AT),
                                  .since = STAMP_NEVER,
                                  .until = STAMP_NEVER,
                                  .whole = r->param[PARAM_WHOLE].number != 0,
                                  .limit = answer_number(r, PARAM_LIMIT, USUAL, ROWS),
                                  .offset = answer_number(r, PARAM_OFFSET, 0, 1 << 30) };
    for (size_t i = 0; text && text[i] && i + 1 < sizeof out->asked.text; i++)
        out->asked.text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 32) : text[i];
    out->status = 200;
    out->type = type_json;
    out->deferred = !r->head;
    out->body = buf_init(MOST);
}

void api_topology(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    ask(v, r, out, ERRAND_TOPOLOGY);
}

void api_lsdb(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    ask(v, r, out, ERRAND_LSDB);
}

void api_routes(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    if (answer_text(r, PARAM_Q))
        ask(v, r, out, ERRAND_ROUTES);
    else
        answer_error(out, 400, "q: a prefix or an address");
}
