/* `routetap lsdb`: the link-state databases that the floods in a capture tell, in the end or at a moment. */
#include "cli/command.h"
#include "cli/databases.h"
#include "cli/lsa_order.h"
#include "cli/lsa_words.h"
#include "cli/lsdb_changes.h"
#include "cli/ospf_tell.h"
#include "cli/report_out.h"

#include "base/log.h"
#include "base/writer.h"
#include "store/layout.h"
#include "store/render.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

command_fn cmd_lsdb;

struct list {
    const struct options *options;
    const struct databases *databases;
    const struct ospf_lsa_facts **lsas; /* of one database, in order */
    size_t count;
};

static bool wanted(const void *list, const struct ospf_lsa_facts *f)
{
    const struct list *l = list;
    const struct options *o = l->options;
    if (!ospf_lsa_current(f, l->databases->at))
        return false;
    if (o->by_area && (lsa_of_as(f) || f->key.area != o->area))
        return false;
    if (o->lsa_type && f->key.type != o->lsa_type)
        return false;
    return !o->lsa_name ||
           !strncasecmp(ospf_kind_name((enum ospf_kind)f->kind), o->lsa_name, strlen(o->lsa_name));
}

/* False without memory. */
static bool collect(struct list *l, const struct ospf_lsdb *db)
{
    free(l->lsas);
    l->lsas = lsas_in_order(db, wanted, l, &l->count);
    return l->lsas != NULL;
}

/* ---- for programs ---- */

static void tell_json(const struct list *l, struct writer *w, const struct ospf_lsa_facts *f)
{
    char text[96];
    const char *link = f->key.link ? databases_link(l->databases, f->key.link, text) : NULL;
    ospf_lsa_json(w, f, l->databases->at, link, true);
}

static bool tell_all_json(struct list *l)
{
    char text[40];
    struct buf buf = buf_init((size_t)1 << 20);
    struct writer w = writer_init(&writer_json, &buf);
    const struct ospf_lsdb *db;
    bool well = true;
    write_object(&w, NULL);
    write_str(&w, "at", stamp_known(l->databases->at) ? render_rfc3339(l->databases->at, 6, text) : NULL);
    write_array(&w, "lsdb");
    for (uint32_t at = 0; well && (db = databases_next(l->databases, &at));) {
        well = collect(l, db);
        for (size_t i = 0; well && i < l->count; i++) {
            tell_json(l, &w, l->lsas[i]);
            well = fwrite(buf_text(&buf), 1, buf.used, stdout) == buf.used && !buf.lost;
            buf_clear(&buf);
        }
    }
    write_end(&w);
    write_end(&w);
    buf_char(&buf, '\n');
    well = well && fwrite(buf_text(&buf), 1, buf.used, stdout) == buf.used;
    buf_free(&buf);
    return well;
}

/* ---- for people ---- */

enum {
    TYPE_AT = 2,
    ID_AT = 20,
    ROUTER_AT = 36,
    SEQUENCE_AT = 52,
    AGE_AT = 63,
    SUM_AT = 68,
    SAYS_AT = 4,
    SAYS_MOST = 300
};

static void tell_heads(struct layout *out, const struct list *l, const struct ospf_lsa_facts *f)
{
    char id[16];
    struct buf text = buf_init(256);
    lay_gap(out);
    buf_printf(&text, "OSPFv%u", f->version);
    if (f->instance)
        buf_printf(&text, " instance %u", f->instance);
    if (lsa_of_as(f))
        buf_str(&text, ", the whole AS");
    else
        buf_printf(&text, ", area %s", ospf_id_text(f->key.area, id));
    lay(out, BOLD, buf_text(&text));
    lay_end(out);
    const struct {
        unsigned at;
        const char *word;
    } heads[] = { { TYPE_AT, "type" },         { ID_AT, "link-state ID" }, { ROUTER_AT, "advertised by" },
                  { SEQUENCE_AT, "sequence" }, { AGE_AT, "age" },          { SUM_AT, "checksum" } };
    for (size_t i = 0; i < COUNT(heads); i++) {
        lay_to(out, heads[i].at);
        lay(out, DIM, heads[i].word);
    }
    lay_end(out);
    buf_free(&text);
    (void)l;
}

