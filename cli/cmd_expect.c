/* `routetap expect`: rules and captures in; for each rule whether it holds, in TAP (testanything.org), out. */
#include "cli/command.h"
#include "cli/expect.h"
#include "cli/loop.h"
#include "cli/peerings.h"

#include "base/log.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

command_fn cmd_expect;

struct judge {
    struct expects rules;
    struct peerings peerings;
    const struct engine *engine;
    struct buf why;
    FILE *junit; /* NULL: nobody asked for it */
};

static bool is_of(const struct expect *e, const struct bgp_peering *p)
{
    const struct addr *one = &p->side[0].addr, *other = &p->side[1].addr;
    return (addr_equal(&e->a, one) && addr_equal(&e->b, other)) ||
           (addr_equal(&e->b, one) && addr_equal(&e->a, other));
}

static bool take(void *taker, const struct outbox *out)
{
    struct judge *j = taker;
    for (uint32_t i = 0; i < out->count; i++) {
        peerings_learn(&j->peerings, &out->list[i]);
        if (out->list[i].kind == EVENT_OSPF_TRANSITION)
            expect_ospf_take(&j->rules, &out->list[i].as.ospf_transition, j->engine);
        const struct bgp_transition *t = &out->list[i].as.transition;
        if (out->list[i].kind != EVENT_TRANSITION || t->to != STATE_ESTABLISHED)
            continue;
        const struct bgp_peering *p = peerings_at(&j->peerings, t->peering);
        for (unsigned r = 0; p && r < j->rules.count; r++) {
            struct expect *e = &j->rules.list[r];
            if (e->kind == EXPECT_ESTABLISHED && is_of(e, p) && !stamp_known(e->up[t->side]))
                e->up[t->side] = t->ref.when;
        }
    }
    return true;
}

/* ---- is it so? each says in `why` what there is ---- */

static const struct bgp_peering *find_peering(const struct expect *e, const struct engine *engine)
{
    const struct bgp_peering *p;
    for (uint32_t at = 0; (p = engine_next_peering(engine, &at));)
        if (is_of(e, p))
            return p;
    return NULL;
}

static bool is_established(const struct expect *e, const struct bgp_peering *p, struct buf *why)
{
    char addr[2][ADDR_TEXT];
    for (int i = 0; i < 2; i++)
        buf_printf(why, "%s%s is %s", i ? ", " : "", addr_text(&p->side[i].addr, addr[i]),
                   bgp_state_name(p->side[i].state));
    if (!e->within.ns)
        return p->side[0].state == STATE_ESTABLISHED && p->side[1].state == STATE_ESTABLISHED;
    if (!stamp_known(e->up[0]) || !stamp_known(e->up[1])) {
        buf_str(why, "; it never was up on both sides");
        return false;
    }
    struct span took = stamp_since(stamp_later(e->up[0], e->up[1]), p->first);
    buf_printf(why, "; up after %.3f s", span_seconds(took));
    return took.ns <= e->within.ns;
}

static bool is_peering(const struct expect *e, const struct engine *engine, struct buf *why)
{
    const struct bgp_peering *p = find_peering(e, engine);
    if (!p)
        buf_str(why, "there is no such peering");
    else if (e->kind == EXPECT_PEERING)
        buf_str(why, "there is such a peering");
    return p && (e->kind == EXPECT_PEERING || is_established(e, p, why));
}

static bool is_finding(const struct expect *e, const struct engine *engine, struct buf *why)
{
    const struct finding *f;
    unsigned found = 0;
    for (uint32_t at = 0; (f = engine_next_finding(engine, &at));) {
        if ((e->code != CODE_COUNT && f->code != e->code) || (int)f->severity < e->severity ||
            (e->a.size && !addr_equal(&e->a, &f->at)))
            continue;
        if (found++ < 5)
            buf_printf(why, "%s%s %s: %s", found > 1 ? "\n" : "", severity_name(f->severity),
                       code_name(f->code), f->title);
    }
    if (found > 5)
        buf_printf(why, "\nand %u more", found - 5);
    if (!found)
        buf_str(why, "there is no such finding");
    return found;
}

/* Routes from one side that are to the rule's prefix, or all of them. */
static uint64_t count_routes(const struct expect *e, const struct rib_side *rib)
{
    uint64_t count = 0;
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++) {
        struct rib_at at = { 0 };
        struct rib_route r;
        if (e->kind == EXPECT_ROUTES) {
            count += rib_side_count(rib, f);
            continue;
        }
        while (rib_next(rib, f, &at, &r)) {
            struct prefix p = prefix_of(&r.nlri);
            count += p.bits == e->prefix.bits && addr_equal(&p.addr, &e->prefix.addr);
        }
    }
    return count;
}

