/* Packets of one peering in, through an engine of their own; steps between its ends, as JSON, out. */
#include "cli/again_internal.h"

#include "base/writer.h"
#include "cli/ladder.h"
#include "cli/peerings.h"
#include "state/engine.h"

enum { STREAMS_MOST = 16 << 20 };

struct climb {
    struct again_scan *scan;
    struct peerings peerings;
    struct ladder known; /* which connections were told */
    struct buf words;
    struct writer w;
    uint32_t passed, told;
    bool more, nanoseconds;
};

/* Within the span, and behind the offset; takes a place. */
static bool place(struct climb *c, struct stamp when)
{
    const struct errand *a = c->scan->asked;
    if (!stamp_known(when) || (stamp_known(a->since) && stamp_before(when, a->since)) ||
        (stamp_known(a->until) && !stamp_before(when, a->until)))
        return false;
    if (c->passed < a->offset) {
        c->passed++;
        return false;
    }
    if (c->told == a->limit) {
        c->more = true;
        return false;
    }
    c->told++;
    return true;
}

static void begin(struct climb *c, struct stream_ref ref, const char *kind, int side)
{
    char text[STAMP_TEXT];
    const struct again *again = c->scan->again;
    c->nanoseconds |= ref.when.ns % 1000 != 0;
    write_object(&c->w, NULL);
    write_str(&c->w, "time", stamp_text(ref.when, c->nanoseconds ? 9 : 6, text));
    if (ref.frame && !again->ring)
        write_u64(&c->w, "frame", ref.frame);
    if (ref.frame && !again->ring && again->file_count > 1)
        write_str(&c->w, "file", source_file(c->scan->source, ref.file)->path);
    write_str(&c->w, "kind", kind);
    if (side < 0)
        write_null(&c->w, "side");
    else
        write_i64(&c->w, "side", side);
}

static bool is_asked(const struct climb *c, const struct bgp_peering *p)
{
    const struct addr *ends = c->scan->asked->ends;
    return p && addr_equal(&p->side[0].addr, &ends[0]) && addr_equal(&p->side[1].addr, &ends[1]);
}

static int side_of(enum way way) { return way == WAY_RIGHT ? 0 : way == WAY_LEFT ? 1 : -1; }

static void on_message(struct climb *c, const struct event_message *m)
{
    const struct bgp_peering *p = peerings_at(&c->peerings, m->peering);
    if (!is_asked(c, p) || !place(c, m->ref.when))
        return;
    const char *type = m->noise == FAULT_COUNT ? bgp_type_name(m->msg->type) : NULL;
    buf_clear(&c->words);
    struct rung r = rung_of_message(m, p, &c->words);
    begin(c, m->ref, "message", side_of(r.way));
    write_str(&c->w, "message", type);
    write_strn(&c->w, "text", buf_text(&c->words), c->words.used);
    write_u64(&c->w, "length", m->msg->length);
    if (r.kind == RUNG_UPDATE) {
        write_u64(&c->w, "announced", r.announced);
        write_u64(&c->w, "withdrawn", r.withdrawn);
    }
    if (c->scan->asked->whole) {
        write_hex(&c->w, "bytes", m->msg->raw, BGP_HEADER + cur_left(&m->msg->body));
        if (type) {
            write_object(&c->w, "decoded");
            bgp_tell(&c->w, m->msg, m->ctx);
            write_end(&c->w);
        }
    }
    write_end(&c->w);
}

static void on_transition(struct climb *c, const struct bgp_transition *t)
{
    if (!is_asked(c, peerings_at(&c->peerings, t->peering)) || !place(c, t->ref.when))
        return;
    begin(c, t->ref, "state", t->side);
    write_str(&c->w, "from", bgp_state_name(t->from));
    write_str(&c->w, "to", bgp_state_name(t->to));
    write_str(&c->w, "text", t->cause ? t->cause : "");
    write_end(&c->w);
}

static void on_connection(struct climb *c, const struct bgp_connection *k)
{
    const struct bgp_peering *p = peerings_at(&c->peerings, k->peering);
    if (!is_asked(c, p))
        return;
    bool first = !c->known.connection_count, begins = ladder_first_of(&c->known, k->id);
    if (!begins && (k->end == CONN_OPEN || !ladder_last_of(&c->known, k->id)))
        return;
    struct stream_ref ref = begins ? k->opened : k->closed;
    if (!place(c, ref.when))
        return;
    buf_clear(&c->words);
    struct rung r = begins ? rung_of_beginning(k, p->midway && first, &c->words) : rung_of_end(k, &c->words);
    begin(c, ref, "tcp", side_of(r.way));
    write_strn(&c->w, "text", buf_text(&c->words), c->words.used);
    write_end(&c->w);
}

static void take(struct climb *c, const struct outbox *out)
{
    for (uint32_t i = 0; i < out->count && !c->more; i++) {
        const struct event *e = &out->list[i];
        peerings_learn(&c->peerings, e);
        if (e->kind == EVENT_MESSAGE)
            on_message(c, &e->as.message);
        else if (e->kind == EVENT_TRANSITION)
            on_transition(c, &e->as.transition);
        else if (e->kind == EVENT_CONNECTION)
            on_connection(c, e->as.connection);
    }
}

bool again_ladder(struct again_scan *s)
{
    struct engine_options eo = engine_defaults();
    eo.tell_messages = eo.no_routes = eo.no_ospf = true;
    eo.limits.stream_total = STREAMS_MOST;
    for (unsigned i = 0; i < s->again->port_count; i++)
        eo.bgp_ports[i] = s->again->ports[i];
    eo.bgp_port_count = s->again->port_count;
    struct engine *e = engine_new(&eo);
    if (!e)
        return false;
    struct climb c = { .scan = s, .words = buf_init(1 << 16), .w = writer_init(&writer_json, s->out) };
    struct packet p;
    write_object(&c.w, NULL);
    write_array(&c.w, "steps");
    while (!c.more && again_next(s, &p))
        take(&c, engine_feed(e, &p));
    if (!c.more && !s->late)
        take(&c, stamp_known(s->asked->until) ? engine_advance(e, s->asked->until) : engine_finish(e));
    write_end(&c.w);
    write_bool(&c.w, "more", c.more);
    write_bool(&c.w, "complete", !s->late);
    write_str(&c.w, "source", s->again->ring ? "evidence" : "files");
    write_end(&c.w);
    buf_char(s->out, '\n');
    bool well = !c.known.lost;
    ladder_free(&c.known);
    peerings_free(&c.peerings);
    buf_free(&c.words);
    engine_free(e);
    return well;
}
