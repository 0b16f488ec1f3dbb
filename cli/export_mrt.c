/* `routetap export mrt`: BGP messages, changes of state and OSPF packets as an MRT archive has them, in order of time. */
#include "cli/export.h"
#include "cli/loop.h"
#include "cli/peerings.h"

#include "base/log.h"
#include "store/mrt.h"
#include <string.h>
#include <sys/stat.h>

enum { HELD = 1 << 20 };

struct archive {
    const struct options *options;
    FILE *to;
    int64_t period; /* with --rotate: the number of the file's */
    bool failed;
    struct buf held; /* records that are not written yet */
    struct peerings peerings;
    struct stamp latest; /* of a record */
    uint64_t cut;        /* messages and packets that are not all there */
};

static bool flush(struct archive *a)
{
    bool well = !a->held.used || (a->to && !a->held.lost &&
                                  fwrite(buf_text(&a->held), 1, a->held.used, a->to) == a->held.used);
    buf_clear(&a->held);
    a->failed |= !well;
    return well;
}

/* The file of another period. */
static void turn_over(struct archive *a, int64_t period)
{
    char path[4096];
    struct options named = *a->options;
    int status;
    export_name(path, sizeof path, a->options->write, "updates",
                (struct stamp){ period * a->options->rotate.ns });
    named.write = path;
    flush(a);
    if (a->to && export_close(a->to, a->options))
        a->failed = true;
    a->to = export_open(&named, &status);
    a->failed |= !a->to;
    a->period = period;
}

/* An archive never goes back in time: what had to wait for bytes before it came to be when they did. */
static struct stamp in_order(struct archive *a, struct stamp when)
{
    a->latest = stamp_later(a->latest, when);
    int64_t period = a->options->rotate.ns ? a->latest.ns / a->options->rotate.ns : 0;
    if (period != a->period && !a->failed)
        turn_over(a, period);
    return a->latest;
}

/* The ends of a peering, `from` as the peer. False for one that nobody asked for. */
static bool ends(struct archive *a, uint32_t id, int from, struct stamp when, struct mrt_ends *out)
{
    const struct bgp_peering *p = peerings_at(&a->peerings, id);
    if (!p || !peering_wanted(a->options, p))
        return false;
    const struct bgp_side *peer = &p->side[from], *local = &p->side[!from];
    *out = (struct mrt_ends){ in_order(a, when), &peer->addr, &local->addr, peer->asn, local->asn };
    return true;
}

static void add_message(struct archive *a, const struct event_message *m)
{
    struct mrt_ends e;
    const struct bgp_peering *p = peerings_at(&a->peerings, m->peering);
    bool phantom = m->unheard && m->msg->type == BGP_UPDATE; /* it made no routes at anybody */
    if (m->noise != FAULT_COUNT || phantom || !p ||
        !ends(a, m->peering, addr_equal(m->src, &p->side[1].addr), m->ref.when, &e))
        return;
    a->cut += !mrt_message(&a->held, &e, m->msg, m->ctx);
}

static void add_transition(struct archive *a, const struct bgp_transition *t)
{
    struct mrt_ends e;
    bool joined = !strcmp(t->cause, "mid-stream"); /* what it was in before is not known */
    if (t->to != STATE_UNKNOWN && ends(a, t->peering, !t->side, t->ref.when, &e))
        mrt_state(&a->held, &e, joined ? STATE_UNKNOWN : t->from, t->to);
}

static void add_ospf(struct archive *a, const struct event_ospf_packet *p)
{
    if (peer_wanted(a->options, &p->src, &p->dst))
        a->cut += !mrt_ospf(&a->held, in_order(a, p->ref.when), &p->src, &p->dst, p->payload, p->wire);
}

static bool take(void *taker, const struct outbox *out)
{
    struct archive *a = taker;
    for (uint32_t i = 0; i < out->count; i++) {
        const struct event *e = &out->list[i];
        switch (e->kind) {
        case EVENT_PEERING: peerings_learn(&a->peerings, e); break;
        case EVENT_MESSAGE: add_message(a, &e->as.message); break;
        case EVENT_TRANSITION: add_transition(a, &e->as.transition); break;
        case EVENT_OSPF_PACKET: add_ospf(a, &e->as.ospf_packet); break;
        default: break;
        }
        if (a->failed || (a->held.used >= HELD && !flush(a)))
            return false;
    }
    return true;
}

/* What the archive cannot have. */
static void tell_partial(const struct archive *a)
{
    unsigned midway = 0;
    for (uint32_t id = 0; id < a->peerings.room; id++) {
        const struct bgp_peering *p = a->peerings.list[id];
        midway += p && p->midway && peering_wanted(a->options, p);
    }
    if (midway)
        log_line(
            LOG_NOTE,
            "partial: the capture joins %u peering%s in mid-session; their OPENs and tables are not in it",
            midway, midway == 1 ? "" : "s");
    if (a->cut)
        log_line(LOG_NOTE, "%llu messages are not all in the capture, and left out",
                 (unsigned long long)a->cut);
}

/* False after saying why. */
static bool folder_given(const struct options *o)
{
    struct stat facts;
    if (o->write && !stat(o->write, &facts) && S_ISDIR(facts.st_mode))
        return true;
    log_line(LOG_ERROR, "--rotate needs a folder that is there: name it with -w");
    return false;
}

int export_mrt(const struct options *o)
{
    if (o->table)
        return export_table(o);
    if (o->rotate.ns && !folder_given(o))
        return EXIT_USAGE;
    struct engine_options eo = engine_defaults();
    eo.tell_messages = true;
    eo.no_routes = eo.no_ospf = true;
    struct loop l = { .take = take };
    struct archive a = { .options = o, .held = buf_init(4 * HELD), .latest = { 0 } };
    l.taker = &a;
    int status = loop_open(&l, o, eo, false);
    if (!status && !o->rotate.ns)
        a.to = export_open(o, &status);
    if (!status) {
        status = loop_run(&l, o);
        flush(&a);
        int closed = a.to ? export_close(a.to, o) : EXIT_DONE;
        status = status ? status : a.failed ? EXIT_DAMAGED : closed;
        tell_partial(&a);
    }
    buf_free(&a.held);
    peerings_free(&a.peerings);
    loop_close(&l);
    return status;
}
