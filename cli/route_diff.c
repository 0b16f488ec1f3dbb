/* `routetap routes --between T1 T2` and `--against ADDR`: two tables in; routes that only one of them has, and what the
 * others differ in, out. */
#include "cli/command.h"
#include "cli/route_changes.h"
#include "cli/route_known.h"
#include "cli/route_rows.h"
#include "cli/route_tables.h"
#include "cli/routes.h"

#include "base/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT, RIGHT }; /* before and after; or of --from, and of --against */

enum what { ONLY_LEFT, ONLY_RIGHT, DIFFERS, SAME, WHATS };

struct diff {
    const struct options *options;
    struct route_filter *filter;
    bool in_time;
    struct route_rows rows[2];
    struct route_attrs *attrs[2];
    struct buf line;
    enum bgp_family family;
    const struct bgp_peering *peering; /* in time: whose table it is */
    int side;
    const struct bgp_side *from[2]; /* who announces the routes of each table; NULL: it is empty */
    struct route_known known;
    bool partial;
    uint64_t count[WHATS];
    uint64_t told;
};

/* ---- telling ---- */

static const struct addr *address_of(const struct diff *d, int which)
{
    return which == LEFT ? &d->options->from : &d->options->against;
}

static void tell_head(struct diff *d)
{
    char text[2][ADDR_TEXT], as[ROUTE_AS_TEXT];
    const uint64_t *n = d->count;
    if (d->told)
        putchar('\n');
    if (d->in_time) {
        const struct bgp_side *from = &d->peering->side[d->side], *to = &d->peering->side[!d->side];
        printf("%s (%s) to %s: %s, %" PRIu64 " came, %" PRIu64 " went, %" PRIu64 " changed, %" PRIu64
               " are the same%s\n",
               addr_text(&from->addr, text[0]), route_as_text(from->asn, as), addr_text(&to->addr, text[1]),
               bgp_family_name(d->family), n[ONLY_RIGHT], n[ONLY_LEFT], n[DIFFERS], n[SAME],
               d->partial ? "; partial: not all that was said is in the capture" : "");
        return;
    }
    addr_text(address_of(d, LEFT), text[0]);
    addr_text(address_of(d, RIGHT), text[1]);
    printf("%s against %s: %s, %" PRIu64 " only from %s, %" PRIu64 " only from %s, %" PRIu64
           " differ, %" PRIu64 " are the same%s\n",
           text[0], text[1], bgp_family_name(d->family), n[ONLY_LEFT], text[0], n[ONLY_RIGHT], text[1],
           n[DIFFERS], n[SAME], d->partial ? "; partial: not all that was said is in the capture" : "");
}

static void tell_whose(struct diff *d, struct writer *w)
{
    char text[ADDR_TEXT];
    if (!d->in_time) {
        write_str(w, "from", addr_text(address_of(d, LEFT), text));
        write_str(w, "against", addr_text(address_of(d, RIGHT), text));
    } else {
        const struct bgp_side *from = &d->peering->side[d->side], *to = &d->peering->side[!d->side];
        write_str(w, "peering", d->peering->name);
        write_str(w, "from", addr_text(&from->addr, text));
        route_as_tell(w, from->asn);
        write_str(w, "to", addr_text(&to->addr, text));
    }
    if (d->partial)
        write_bool(w, "partial", true);
}

/* The two versions of a route may have two origins, and be another thing to the RPKI. False: they are not, or nobody asks. */
static bool rpki_differs(struct diff *d, const struct bgp_nlri n[2], const char *is[2])
{
    for (int i = 0; i < 2; i++)
        is[i] = route_known_rpki(&d->known, d->from[i], &n[i], d->attrs[i]);
    return is[LEFT] && is[RIGHT] && strcmp(is[LEFT], is[RIGHT]) != 0;
}

static const struct change_words *words_of(const struct diff *d)
{
    return d->in_time ? &changes_in_time : &changes_of_two;
}

static void tell_rpki(struct diff *d, const struct bgp_nlri n[2], struct writer *w)
{
    const char *is[2];
    if (!rpki_differs(d, n, is))
        return;
    write_object(w, "rpki");
    write_str(w, words_of(d)->before, is[LEFT]);
    write_str(w, words_of(d)->now, is[RIGHT]);
    write_end(w);
}

/* Of the version that stands first in the line. */
static void tell_known(struct diff *d, int which, const struct bgp_nlri n[2], bool both)
{
    const char *is[2];
    if (both && rpki_differs(d, n, is))
        buf_printf(&d->line, "  RPKI %s%s%s", is[which], words_of(d)->between, is[!which]);
    else
        route_known_rpki_text(&d->known, d->from[which], &n[which], d->attrs[which], &d->line);
    route_known_geo_text(&d->known, &n[which], d->attrs[which], &d->line);
}

