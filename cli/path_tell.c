/* A way through the areas in; what `path` says of it, to people and to programs, out. */
#include "cli/path_tell.h"

#include "cli/ospf_tell.h"
#include "cli/report_out.h"
#include "store/render.h"

enum {
    BUF_MOST = 1 << 28,
    ROUTER_AT = 2,
    AREA_AT = 19,
    COST_AT = 36,
    BY_AT = 44,
    NEXT_AT = 74,
    TABLE_TYPE_AT = 28,
    TABLE_COST_AT = 35,
    TABLE_AREA_AT = 48,
    TABLE_NEXT_AT = 64
};

void path_begin(struct path_told *p, const struct options *o, struct stamp at, bool ways)
{
    struct look look = look_find(o);
    char text[40];
    *p = (struct path_told){ .options = o, .buf = buf_init(BUF_MOST) };
    p->out = layout_init(stdout, look.width, look.colour, look.utf8);
    p->w = writer_init(&writer_json, &p->buf);
    if (o->json) {
        write_object(&p->w, NULL);
        write_str(&p->w, "at", stamp_known(at) ? render_rfc3339(at, 6, text) : NULL);
        write_array(&p->w, ways ? "ways" : "tables");
    } else
        tell_moment(&p->out, at);
}

bool path_end(struct path_told *p)
{
    if (p->options->json) {
        write_end(&p->w);
        write_end(&p->w);
        buf_char(&p->buf, '\n');
        p->lost |= p->buf.lost || fwrite(buf_text(&p->buf), 1, p->buf.used, stdout) != p->buf.used;
    }
    p->lost |= layout_finish(&p->out) != ERR_NONE;
    buf_free(&p->buf);
    return !p->lost;
}

static void tell_domain_json(struct path_told *p)
{
    write_u64(&p->w, "version", ospf_lsdb_version(p->db));
    if (ospf_lsdb_instance(p->db))
        write_u64(&p->w, "instance", ospf_lsdb_instance(p->db));
}

/* ---- a way ---- */

static const char *end_word(enum ospf_trace_end end)
{
    static const char *const words[] = { NULL, "here", "leaves-ospf", "area-not-seen", "no-route" };
    return words[end];
}

static void step_json(struct path_told *p, const struct ospf_trace_step *s)
{
    char text[ADDR_TEXT];
    write_object(&p->w, NULL);
    write_str(&p->w, "router_id", ospf_id_text(s->router, text));
    write_str(&p->w, "end", end_word(s->end));
    if (s->end != OSPF_TRACE_LOST && s->route.router) {
        if (s->route.prefix.size)
            write_str(&p->w, "prefix", ospf_route_prefix(&s->route, text));
        ospf_route_json(&p->w, &s->route);
    }
    ospf_hops_json(&p->w, p->graph, s->next, s->next_count);
    write_end(&p->w);
}

static bool arrives(const struct ospf_trace *t)
{
    enum ospf_trace_end end = t->steps[t->way - 1].end;
    return !t->loop && !t->cut && end != OSPF_TRACE_LOST;
}

void path_way_json(struct path_told *p, uint32_t from, const char *to, const struct ospf_trace *t,
                   const struct ospf_doubts *doubts)
{
    char text[ADDR_TEXT];
    struct writer *w = &p->w;
    write_object(w, NULL);
    tell_domain_json(p);
    write_str(w, "from", ospf_id_text(from, text));
    write_str(w, "to", to);
    write_bool(w, "reached", arrives(t));
    if (t->loop)
        write_bool(w, "loop", true);
    write_array(w, "hops");
    for (uint32_t i = 0; i < t->way; i++)
        step_json(p, &t->steps[i]);
    write_end(w);
    write_array(w, "other_ways");
    for (uint32_t i = t->way; i < t->count; i++)
        step_json(p, &t->steps[i]);
    write_end(w);
    if (t->more)
        write_bool(w, "more_ways", true);
    write_array(w, "believed");
    for (uint32_t i = 0; i < doubts->count; i++) {
        write_object(w, NULL);
        write_str(w, "code", doubts->list[i].code);
        write_str(w, "text", doubts->list[i].text);
        write_end(w);
    }
    write_end(w);
    write_end(w);
}

static void lay_cost(struct layout *out, unsigned at, const struct ospf_path_route *r)
{
    char text[40];
    if (r->type == OSPF_EXTERNAL2)
        snprintf(text, sizeof text, "%u+%u", (unsigned)r->external, (unsigned)r->cost);
    else
        snprintf(text, sizeof text, "%u", (unsigned)r->cost);
    lay_to(out, at);
    lay(out, PLAIN, text);
}

static void lay_hops(struct layout *out, unsigned at, const struct ospf_hop *hops, uint32_t count)
{
    char text[ADDR_TEXT];
    for (uint32_t i = 0; i < count; i++) {
        lay_to(out, at);
        lay(out, i ? CYAN : PLAIN, ospf_id_text(hops[i].router, text));
        if (hops[i].addr.size) {
            lay(out, DIM, " at ");
            lay(out, DIM, addr_text(&hops[i].addr, text));
        }
        if (i + 1 < count)
            lay_end(out);
    }
}

static void lay_end_words(struct layout *out, const struct ospf_trace_step *s)
{
    lay_to(out, NEXT_AT);
    switch (s->end) {
    case OSPF_TRACE_HERE: lay(out, GREEN, s->route.router ? "on a link of its own" : "here"); break;
    case OSPF_TRACE_OUT: lay(out, GREEN, "leaves OSPF here"); break;
    case OSPF_TRACE_UNSEEN: lay(out, YELLOW, "on in an area not seen"); break;
    default: lay(out, RED, "no route"); break;
    }
}

