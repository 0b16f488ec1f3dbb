/* `routetap lsdb --changes`: who originated what anew, when, and what is different in it; of captures, as they are read,
 * or of a database that was kept. */
#include "cli/lsdb_changes.h"

#include "cli/command.h"
#include "cli/databases.h"
#include "cli/loop.h"
#include "cli/lsa_words.h"
#include "cli/report_out.h"

#include "base/log.h"
#include "base/writer.h"
#include "store/render.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { PIECE = 1 << 16, ROOM_MOST = 1 << 24, WORD_AT = 30, WHAT_AT = 40, LINE = 300 };

struct changes {
    const struct options *options;
    struct layout out; /* for people */
    struct buf buf;    /* for programs */
    struct writer w;
    struct stamp since, until; /* STAMP_NEVER: not bounded */
    bool resolved, lost;
    const struct engine *engine; /* of captures */
    uint64_t told;
};

static bool wanted(const struct changes *c, const struct lsa_change_row *r)
{
    const struct options *o = c->options;
    const char *name = ospf_lsa_type_name(r->version, r->type);
    if ((stamp_known(c->since) && stamp_before(r->when, c->since)) ||
        (stamp_known(c->until) && !stamp_before(r->when, c->until)))
        return false;
    if (o->by_area && (r->of_as || r->area != o->area))
        return false;
    if (o->lsa_type && r->type != o->lsa_type)
        return false;
    return !o->lsa_name || (name && !strncasecmp(name, o->lsa_name, strlen(o->lsa_name)));
}

static void tell_json(struct changes *c, const struct lsa_change_row *r)
{
    char text[40];
    struct writer *w = &c->w;
    write_object(w, NULL);
    write_str(w, "time", render_rfc3339(r->when, 6, text));
    write_str(w, "change", r->change);
    write_u64(w, "version", r->version);
    if (r->instance)
        write_u64(w, "instance", r->instance);
    write_str(w, "area", r->of_as ? NULL : ospf_id_text(r->area, text));
    write_u64(w, "type", r->type);
    if (ospf_lsa_type_name(r->version, r->type))
        write_str(w, "name", ospf_lsa_type_name(r->version, r->type));
    write_str(w, "link_state_id", ospf_id_text(r->id, text));
    write_str(w, "advertising_router", ospf_id_text(r->router, text));
    write_format(w, "sequence", "0x%08x", (unsigned)r->sequence);
    write_str(w, "what", r->words && *r->words ? r->words : NULL);
    if (r->frame)
        write_u64(w, "frame", r->frame);
    else
        write_null(w, "frame");
    write_end(w);
}

static enum paint colour_of(const char *change)
{
    return !strcmp(change, "flushed")   ? RED
           : !strcmp(change, "new")     ? GREEN
           : !strcmp(change, "changed") ? YELLOW
                                        : DIM;
}

static void tell_text(struct changes *c, const struct lsa_change_row *r)
{
    char id[16], router[16];
    struct buf text = buf_init(LINE);
    render_moment(&text, r->when, true, true);
    lay_to(&c->out, 2);
    lay(&c->out, DIM, buf_text(&text));
    lay_to(&c->out, WORD_AT);
    lay(&c->out, colour_of(r->change), r->change);
    buf_clear(&text);
    lsa_type_name(r->version, r->type, &text);
    buf_printf(&text, " %s", ospf_id_text(r->id, id));
    if (r->id != r->router)
        buf_printf(&text, " of %s", ospf_id_text(r->router, router));
    buf_printf(&text, " 0x%08x", (unsigned)r->sequence);
    if (!r->of_as)
        buf_printf(&text, " area %s", ospf_id_text(r->area, id));
    lay_to(&c->out, WHAT_AT);
    lay(&c->out, PLAIN, buf_text(&text));
    if (r->words && *r->words)
        lay_part(&c->out, WHAT_AT + 2, BOLD, r->words);
    lay_end(&c->out);
    buf_free(&text);
}

/* False to stop: nobody reads. */
static bool tell(struct changes *c, const struct lsa_change_row *r)
{
    if (!wanted(c, r))
        return true;
    c->told++;
    if (!c->options->json) {
        tell_text(c, r);
        return !c->out.err;
    }
    tell_json(c, r);
    if (c->buf.used < PIECE)
        return true;
    c->lost |= c->buf.lost || fwrite(buf_text(&c->buf), 1, c->buf.used, stdout) != c->buf.used;
    buf_clear(&c->buf);
    return !c->lost;
}