static void tell_changes(struct diff *d, const struct bgp_nlri n[2], struct writer *w, struct buf *line)
{
    route_changes_tell((struct route_version){ &n[LEFT], d->attrs[LEFT] },
                       (struct route_version){ &n[RIGHT], d->attrs[RIGHT] }, words_of(d), w, line);
}

static void tell_json(struct diff *d, enum what what, const struct bgp_nlri n[2])
{
    static const char *const names[2][WHATS] = { { "only-from", "only-against", "differs", "same" },
                                                 { "went", "came", "changed", "same" } };
    struct writer w = writer_init(&writer_json, &d->line);
    write_object(&w, NULL);
    tell_whose(d, &w);
    write_str(&w, "what", names[d->in_time][what]);
    int which = what == ONLY_LEFT || (what == DIFFERS && !d->in_time) ? LEFT : RIGHT;
    route_known_tell(&d->known, d->from[which], &n[which], d->attrs[which], &w);
    route_tell(&w, &n[which], d->attrs[which]);
    if (what == DIFFERS) {
        write_object(&w, "changes");
        tell_changes(d, n, &w, NULL);
        tell_rpki(d, n, &w);
        write_end(&w);
    }
    write_end(&w);
}

static void tell_text(struct diff *d, enum what what, const struct bgp_nlri n[2])
{
    int which = what == ONLY_LEFT || (what == DIFFERS && !d->in_time) ? LEFT : RIGHT;
    buf_printf(&d->line, "%c ", "-+~"[what]);
    route_row_text(&n[which], &d->line);
    if (what == DIFFERS)
        tell_changes(d, n, NULL, &d->line);
    else
        route_line(&n[which], d->attrs[which], &d->line);
    tell_known(d, which, n, what == DIFFERS);
}

/* NULL: there is none. */
static void tell(struct diff *d, enum what what, const struct route_row_kept *left,
                 const struct route_row_kept *right)
{
    struct bgp_nlri n[2] = { { 0 } };
    if (left)
        n[LEFT] = route_row_nlri(left, d->family);
    if (right)
        n[RIGHT] = route_row_nlri(right, d->family);
    buf_clear(&d->line);
    if (d->options->json)
        tell_json(d, what, n);
    else
        tell_text(d, what, n);
    buf_char(&d->line, '\n');
    d->told++;
    fwrite(buf_text(&d->line), 1, d->line.used, stdout);
}

/* ---- comparing ---- */

static void read_attrs(struct diff *d, int which, const struct route_row_kept *r)
{
    route_attrs_read(d->attrs[which], cur_over(r->attrs, r->attrs_size), r->as4);
}

static bool same_bytes(const struct route_row_kept *a, const struct route_row_kept *b)
{
    return a->as4 == b->as4 && a->attrs_size == b->attrs_size &&
           (!a->attrs_size || !memcmp(a->attrs, b->attrs, a->attrs_size));
}

/* What became of one route; WHATS: it is not asked for. The attributes of those that are there are read then. */
static enum what look(struct diff *d, const struct route_row_kept *a, const struct route_row_kept *b)
{
    bool reads = route_filter_reads(d->filter), asked = !reads;
    bool renewed = a && b && !route_rows_same(a, b), same = a && b && !renewed && same_bytes(a, b);
    if (same && !reads)
        return SAME;
    if (a)
        read_attrs(d, LEFT, a);
    if (b)
        read_attrs(d, RIGHT, b);
    asked = asked || (a && route_filter_attrs(d->filter, d->attrs[LEFT])) ||
            (b && route_filter_attrs(d->filter, d->attrs[RIGHT]));
    if (!asked)
        return WHATS;
    if (!a || !b)
        return a ? ONLY_LEFT : ONLY_RIGHT;
    return same || (!renewed && route_same_attrs(d->attrs[LEFT], d->attrs[RIGHT])) ? SAME : DIFFERS;
}

/* Both tables side by side: counts, or tells. False when nobody reads any more. */
static bool walk(struct diff *d, bool telling)
{
    size_t i = 0, j = 0;
    const struct route_rows *left = &d->rows[LEFT], *right = &d->rows[RIGHT];
    while (i < left->count || j < right->count) {
        const struct route_row_kept *a = i < left->count ? &left->list[i] : NULL;
        const struct route_row_kept *b = j < right->count ? &right->list[j] : NULL;
        int order = !a ? 1 : !b ? -1 : route_rows_compare(a, b, d->in_time);
        a = order <= 0 ? a : NULL;
        b = order >= 0 ? b : NULL;
        i += a != NULL;
        j += b != NULL;
        enum what what = look(d, a, b);
        if (what == WHATS)
            continue;
        if (!telling)
            d->count[what]++;
        else if (what != SAME)
            tell(d, what, a, b);
    }
    return !ferror(stdout);
}

