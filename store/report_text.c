/* The store in; the report for people out: the capture first, then peerings, the worst first. */
#include "store/report_text_internal.h"

#include "store/render.h"
#include <string.h>

enum { USUAL_WIDTH = 100, ALIKE_MOST = 3 };

void story_moment(const struct story *t, struct buf *out, struct stamp when)
{
    render_moment(out, when, t->dated, true);
}

/* ---- the head ---- */

/* "a.pcap", "a.pcap and b.pcap", "a.pcap and 3 more files" */
static void add_paths(struct story *t, struct buf *out)
{
    struct query q = query_files(t->store);
    struct file_row f;
    char second[512] = "";
    while (query_file(&q, &f)) {
        if (!t->files)
            buf_str(out, f.path);
        else if (t->files == 1)
            snprintf(second, sizeof second, "%s", f.path);
        t->files++;
    }
    if (t->files == 2)
        buf_printf(out, " and %s", second);
    else if (t->files > 2)
        buf_printf(out, " and %u more files", t->files - 1);
}

static void add_packets(const struct story *t, struct buf *out)
{
    render_counted(out, t->capture.packets, "packet", "packets");
    if (t->capture.packets && stamp_known(t->capture.first) && stamp_known(t->capture.last)) {
        buf_str(out, " in ");
        render_span(out, stamp_since(t->capture.last, t->capture.first));
    }
}

static void add_up(const struct story *t, struct buf *out)
{
    if (t->totals.peerings == 1 || t->totals.up == t->totals.peerings) {
        buf_str(out, t->totals.peerings > 1 ? "all Established"
                     : t->totals.up         ? "Established"
                                            : "not Established");
        return;
    }
    render_count(out, t->totals.up);
    buf_str(out, " of ");
    render_count(out, t->totals.peerings);
    buf_str(out, " Established");
}

/* In a few words what is wrong with the capture: "packets missing, 12 packets cut". */
static void add_quality(struct story *t, struct buf *out)
{
    static const struct {
        enum finding_code code;
        const char *words;
    } rows[] = {
        { CODE_CAPTURE_DAMAGED, "damaged" },
        { CODE_CAPTURE_PACKETS_MISSING, "packets missing" },
        { CODE_CAPTURE_ONE_DIRECTION, "one direction only" },
        { CODE_CAPTURE_TRUNCATED, "packets cut" },
        { CODE_CAPTURE_DUPLICATES, "packets twice" },
    };
    bool seen[COUNT(rows)] = { false }, other = false;
    struct query q = query_findings_of_all(t->store, true, t->address, SEVERITY_INFO);
    struct finding_row f;
    while (query_finding(&q, &f)) {
        size_t i = 0;
        while (i < COUNT(rows) && rows[i].code != f.code)
            i++;
        if (i < COUNT(rows))
            seen[i] = true;
        else
            other = true;
    }
    const char *before = "";
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!seen[i])
            continue;
        uint64_t n = rows[i].code == CODE_CAPTURE_TRUNCATED    ? t->capture.truncated
                     : rows[i].code == CODE_CAPTURE_DUPLICATES ? t->capture.copies
                                                               : 0;
        buf_str(out, before);
        if (n) {
            render_count(out, n);
            buf_char(out, ' ');
        }
        buf_str(out, rows[i].words);
        before = ", ";
    }
    if (other)
        buf_printf(out, "%ssee below", before);
}

/* "2 peerings   all Established" */
static void tell_peering_count(struct story *t)
{
    struct buf text = buf_init(256);
    if (t->totals.peerings)
        render_counted(&text, t->totals.peerings, "peering", "peerings");
    else if (!t->ospf.adjacencies)
        buf_str(&text, t->capture.ospf_packets ? "no BGP peering, no OSPF adjacency" : "no BGP peering");
    lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    buf_clear(&text);
    if (t->totals.peerings)
        add_up(t, &text);
    bool all = t->totals.up == t->totals.peerings;
    lay_part(&t->l, INDENT, all ? GREEN : t->totals.up ? YELLOW : RED, buf_text(&text));
    buf_free(&text);
}

/* "3 adjacencies   2 of 3 Full" */
static void tell_adjacency_count(struct story *t)
{
    const struct ospf_totals_row *n = &t->ospf;
    struct buf text = buf_init(256);
    if (n->adjacencies)
        render_counted(&text, n->adjacencies, "OSPF adjacency", "OSPF adjacencies");
    lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    buf_clear(&text);
    if (n->adjacencies && n->full == n->adjacencies)
        buf_str(&text, n->full > 1 ? "all Full" : "Full");
    else if (n->adjacencies == 1)
        buf_str(&text, n->settled ? "2-Way" : "not Full");
    else if (n->adjacencies) {
        render_count(&text, n->full);
        buf_str(&text, " of ");
        render_count(&text, n->adjacencies);
        buf_str(&text, " Full");
        if (n->settled > n->full) {
            buf_str(&text, ", ");
            render_count(&text, n->settled - n->full);
            buf_str(&text, " 2-Way");
        }
    }
    lay_part(&t->l, INDENT, n->settled == n->adjacencies ? GREEN : n->full ? YELLOW : RED, buf_text(&text));
    buf_free(&text);
}