static bool is_route(const struct expect *e, const struct engine *engine, struct buf *why)
{
    const struct bgp_peering *p;
    uint64_t count = 0;
    bool partial = false;
    for (uint32_t at = 0; (p = engine_next_peering(engine, &at));)
        for (int side = 0; side < 2; side++) {
            if (e->a.size && !addr_equal(&e->a, &p->side[side].addr))
                continue;
            const struct rib_side *rib = engine_routes(engine, p, side);
            count += rib ? count_routes(e, rib) : 0;
            for (enum bgp_family f = 0; f < FAMILY_COUNT; f++)
                partial |= engine_routes_partial(engine, p, side, f);
        }
    buf_printf(why, "there are %" PRIu64 " of them%s", count,
               partial ? "; but not all that was said is in the capture" : "");
    return e->kind == EXPECT_ROUTE ? count > 0 : count >= e->least && count <= e->most;
}

static bool holds(const struct expect *e, const struct engine *engine, struct buf *why)
{
    bool is = false;
    switch (e->kind) {
    case EXPECT_PEERING:
    case EXPECT_ESTABLISHED: is = is_peering(e, engine, why); break;
    case EXPECT_FINDING: is = is_finding(e, engine, why); break;
    case EXPECT_ROUTE:
    case EXPECT_ROUTES: is = is_route(e, engine, why); break;
    case EXPECT_ADJACENCY:
    case EXPECT_STATE:
    case EXPECT_REACHABLE: is = expect_ospf_is(e, engine, why); break;
    }
    return is != e->negated;
}

/* ---- telling ---- */

/* What XML has no room for becomes a question mark. */
static void put_xml(FILE *to, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '&': fputs("&amp;", to); break;
        case '"': fputs("&quot;", to); break;
        case '\n': fputs("&#10;", to); break;
        default: putc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, to); break;
        }
}

static void junit_case(FILE *to, const struct expect *e, const char *wrong)
{
    fprintf(to, "  <testcase classname=\"routetap.expect\" name=\"line %u: ", e->line);
    put_xml(to, e->text);
    if (!wrong) {
        fputs("\"/>\n", to);
        return;
    }
    fputs("\">\n    <failure message=\"", to);
    put_xml(to, wrong);
    fputs("\"/>\n  </testcase>\n", to);
}

/* How many do not hold. */
static unsigned tell(struct judge *j, const struct engine *engine)
{
    unsigned bad = 0;
    printf("TAP version 13\n1..%u\n", j->rules.count);
    for (unsigned i = 0; i < j->rules.count; i++) {
        const struct expect *e = &j->rules.list[i];
        buf_clear(&j->why);
        bool well = holds(e, engine, &j->why);
        if (j->junit)
            junit_case(j->junit, e, well ? NULL : buf_text(&j->why));
        printf("%sok %u - %s\n", well ? "" : "not ", i + 1, e->text);
        if (well)
            continue;
        bad++;
        fputs("# ", stdout);
        for (const char *c = buf_text(&j->why); *c; c++)
            fputs(*c == '\n' ? "\n# " : (const char[]){ *c, '\0' }, stdout);
        putchar('\n');
    }
    return bad;
}

static unsigned count_bad(struct judge *j)
{
    unsigned bad = 0;
    for (unsigned i = 0; i < j->rules.count; i++) {
        buf_clear(&j->why);
        bad += !holds(&j->rules.list[i], j->engine, &j->why);
    }
    return bad;
}

/* False if a rule does not hold, or what was asked for cannot be written. */
static bool judge(struct judge *j, const struct options *o)
{
    j->junit = o->junit ? fopen(o->junit, "w") : NULL;
    bool well = !o->junit || j->junit;
    if (j->junit)
        fprintf(
            j->junit,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"routetap\" tests=\"%u\" failures=\"%u\">\n",
            j->rules.count, count_bad(j));
    unsigned bad = tell(j, j->engine);
    if (j->junit) {
        fputs("</testsuite>\n", j->junit);
        well = !ferror(j->junit);
        well &= !fclose(j->junit);
    }
    if (!well)
        log_line(LOG_ERROR, "%s: %s", o->junit, strerror(errno));
    return well && !bad;
}

/* The last word is the file of rules, all before it captures. */
int cmd_expect(const struct options *given)
{
    struct options o = *given;
    if (o.file_count < 2) {
        log_line(LOG_ERROR, "give captures, and a file of rules behind them; see routetap expect --help");
        return EXIT_USAGE;
    }
    struct judge j = { .why = buf_init(1 << 16) };
    struct loop l = { .take = take, .taker = &j };
    int status = expects_read(&j.rules, o.files[--o.file_count]);
    if (!status)
        status = loop_open(&l, &o, engine_defaults(), false);
    if (!status) {
        j.engine = l.engine;
        status = loop_run(&l, &o);
        if (!judge(&j, &o))
            status = EXIT_DAMAGED;
    }
    expects_free(&j.rules);
    peerings_free(&j.peerings);
    buf_free(&j.why);
    loop_close(&l);
    return status;
}