static void step_text(struct path_told *p, const struct ospf_trace_step *s)
{
    char text[ADDR_TEXT];
    struct layout *out = &p->out;
    bool has_route = s->end != OSPF_TRACE_LOST && (s->end != OSPF_TRACE_HERE || s->route.router);
    lay_to(out, ROUTER_AT);
    lay(out, BOLD, ospf_id_text(s->router, text));
    if (has_route) {
        lay_to(out, AREA_AT);
        lay(out, PLAIN, ospf_id_text(s->route.area, text));
        lay_cost(out, COST_AT, &s->route);
        lay_to(out, BY_AT);
        lay(out, PLAIN, ospf_route_word(&s->route));
        lay(out, PLAIN, " ");
        lay(out, PLAIN,
            s->route.prefix.size ? ospf_route_prefix(&s->route, text) : ospf_id_text(s->route.router, text));
    }
    if (s->end == OSPF_TRACE_ON)
        lay_hops(out, NEXT_AT, s->next, s->next_count);
    else
        lay_end_words(out, s);
    lay_end(out);
}

static void heads(struct layout *out)
{
    static const struct {
        unsigned at;
        const char *word;
    } words[] = { { ROUTER_AT, "router" },
                  { AREA_AT, "by area" },
                  { COST_AT, "cost" },
                  { BY_AT, "by its route" },
                  { NEXT_AT, "next" } };
    for (size_t i = 0; i < COUNT(words); i++) {
        lay_to(out, words[i].at);
        lay(out, DIM, words[i].word);
    }
    lay_end(out);
}

static void verdict(struct path_told *p, uint32_t from, const char *to, const struct ospf_trace *t)
{
    char text[ADDR_TEXT];
    struct buf words = buf_init(400);
    const struct ospf_trace_step *first = &t->steps[0];
    tell_domain_text(&words, p->db);
    buf_printf(&words, ": from %s to %s", ospf_id_text(from, text), to);
    lay_gap(&p->out);
    lay(&p->out, BOLD, buf_text(&words));
    buf_clear(&words);
    if (t->loop)
        buf_str(&words, "a loop: routers send it back to where it was");
    else if (!arrives(t))
        buf_str(&words, "no way");
    else if (first->route.type == OSPF_EXTERNAL2 && first->route.router)
        buf_printf(&words, "metric %u outside, cost %u to get there", (unsigned)first->route.external,
                   (unsigned)first->route.cost);
    else
        buf_printf(&words, "cost %u", (unsigned)first->route.cost);
    lay_part(&p->out, 2, arrives(t) ? GREEN : RED, buf_text(&words));
    lay_end(&p->out);
    buf_free(&words);
}

void path_way_text(struct path_told *p, uint32_t from, const char *to, const struct ospf_trace *t,
                   const struct ospf_doubts *doubts)
{
    struct layout *out = &p->out;
    verdict(p, from, to, t);
    heads(out);
    for (uint32_t i = 0; i < t->count; i++) {
        if (i == t->way) {
            lay_to(out, ROUTER_AT);
            lay(out, DIM, "on other ways that are as good:");
            lay_end(out);
        }
        step_text(p, &t->steps[i]);
    }
    if (t->more) {
        lay_to(out, ROUTER_AT);
        lay(out, DIM, "and on more of them");
        lay_end(out);
    }
    if (doubts->count) {
        lay_gap(out);
        lay_to(out, ROUTER_AT);
        lay(out, DIM, "To be believed:");
        lay_end(out);
    }
    for (uint32_t i = 0; i < doubts->count; i++) {
        lay_to(out, ROUTER_AT);
        lay(out, DIM, "– ");
        lay_wrap(out, ROUTER_AT + 2, PLAIN, doubts->list[i].text);
        lay_close(out);
    }
}

/* ---- a table ---- */

bool path_table_json(struct path_told *p, uint32_t router)
{
    write_object(&p->w, NULL);
    tell_domain_json(p);
    bool good = ospf_table_json(&p->w, p->graph, router);
    write_end(&p->w);
    return good;
}

bool path_table_text(struct path_told *p, uint32_t router)
{
    char text[ADDR_TEXT];
    struct ospf_hop hops[OSPF_HOPS_MOST];
    struct layout *out = &p->out;
    struct buf words = buf_init(200);
    struct ospf_paths *paths = ospf_paths_new(p->graph, router);
    if (!paths)
        return false;
    tell_domain_text(&words, p->db);
    buf_printf(&words, ": routes of %s", ospf_id_text(router, text));
    lay_gap(out);
    lay(out, BOLD, buf_text(&words));
    buf_clear(&words);
    render_counted(&words, ospf_paths_count(paths), "prefix", "prefixes");
    lay_part(out, 2, DIM, buf_text(&words));
    lay_end(out);
    buf_free(&words);
    for (uint32_t i = 0; i < ospf_paths_count(paths); i++) {
        const struct ospf_path_route *r = ospf_paths_route(paths, i);
        uint32_t count = ospf_paths_hops(paths, r, hops, COUNT(hops));
        lay_to(out, ROUTER_AT);
        lay(out, PLAIN, ospf_route_prefix(r, text));
        lay_to(out, TABLE_TYPE_AT);
        lay(out, PLAIN, ospf_route_word(r));
        lay_cost(out, TABLE_COST_AT, r);
        lay_to(out, TABLE_AREA_AT);
        lay(out, PLAIN, ospf_id_text(r->area, text));
        lay_hops(out, TABLE_NEXT_AT, hops, count);
        if (!count) {
            lay_to(out, TABLE_NEXT_AT);
            lay(out, DIM, "its own");
        }
        lay_end(out);
    }
    ospf_paths_free(paths);
    return true;
}
