/* `routetap routes`: what each side of a peering had from the other at a moment, route by route. */
#include "cli/command.h"
#include "cli/route_known.h"
#include "cli/route_rows.h"
#include "cli/route_tables.h"
#include "cli/routes.h"

#include "base/log.h"
#include "store/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

command_fn cmd_routes;

struct table_asked {
    const struct bgp_peering *peering;
    int side; /* who announced */
    enum bgp_family family;
    bool partial;
};

struct routes {
    const struct options *options;
    struct route_filter *filter;
    struct route_rows rows; /* of one table */
    struct route_attrs *attrs;
    struct buf line;
    struct stamp when;
    uint64_t told;
    struct route_known known;
};

static bool asked(struct routes *t, const struct rib_route *r)
{
    if (!route_filter_prefix(t->filter, &r->nlri))
        return false;
    if (!route_filter_reads(t->filter))
        return true;
    if (t->options->by_origin && r->origin_as != t->options->origin)
        return false;
    return route_attrs_read(t->attrs, r->attrs, r->as4) && route_filter_attrs(t->filter, t->attrs);
}

/* Of the prefixes that an address lies in, the longest. RFC 4271 9.1.4 */
static void keep_longest(struct routes *t)
{
    unsigned most = 0;
    size_t kept = 0;
    for (size_t i = 0; i < t->rows.count; i++)
        most = t->rows.list[i].bits > most ? t->rows.list[i].bits : most;
    for (size_t i = 0; i < t->rows.count; i++)
        if (t->rows.list[i].bits == most)
            t->rows.list[kept++] = t->rows.list[i];
    t->rows.count = kept;
}

static void tell_json(struct routes *t, const struct table_asked *a, const struct bgp_nlri *n, bool stale)
{
    const struct bgp_side *from = &a->peering->side[a->side], *to = &a->peering->side[!a->side];
    char text[ADDR_TEXT];
    struct writer w = writer_init(&writer_json, &t->line);
    write_object(&w, NULL);
    write_str(&w, "peering", a->peering->name);
    write_str(&w, "from", addr_text(&from->addr, text));
    route_as_tell(&w, from->asn);
    write_str(&w, "to", addr_text(&to->addr, text));
    if (a->partial)
        write_bool(&w, "partial", true);
    if (stale)
        write_bool(&w, "stale", true);
    route_known_tell(&t->known, from, n, t->attrs, &w);
    route_tell(&w, n, t->attrs);
    write_end(&w);
    buf_char(&t->line, '\n');
}

static void tell_text(struct routes *t, const struct table_asked *a, const struct bgp_nlri *n, bool stale)
{
    buf_str(&t->line, "  ");
    route_row_text(n, &t->line);
    route_line(n, t->attrs, &t->line);
    if (stale)
        buf_str(&t->line, "  stale");
    route_known_text(&t->known, &a->peering->side[a->side], n, t->attrs, &t->line);
    buf_char(&t->line, '\n');
}

static void tell_table(const struct routes *t, const struct table_asked *a)
{
    const struct bgp_side *from = &a->peering->side[a->side], *to = &a->peering->side[!a->side];
    char text[2][ADDR_TEXT], as[ROUTE_AS_TEXT];
    printf("%s%s (%s) to %s: %s, %zu route%s%s\n", t->told ? "\n" : "", addr_text(&from->addr, text[0]),
           route_as_text(from->asn, as), addr_text(&to->addr, text[1]), bgp_family_name(a->family),
           t->rows.count, t->rows.count == 1 ? "" : "s",
           a->partial ? "; partial: not all that was said is in the capture" : "");
}