static void resolve(struct changes *c, struct stamp first)
{
    const struct options *o = c->options;
    if (c->resolved || !stamp_known(first))
        return;
    c->resolved = true;
    c->since = o->since.kind ? when_resolve(o->since, first) : STAMP_NEVER;
    c->until = o->until.kind ? when_resolve(o->until, first) : STAMP_NEVER;
}

/* Of the instance that the event is about: the LSA may have changed again within the packet. RFC 2328 A.4.1 */
static uint32_t sequence_of(const struct event_ospf_lsa *e)
{
    if (!e->raw || e->size < OSPF_LSA_HEADER)
        return e->lsa->sequence;
    struct cursor in = cur_over(e->raw, OSPF_LSA_HEADER);
    cur_take(&in, 12);
    return cur_u32(&in);
}

static bool take(void *taker, const struct outbox *out)
{
    struct changes *c = taker;
    resolve(c, engine_capture(c->engine)->first);
    for (uint32_t i = 0; i < out->count; i++) {
        const struct event_ospf_lsa *e = &out->list[i].as.ospf_lsa;
        const struct ospf_lsa_facts *f = e->lsa;
        if (out->list[i].kind != EVENT_OSPF_LSA)
            continue;
        struct lsa_change_row r = { .version = f->version,
                                    .instance = f->instance,
                                    .of_as = f->key.scope == OSPF_SCOPE_AS,
                                    .area = f->key.area,
                                    .type = f->key.type,
                                    .id = f->key.id,
                                    .router = f->key.router,
                                    .sequence = sequence_of(e),
                                    .when = e->ref.when,
                                    .frame = e->ref.frame,
                                    .change = ospf_change_name(e->change),
                                    .words = e->words };
        if (!tell(c, &r))
            return false;
    }
    return true;
}

/* All from the first packet on: what is different can be said only of what was seen before. */
static int of_captures(struct changes *c, const struct options *o)
{
    struct options all = *o;
    struct engine_options eo = engine_defaults();
    struct loop l = { .take = take, .taker = c };
    all.since = (struct when){ .kind = WHEN_NONE };
    eo.no_routes = true;
    int status = loop_open(&l, &all, eo, false);
    if (!status) {
        c->engine = l.engine;
        status = loop_run(&l, &all);
    }
    loop_close(&l);
    return status;
}

static int of_database(struct changes *c, const struct options *o)
{
    char message[300];
    enum err why;
    struct capture_row capture;
    struct lsa_change_row r;
    struct store *s = store_open(o->files[0], STORE_READ, &why, message);
    if (!s) {
        log_line(LOG_ERROR, "%s", message);
        return EXIT_DAMAGED;
    }
    if (query_begin(s) == ERR_NONE) {
        query_capture(s, &capture);
        resolve(c, capture.first);
        struct query q = query_lsa_changes(s);
        while (query_lsa_change(&q, &r) && tell(c, &r))
            ;
    }
    why = query_end(s);
    if (why)
        log_line(LOG_ERROR, "%s", store_why(s));
    store_close(s);
    return why ? EXIT_DAMAGED : EXIT_DONE;
}

int lsdb_changes(const struct options *o)
{
    struct look look = look_find(o);
    struct changes c = {
        .options = o, .buf = buf_init(ROOM_MOST), .since = STAMP_NEVER, .until = STAMP_NEVER
    };
    c.out = layout_init(stdout, look.width, look.colour, look.utf8);
    c.w = writer_init(&writer_json, &c.buf);
    if (o->json) {
        write_object(&c.w, NULL);
        write_array(&c.w, "changes");
    }
    bool kept = o->file_count == 1 && databases_kept(o->files[0]);
    int status = kept ? of_database(&c, o) : of_captures(&c, o);
    if (o->json && status != EXIT_USAGE) {
        write_end(&c.w);
        write_end(&c.w);
        buf_char(&c.buf, '\n');
        c.lost |= c.buf.lost || fwrite(buf_text(&c.buf), 1, c.buf.used, stdout) != c.buf.used;
    }
    c.lost |= layout_finish(&c.out) != ERR_NONE;
    buf_free(&c.buf);
    if (!status && !c.told)
        log_line(LOG_NOTE, "there is no such change");
    return c.lost && !status ? EXIT_DAMAGED : status;
}
