/* `routetap topology`: the network as OSPF describes it, as text, as a graph or for programs; or what is different between
 * two moments. */
#include "cli/command.h"
#include "cli/ospf_tell.h"
#include "cli/report_out.h"
#include "cli/topology.h"

#include "base/log.h"
#include "store/render.h"
#include <stdio.h>

command_fn cmd_topology;

enum { ROOM_MOST = 1 << 28, PIECE = 1 << 16 };

static bool hand_out(struct buf *b, size_t at_least)
{
    if (b->used < at_least)
        return true;
    bool good = !b->lost && fwrite(buf_text(b), 1, b->used, stdout) == b->used;
    buf_clear(b);
    return good;
}

static void begin_json(struct writer *w, const struct databases *since, const struct databases *d)
{
    char text[40];
    write_object(w, NULL);
    if (since)
        write_str(w, "since", stamp_known(since->at) ? render_rfc3339(since->at, 6, text) : NULL);
    write_str(w, "at", stamp_known(d->at) ? render_rfc3339(d->at, 6, text) : NULL);
    write_array(w, "domains");
}

/* ---- at a moment ---- */

static bool tell(const struct options *o, const struct databases *d)
{
    struct look look = look_find(o);
    struct layout out = layout_init(stdout, look.width, look.colour, look.utf8);
    struct buf buf = buf_init(ROOM_MOST);
    struct writer w = writer_init(&writer_json, &buf);
    const struct ospf_lsdb *db;
    bool good = true;
    if (o->format == FORMAT_JSON)
        begin_json(&w, NULL, d);
    else if (o->format == FORMAT_DOT)
        buf_str(&buf, "graph ospf {\n  overlap=false; splines=true;\n");
    else
        tell_moment(&out, d->at);
    for (uint32_t at = 0; good && (db = databases_next(d, &at));) {
        struct topology t = topology_of(db, d->at, o);
        good = t.graph != NULL;
        if (good && o->format == FORMAT_JSON) {
            write_object(&w, NULL);
            good = topology_json(&w, &t);
            write_end(&w);
        } else if (good && o->format == FORMAT_DOT)
            topology_dot(&buf, &t);
        else if (good)
            topology_text(&out, &t);
        topology_free(&t);
        good = hand_out(&buf, PIECE) && good;
    }
    if (o->format == FORMAT_JSON) {
        write_end(&w);
        write_end(&w);
        buf_char(&buf, '\n');
    } else if (o->format == FORMAT_DOT)
        buf_str(&buf, "}\n");
    good = hand_out(&buf, 0) && good;
    buf_free(&buf);
    return layout_finish(&out) == ERR_NONE && good;
}

/* ---- between two moments ---- */

static const struct ospf_lsdb *same_domain(const struct databases *d, const struct ospf_lsdb *as)
{
    const struct ospf_lsdb *db;
    for (uint32_t at = 0; (db = databases_next(d, &at));)
        if (ospf_lsdb_version(db) == ospf_lsdb_version(as) &&
            ospf_lsdb_instance(db) == ospf_lsdb_instance(as))
            return db;
    return NULL;
}

static void change_text(struct layout *out, const struct topology_change *c)
{
    bool gone = !c->after, new = !c->before;
    lay(out, gone ? RED : new ? GREEN : YELLOW, gone ? "- " : new ? "+ " : "~ ");
    lay_wrap(out, 4, PLAIN, c->what);
    if (!gone && !new && * c->before) {
        lay_part(out, 4, DIM, c->before);
        lay(out, DIM, " →");
    }
    if (!gone && *c->after)
        lay_part(out, 4, PLAIN, c->after);
    lay_end(out);
}

static void change_json(struct writer *w, const struct topology_change *c)
{
    write_object(w, NULL);
    write_str(w, "change", c->change);
    write_str(w, "what", c->what);
    write_str(w, "before", c->before);
    write_str(w, "after", c->after);
    write_end(w);
}