static bool tell_rows(struct routes *t, const struct table_asked *a)
{
    const struct route_from from = { t->when, a->peering->side[a->side].addr, a->peering->side[a->side].asn };
    for (size_t i = 0; i < t->rows.count; i++) {
        const struct route_row_kept *r = &t->rows.list[i];
        struct bgp_nlri n = route_row_nlri(r, a->family);
        route_attrs_read(t->attrs, cur_over(r->attrs, r->attrs_size), r->as4);
        buf_clear(&t->line);
        if (t->options->json)
            tell_json(t, a, &n, r->stale);
        else if (t->options->bgpdump)
            route_bgpdump(&from, &n, t->attrs, &t->line);
        else
            tell_text(t, a, &n, r->stale);
        if (fwrite(buf_text(&t->line), 1, t->line.used, stdout) != t->line.used)
            return false;
    }
    t->told += t->rows.count;
    return true;
}

static bool tell(struct routes *t, const struct rib_side *rib, const struct table_asked *a)
{
    struct rib_at at = { 0 };
    struct rib_route r;
    t->rows.count = 0;
    while (rib_next(rib, a->family, &at, &r))
        if (asked(t, &r))
            route_rows_add(&t->rows, &r);
    if (t->filter->how == AT_LONGEST)
        keep_longest(t);
    if (!t->rows.count)
        return true;
    route_rows_sort(&t->rows);
    if (!t->options->json && !t->options->bgpdump)
        tell_table(t, a);
    return tell_rows(t, a);
}

static void tell_all(struct routes *t, const struct tables *from)
{
    struct table_side one;
    bool partial = false;
    for (uint32_t at = 0; tables_next(from, &at, &one);)
        for (enum bgp_family f = 0; f < FAMILY_COUNT; f++) {
            if (t->options->family != FAMILY_NONE && t->options->family != f)
                continue;
            struct table_asked a = { one.peering, one.side, f, tables_partial(from, &one, f) };
            partial |= a.partial;
            if (one.rib && !tell(t, one.rib, &a))
                return;
        }
    if (!t->told)
        log_line(LOG_NOTE, "there is no such route%s",
                 partial ? "; but not all that was said is in the capture" : "");
    if (t->rows.short_of_memory)
        log_line(LOG_ERROR, "there is not enough memory for all routes");
}

/* The tables, with all that came up to the moment, and with it. */
static int run_tables(const struct options *o, struct route_filter *f)
{
    struct tables tables;
    struct routes t = {
        .options = o, .filter = f, .line = buf_init(16 << 20), .attrs = malloc(sizeof *t.attrs)
    };
    if (!route_known_open(&t.known, o)) {
        free(t.attrs);
        return route_known_close(&t.known, EXIT_DAMAGED);
    }
    int status = tables_open(&tables, o, f, o->at);
    t.when = tables.when;
    if (t.attrs && (tables.db || tables.loop.engine))
        tell_all(&t, &tables);
    free(t.attrs);
    free(t.rows.list);
    status = route_known_close(&t.known, status);
    buf_free(&t.line);
    tables_close(&tables);
    return status;
}

/* "192.0.2.0/33": neither that nor a file. Said, if so. */
static bool is_no_prefix(const char *word)
{
    char head[ADDR_TEXT];
    size_t n = strcspn(word, "/");
    if (n >= sizeof head || !access(word, F_OK))
        return false;
    memcpy(head, word, n);
    head[n] = '\0';
    if (!addr_parse(head).size)
        return false;
    log_line(LOG_ERROR, "%s is neither a prefix nor an address", word);
    return true;
}

/* The last word may say which routes, and all before it are files. */
int cmd_routes(const struct options *given)
{
    struct options o = *given;
    const char *where = NULL;
    struct prefix unused;
    bool address;
    if (o.file_count > 1 && prefix_parse(o.files[o.file_count - 1], &unused, &address))
        where = o.files[--o.file_count];
    else if (o.file_count > 1 && is_no_prefix(o.files[o.file_count - 1]))
        return EXIT_USAGE;
    struct route_filter f;
    int status = route_filter_init(&f, &o, o.history ? o.history : where);
    if (!status)
        status = o.between[0].kind || o.against.size ? routes_diff(&o, &f)
                 : o.history                         ? routes_history(&o, &f)
                                                     : run_tables(&o, &f);
    route_filter_free(&f);
    return status;
}