static void tell_head(struct story *t)
{
    struct buf text = buf_init(4096);
    add_paths(t, &text);
    lay_wrap(&t->l, INDENT, BOLD, t->files ? buf_text(&text) : "no file");
    buf_clear(&text);
    add_packets(t, &text);
    lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    tell_peering_count(t);
    tell_adjacency_count(t);
    buf_clear(&text);
    add_quality(t, &text);
    struct buf quality = buf_init(4096);
    buf_printf(&quality, "capture: %s", text.used ? buf_text(&text) : t->capture.packets ? "clean" : "empty");
    lay_part(&t->l, INDENT, text.used || !t->capture.packets ? YELLOW : GREEN, buf_text(&quality));
    lay_end(&t->l);
    buf_free(&quality);
    buf_free(&text);
}

/* "2026-03-01 10:00:00 to 10:12:04 UTC", and what else there is to know of the capture. */
static void tell_span_of_time(struct story *t)
{
    struct buf text = buf_init(512);
    const struct capture_row *c = &t->capture;
    if (stamp_known(c->first)) {
        render_moment(&text, c->first, true, false);
        buf_str(&text, " to ");
        render_moment(&text, c->last, t->dated, false);
        buf_str(&text, " UTC");
    }
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_clear(&text);
    if (c->messages) {
        render_counted(&text, c->messages, "BGP message", "BGP messages");
        lay_part(&t->l, INDENT, DIM, buf_text(&text));
    }
    buf_clear(&text);
    if (c->ospf_packets) {
        render_counted(&text, c->ospf_packets, "OSPF packet", "OSPF packets");
        lay_part(&t->l, INDENT, DIM, buf_text(&text));
    }
    if (t->address) {
        buf_clear(&text);
        buf_printf(&text, "only what is about %s", t->address);
        lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    }
    if (!c->complete)
        lay_part(&t->l, INDENT, YELLOW, "not read to its end");
    lay_close(&t->l);
    buf_free(&text);
}

/* ---- findings that belong to no single peering ---- */

static void tell_alike(struct story *t, uint64_t more, const char *code)
{
    struct buf text = buf_init(256);
    if (!more)
        return;
    render_count(&text, more);
    buf_printf(&text, " more like this (%s): --all tells them", code);
    lay_to(&t->l, WORDS_AT);
    lay_wrap(&t->l, WORDS_AT, DIM, buf_text(&text));
    lay_end(&t->l);
    buf_free(&text);
}

/* Those of one code stand together; a few of them are enough. */
static void tell_findings_of_all(struct story *t, bool capture)
{
    struct query q = query_findings_of_all(t->store, capture, t->address, t->options->least);
    struct finding_row f;
    enum finding_code code = CODE_COUNT;
    uint64_t alike = 0, told = 0;
    for (; query_finding(&q, &f); told++) {
        if (!told)
            lay_gap(&t->l);
        if (f.code != code) {
            tell_alike(t, alike > ALIKE_MOST ? alike - ALIKE_MOST : 0, code_name(code));
            alike = 0;
        }
        code = f.code;
        if (++alike <= ALIKE_MOST || t->options->all) {
            bool full = t->options->all || (f.severity > SEVERITY_INFO && alike == 1);
            tell_finding(t, &f, full ? FINDING_FULL : FINDING_SHORT, f.peering_name ? f.peering_name : "");
        }
    }
    if (!t->options->all)
        tell_alike(t, alike > ALIKE_MOST ? alike - ALIKE_MOST : 0, code_name(code));
}

enum err report_text(struct store *s, const struct report_options *o, FILE *out)
{
    char address[ADDR_TEXT];
    struct story t = { .store = s, .options = o };
    t.address = o->peer.size ? addr_text(&o->peer, address) : NULL;
    t.l = layout_init(out, o->width ? o->width : USUAL_WIDTH, o->colour, o->utf8);
    enum err began = query_begin(s);
    if (!began) {
        query_capture(s, &t.capture);
        query_totals(s, t.address, &t.totals);
        query_ospf_totals(s, t.address, &t.ospf);
        t.dated = stamp_known(t.capture.first) && !render_same_day(t.capture.first, t.capture.last);
        tell_head(&t);
        tell_span_of_time(&t);
        tell_findings_of_all(&t, true);
        tell_findings_of_all(&t, false);
        tell_peerings(&t);
        tell_episodes(&t);
        tell_ospf(&t);
    }
    enum err ended = query_end(s), told = layout_finish(&t.l);
    return ended ? ended : told;
}