static void compare(struct diff *d)
{
    memset(d->count, 0, sizeof d->count);
    for (int i = 0; i < 2; i++)
        route_rows_sort(&d->rows[i]);
    if (!walk(d, false) || d->count[ONLY_LEFT] + d->count[ONLY_RIGHT] + d->count[DIFFERS] == 0)
        return;
    if (!d->options->json)
        tell_head(d);
    walk(d, true);
}

/* ---- which tables ---- */

static void gather(struct diff *d, int which, const struct tables *from, const struct table_side *s)
{
    struct rib_at at = { 0 };
    struct rib_route r;
    d->partial |= tables_partial(from, s, d->family);
    d->from[which] = &s->peering->side[s->side];
    while (s->rib && rib_next(s->rib, d->family, &at, &r))
        if (route_filter_prefix(d->filter, &r.nlri))
            route_rows_add(&d->rows[which], &r);
}

static bool begin(struct diff *d, enum bgp_family family)
{
    const struct options *o = d->options;
    d->family = family;
    d->partial = false;
    d->rows[LEFT].count = d->rows[RIGHT].count = 0;
    d->from[LEFT] = d->from[RIGHT] = NULL;
    return o->family == FAMILY_NONE || o->family == family;
}

static bool find_same(const struct tables *in, const struct table_side *as, struct table_side *out)
{
    for (uint32_t at = 0; tables_next(in, &at, out);)
        if (out->side == as->side && !strcmp(out->peering->name, as->peering->name))
            return true;
    return false;
}

/* One side's tables; where it was not there yet, or is not there any more, they are empty. */
static void between_of(struct diff *d, const struct tables *before, const struct table_side *then,
                       const struct tables *after, const struct table_side *now)
{
    const struct table_side *known = now ? now : then;
    d->peering = known->peering;
    d->side = known->side;
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++) {
        if (!begin(d, f))
            continue;
        if (then)
            gather(d, LEFT, before, then);
        if (now)
            gather(d, RIGHT, after, now);
        compare(d);
    }
}

static void between(struct diff *d, const struct tables *before, const struct tables *after)
{
    struct table_side now, then;
    for (uint32_t at = 0; tables_next(after, &at, &now);)
        between_of(d, before, find_same(before, &now, &then) ? &then : NULL, after, &now);
    for (uint32_t at = 0; tables_next(before, &at, &then);)
        if (!find_same(after, &then, &now))
            between_of(d, before, &then, after, NULL);
}

static void against(struct diff *d, const struct tables *tables)
{
    struct table_side one;
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++) {
        if (!begin(d, f))
            continue;
        for (uint32_t at = 0; tables_next(tables, &at, &one);) {
            const struct addr *who = &one.peering->side[one.side].addr;
            for (int which = LEFT; which <= RIGHT; which++)
                if (addr_equal(who, address_of(d, which)))
                    gather(d, which, tables, &one);
        }
        compare(d);
    }
}

/* ---- the command ---- */

static int wrong_usage(const struct options *o)
{
    const char *why = NULL;
    if (o->between[0].kind && o->against.size)
        why = "--between and --against are two questions; ask one of them";
    else if (o->between[0].kind && o->at.kind)
        why = "--between has two moments; --at would be a third";
    else if (o->against.size && !o->from.size)
        why = "--against needs --from ADDR, to be held against it";
    else if (o->bgpdump || o->history)
        why = "differences are told as text or with --json, and a --history tells its own";
    if (why)
        log_line(LOG_ERROR, "%s", why);
    return why ? EXIT_USAGE : EXIT_DONE;
}

static int run(struct diff *d)
{
    const struct options *o = d->options;
    struct tables one, other;
    int status = tables_open(&one, o, d->filter, d->in_time ? o->between[0] : o->at);
    if (!status || status == EXIT_DAMAGED) {
        if (!d->in_time)
            against(d, &one);
        else {
            int later = tables_open(&other, o, d->filter, o->between[1]);
            status = status ? status : later;
            between(d, &one, &other);
            tables_close(&other);
        }
    }
    tables_close(&one);
    return status;
}

int routes_diff(const struct options *o, struct route_filter *f)
{
    int status = wrong_usage(o);
    if (status)
        return status;
    struct diff d = { .options = o, .filter = f, .in_time = o->between[0].kind, .line = buf_init(16 << 20) };
    for (int i = 0; i < 2; i++)
        d.attrs[i] = malloc(sizeof *d.attrs[i]);
    bool known = route_known_open(&d.known, o);
    status = known && d.attrs[LEFT] && d.attrs[RIGHT] ? run(&d) : EXIT_DAMAGED;
    status = route_known_close(&d.known, status);
    if (!d.told && !status)
        log_line(LOG_NOTE, "there is no difference");
    if (d.rows[LEFT].short_of_memory || d.rows[RIGHT].short_of_memory)
        log_line(LOG_ERROR, "there is not enough memory for all routes");
    for (int i = 0; i < 2; i++) {
        free(d.attrs[i]);
        free(d.rows[i].list);
    }
    buf_free(&d.line);
    return status;
}
