/* A moment in; OSPF's network and its link-state databases as of then out, as JSON. */
#include "cli/errands.h"

#include "cli/lsa_order.h"
#include "cli/options.h"
#include "cli/ospf_tell.h"
#include "cli/topology.h"
#include "store/render.h"
#include "store/store.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct moment {
    struct store *store;
    struct lsdb_set *set;
    struct stamp at;
};

static enum errand_got open_moment(struct moment *m, const struct errands *e, const struct errand *asked,
                                   struct buf *out)
{
    char message[300];
    enum err why;
    struct capture_row c = { .last = STAMP_NEVER };
    *m = (struct moment){ .store = store_open(e->db, STORE_READ, &why, message) };
    if (!m->store)
        return errand_say(out, ERRAND_FAILED, message);
    if (query_begin(m->store) == ERR_NONE)
        query_capture(m->store, &c);
    if (query_end(m->store) == ERR_NONE) {
        m->at = stamp_known(asked->at) ? asked->at : c.last;
        m->set = lsdb_set_read(m->store, asked->at, &why);
    }
    if (m->set)
        return ERRAND_DONE;
    errand_say(out, ERRAND_FAILED, *store_why(m->store) ? store_why(m->store) : "not enough memory");
    store_close(m->store);
    return ERRAND_FAILED;
}

static void close_moment(struct moment *m)
{
    lsdb_set_free(m->set);
    store_close(m->store);
}

static struct writer begin(const struct moment *m, struct buf *out)
{
    char text[40];
    struct writer w = writer_init(&writer_json, out);
    write_object(&w, NULL);
    write_str(&w, "at", stamp_known(m->at) ? render_rfc3339(m->at, 6, text) : NULL);
    return w;
}

static enum errand_got finish(struct moment *m, struct writer *w, bool good)
{
    write_end(w);
    buf_char(w->out, '\n');
    close_moment(m);
    return good && !w->out->lost ? ERRAND_DONE
                                 : errand_say(w->out, ERRAND_FAILED, "not enough memory for all of it");
}

enum errand_got errand_topology(const struct errands *e, const struct errand *asked, struct buf *out)
{
    struct moment m;
    const struct ospf_lsdb *db;
    bool good = true;
    struct options *options = calloc(1, sizeof *options); /* all areas */
    enum errand_got got = options ? open_moment(&m, e, asked, out) : ERRAND_FAILED;
    if (got != ERRAND_DONE) {
        free(options);
        return got;
    }
    struct writer w = begin(&m, out);
    write_array(&w, "domains");
    for (uint32_t at = 0; good && (db = lsdb_set_next(m.set, &at));) {
        struct topology t = topology_of(db, m.at, options);
        good = t.graph != NULL;
        if (good) {
            write_object(&w, NULL);
            topology_areas_json(&w, &t);
            write_end(&w);
        }
        topology_free(&t);
    }
    write_end(&w);
    free(options);
    return finish(&m, &w, good);
}

/* ---- LSAs ---- */

/* Each word of what is looked for is a part of its type, its area, its ID or its router. */
static bool fits(const struct ospf_lsa_facts *f, const char *text)
{
    char words[160], id[3][16], one[64];
    snprintf(words, sizeof words, "ospfv%u %s %s %s %s", f->version, ospf_kind_name((enum ospf_kind)f->kind),
             lsa_of_as(f) ? "as" : ospf_id_text(f->key.area, id[0]), ospf_id_text(f->key.id, id[1]),
             ospf_id_text(f->key.router, id[2]));
    for (char *c = words; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 32) : *c;
    for (size_t n; *text; text += n) {
        text += strspn(text, " ");
        n = strcspn(text, " ");
        snprintf(one, sizeof one, "%.*s", (int)(n < 60 ? n : 60), text);
        if (*one && !strstr(words, one))
            return false;
    }
    return true;
}

static const char *name_of_link(const struct moment *m, uint32_t link, char text[96])
{
    struct ospf_link_row row;
    const char *name = NULL;
    if (link && query_begin(m->store) == ERR_NONE) {
        struct query q = query_ospf_links(m->store);
        while (query_ospf_link(&q, &row))
            if (row.id == link) {
                snprintf(text, 96, "%s", row.name);
                name = text;
            }
    }
    return link && query_end(m->store) == ERR_NONE ? name : NULL;
}

static bool current(const void *moment, const struct ospf_lsa_facts *f)
{
    return ospf_lsa_current(f, ((const struct moment *)moment)->at);
}

static bool tell_database(struct writer *w, const struct moment *m, const struct ospf_lsdb *db,
                          const struct errand *asked, uint64_t *matched, uint64_t *all)
{
    char text[96];
    size_t count;
    const struct ospf_lsa_facts **list = lsas_in_order(db, current, m, &count);
    for (size_t i = 0; list && i < count; i++)
        if (fits(list[i], asked->text) && (*matched)++ >= asked->offset &&
            *matched <= asked->offset + asked->limit)
            ospf_lsa_json(w, list[i], m->at, name_of_link(m, list[i]->key.link, text), asked->whole);
    *all += count;
    free(list);
    return list != NULL;
}

enum errand_got errand_lsdb(const struct errands *e, const struct errand *asked, struct buf *out)
{
    struct moment m;
    const struct ospf_lsdb *db;
    uint64_t matched = 0, all = 0;
    enum errand_got got = open_moment(&m, e, asked, out);
    if (got != ERRAND_DONE)
        return got;
    struct writer w = begin(&m, out);
    bool well = true;
    write_array(&w, "lsas");
    for (uint32_t at = 0; well && (db = lsdb_set_next(m.set, &at));)
        well = tell_database(&w, &m, db, asked, &matched, &all);
    write_end(&w);
    write_u64(&w, "matched", matched);
    write_u64(&w, "all", all);
    return finish(&m, &w, well);
}