static bool tell_domain_diff(struct layout *out, struct writer *w, const struct databases *since,
                             const struct databases *d, const struct ospf_lsdb *db, const struct options *o)
{
    struct topology_change c;
    uint32_t at[2] = { 0, 0 };
    const struct ospf_lsdb *old = same_domain(since, db);
    struct topology after = topology_of(db, d->at, o);
    struct topology before = old ? topology_of(old, since->at, o) : (struct topology){ .graph = NULL };
    struct topology_diff *diff =
        after.graph && (before.graph || !old) ? topology_diff_new(&before, &after) : NULL;
    struct buf text = buf_init(80);
    tell_domain_text(&text, db);
    if (diff && o->format == FORMAT_JSON) {
        write_object(w, NULL);
        write_u64(w, "version", ospf_lsdb_version(db));
        if (ospf_lsdb_instance(db))
            write_u64(w, "instance", ospf_lsdb_instance(db));
        write_array(w, "changes");
        while (topology_diff_next(diff, at, &c))
            change_json(w, &c);
        write_end(w);
        write_end(w);
    } else if (diff) {
        lay_gap(out);
        lay(out, BOLD, buf_text(&text));
        lay_end(out);
        bool any = false;
        for (; topology_diff_next(diff, at, &c); any = true)
            change_text(out, &c);
        if (!any) {
            lay(out, DIM, "  nothing");
            lay_end(out);
        }
    }
    bool good = diff != NULL;
    buf_free(&text);
    topology_diff_free(diff);
    topology_free(&before);
    topology_free(&after);
    return good;
}

static void diff_head(struct layout *out, const struct databases *since, const struct databases *d)
{
    struct buf text = buf_init(120);
    buf_str(&text, "what is different between ");
    render_moment(&text, since->at, true, true);
    buf_str(&text, " and ");
    render_moment(&text, d->at, true, true);
    buf_str(&text, " UTC");
    lay(out, DIM, buf_text(&text));
    lay_end(out);
    buf_free(&text);
}

static bool tell_diff(const struct options *o, const struct databases *since, const struct databases *d)
{
    struct look look = look_find(o);
    struct layout out = layout_init(stdout, look.width, look.colour, look.utf8);
    struct buf buf = buf_init(ROOM_MOST);
    struct writer w = writer_init(&writer_json, &buf);
    const struct ospf_lsdb *db;
    bool good = true;
    if (o->format == FORMAT_JSON)
        begin_json(&w, since, d);
    else
        diff_head(&out, since, d);
    for (uint32_t at = 0; good && (db = databases_next(d, &at));)
        good = tell_domain_diff(&out, &w, since, d, db, o) && hand_out(&buf, PIECE);
    if (o->format == FORMAT_JSON) {
        write_end(&w);
        write_end(&w);
        buf_char(&buf, '\n');
    }
    good = hand_out(&buf, 0) && good;
    buf_free(&buf);
    return layout_finish(&out) == ERR_NONE && good;
}

static int run_diff(const struct options *o, struct when from, const struct databases *d)
{
    struct options then = *o;
    struct databases since;
    then.at = from;
    then.quiet = true;
    int status = databases_open(&since, &then);
    if ((since.ospf || since.set) && !tell_diff(o, &since, d))
        status = EXIT_DAMAGED;
    databases_close(&since);
    return status;
}

int cmd_topology(const struct options *given)
{
    struct options o = *given;
    struct databases d;
    if (o.json)
        o.format = FORMAT_JSON;
    struct options now = o;
    now.since = (struct when){ .kind = 0 }; /* what came before belongs to it, too */
    if (o.since.kind && o.format == FORMAT_DOT) {
        log_line(LOG_ERROR, "what is different is told as text or json; see routetap topology --help");
        return EXIT_USAGE;
    }
    int status = databases_open(&d, &now);
    if (d.ospf || d.set) {
        int told = o.since.kind ? run_diff(&now, o.since, &d) : tell(&o, &d) ? EXIT_DONE : EXIT_DAMAGED;
        status = told ? told : status;
    }
    databases_close(&d);
    return status;
}