static void lay_number(struct layout *out, unsigned at, const char *format, unsigned n)
{
    char text[24];
    snprintf(text, sizeof text, format, n);
    lay_to(out, at);
    lay(out, PLAIN, text);
}

/* All that it says, under it. */
static void tell_body(struct layout *out, const struct ospf_lsa_facts *f)
{
    struct ospf_lsa lsa;
    bool whole = ospf_lsa_open(f, &lsa);
    if (whole)
        lsa_lines(&lsa, out, SAYS_AT);
    if (whole && lsa.sequence == f->sequence)
        return;
    lay_to(out, SAYS_AT);
    lay_wrap(out, SAYS_AT, YELLOW,
             whole ? "as an earlier instance had it" : "only its header is in the capture");
    lay_close(out);
}

static void lay_id(struct layout *out, unsigned at, uint32_t id)
{
    char text[16];
    lay_to(out, at);
    lay(out, PLAIN, ospf_id_text(id, text));
}

static void tell_text(struct layout *out, const struct list *l, const struct ospf_lsa_facts *f)
{
    char link[96];
    struct ospf_lsa lsa;
    struct buf text = buf_init(SAYS_MOST);
    lsa_type_name(f->version, f->key.type, &text);
    lay_to(out, TYPE_AT);
    lay(out, PLAIN, buf_text(&text));
    buf_clear(&text);
    lay_id(out, ID_AT, f->key.id);
    lay_id(out, ROUTER_AT, f->key.router);
    lay_number(out, SEQUENCE_AT, "0x%08x", f->sequence);
    lay_number(out, AGE_AT, "%4u", ospf_lsa_age(f, l->databases->at));
    lay_number(out, SUM_AT, "0x%04x", f->checksum);
    if (ospf_lsa_open(f, &lsa))
        lsa_summary(&lsa, &text);
    if (f->key.link && databases_link(l->databases, f->key.link, link))
        buf_printf(&text, "%son link %s", text.used ? ", " : "", link);
    if (text.used)
        lay_part(out, ID_AT, DIM, buf_text(&text));
    lay_end(out);
    buf_free(&text);
    if (l->options->all)
        tell_body(out, f);
}

static bool tell_all_text(struct list *l)
{
    struct look look = look_find(l->options);
    struct layout out = layout_init(stdout, look.width, look.colour, look.utf8);
    const struct ospf_lsdb *db;
    bool well = true;
    size_t told = 0;
    tell_moment(&out, l->databases->at);
    for (uint32_t at = 0; well && (db = databases_next(l->databases, &at));) {
        well = collect(l, db);
        for (size_t i = 0; well && i < l->count; i++, told++) {
            const struct ospf_lsa_facts *f = l->lsas[i], *before = i ? l->lsas[i - 1] : NULL;
            if (!before || lsa_of_as(before) != lsa_of_as(f) || before->key.area != f->key.area)
                tell_heads(&out, l, f);
            tell_text(&out, l, f);
        }
    }
    well = layout_finish(&out) == ERR_NONE && well;
    if (well && !told)
        log_line(LOG_NOTE, "there is no such LSA");
    return well;
}

int cmd_lsdb(const struct options *o)
{
    struct databases d;
    struct list l = { .options = o, .databases = &d };
    if (o->changes)
        return lsdb_changes(o);
    int status = databases_open(&d, o);
    if ((d.ospf || d.set) && !(o->json ? tell_all_json(&l) : tell_all_text(&l))) {
        log_line(LOG_ERROR, "the database could not be told: there is not enough memory, or nobody reads");
        status = EXIT_DAMAGED;
    }
    free(l.lsas);
    databases_close(&d);
    return status;
}
