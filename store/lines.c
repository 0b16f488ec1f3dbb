/* Outboxes in; a line of text or JSON for each finding that is news, out. */
#include "store/lines.h"

#include "base/table.h"
#include "base/writer.h"
#include "store/episodes.h"
#include <stdlib.h>
#include <string.h>

/* What comes again and again is told after a minute, then after twice as long each time, until once an hour: a log that is
 * kept for a year is to be read by somebody. */
enum { LINE_MOST = 1 << 16, AGAIN_S = 60, AGAIN_MOST_S = 3600, FRAMES_SHOWN = 6 };

/* What was said of a finding. */
struct said {
    uint32_t count;
    enum severity severity;
    bool over;
    struct stamp when;
    int64_t pause_s; /* after it may be told again */
};

struct pair {
    struct addr addr[2];
    char name[2 * ADDR_TEXT];
};

struct lines {
    FILE *to;
    struct lines_options options;
    struct table said;  /* by id */
    struct table pairs; /* peerings by id */
    struct buf line;
};

enum news { NEWS_NONE, NEWS_OPENED, NEWS_GRAVER, NEWS_AGAIN, NEWS_OVER };

struct lines *lines_new(FILE *to, const struct lines_options *options)
{
    struct lines *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->to = to;
    l->options = *options;
    l->line = buf_init(LINE_MOST);
    table_init(&l->said, sizeof(uint32_t), 0);
    table_init(&l->pairs, sizeof(uint32_t), 0);
    return l;
}

void lines_set(struct lines *l, enum severity least, void *name_of_what)
{
    l->options.least = least;
    l->options.name_of = name_of_what;
}

void lines_free(struct lines *l)
{
    void *one;
    if (!l)
        return;
    for (uint32_t at = 0; (one = table_next(&l->said, &at));)
        free(one);
    for (uint32_t at = 0; (one = table_next(&l->pairs, &at));)
        free(one);
    table_free(&l->said);
    table_free(&l->pairs);
    buf_free(&l->line);
    free(l);
}

/* ---- what is news ---- */

/* It grows while something comes again as soon as it may be told. */
static int64_t next_pause(const struct said *s, const struct finding *f, enum news news)
{
    bool soon = news == NEWS_AGAIN && stamp_since(f->last, s->when).ns < SPAN_S(2 * s->pause_s).ns;
    if (!soon)
        return AGAIN_S;
    return s->pause_s * 2 < AGAIN_MOST_S ? s->pause_s * 2 : AGAIN_MOST_S;
}

static enum news judge(struct lines *l, const struct finding *f)
{
    struct said *s = table_get(&l->said, &f->id);
    enum news news = NEWS_NONE;
    if (f->over && (!s || s->over)) /* it came and went between two looks */
        return NEWS_NONE;
    if (!s) {
        s = calloc(1, sizeof *s);
        if (!s || !table_put(&l->said, &f->id, s)) {
            free(s);
            return NEWS_OPENED;
        }
        news = NEWS_OPENED;
    } else if (f->over)
        news = NEWS_OVER;
    else if (f->severity > s->severity)
        news = NEWS_GRAVER;
    else if (f->count > s->count && stamp_since(f->last, s->when).ns >= SPAN_S(s->pause_s).ns)
        news = NEWS_AGAIN;
    if (!news)
        return news;
    *s = (struct said){ f->count, f->severity, f->over, f->last, next_pause(s, f, news) };
    return news;
}

static const struct pair *pair_of(const struct lines *l, uint32_t peering)
{
    return table_get(&l->pairs, &peering);
}

static bool wanted(const struct lines *l, uint32_t peering)
{
    const struct addr *one = &l->options.peer;
    const struct pair *p = pair_of(l, peering);
    return !one->size || (p && (addr_equal(one, &p->addr[0]) || addr_equal(one, &p->addr[1])));
}

static void learn_peering(struct lines *l, const struct bgp_peering *p)
{
    struct pair *pair = table_get(&l->pairs, &p->id);
    if (pair || !(pair = calloc(1, sizeof *pair)))
        return;
    pair->addr[0] = p->side[0].addr;
    pair->addr[1] = p->side[1].addr;
    snprintf(pair->name, sizeof pair->name, "%s", p->name);
    if (!table_put(&l->pairs, &p->id, pair))
        free(pair);
}

static const char *name_of(const struct lines *l, const struct addr *a)
{
    return l->options.name && a->size ? l->options.name(l->options.name_of, a) : NULL;
}

/* ---- JSON ---- */

static void json_time(struct writer *w, const char *key, struct stamp when)
{
    char text[STAMP_TEXT];
    write_str(w, key, stamp_known(when) ? stamp_text(when, when.ns % 1000 ? 9 : 6, text) : NULL);
}

static void add_advice(const struct lines *l, const struct finding *f, struct buf *out)
{
    char at[ADDR_TEXT], peer[ADDR_TEXT];
    const struct advice_words words = { f->at.size ? addr_text(&f->at, at) : NULL,
                                        f->peer.size ? addr_text(&f->peer, peer) : NULL, f->at_as,
                                        f->peer_as };
    struct buf special = buf_init(4096);
    explain_advice(f->code, VENDOR_GENERIC, &words, out);
    if (l->options.vendor != VENDOR_GENERIC && explain_advice(f->code, l->options.vendor, &words, &special))
        buf_printf(out, " %s: %s", vendor_title(l->options.vendor), buf_text(&special));
    buf_free(&special);
}

static void json_evidence(const struct lines *l, struct writer *w, const struct finding *f)
{
    write_array(w, "evidence");
    for (uint32_t i = 0; i < f->evidence_count; i++) {
        const struct evidence *e = &f->evidence[i];
        write_object(w, NULL);
        write_str(w, "file", l->options.file(l->options.file_of, e->ref.file));
        write_u64(w, "frame", e->ref.frame);
        json_time(w, "time", e->ref.when);
        write_str(w, "note", e->note);
        write_end(w);
    }
    write_end(w);
}

/* "names": { "10.0.12.1": "edge1" } */
static void json_names(const struct lines *l, struct writer *w, const struct finding *f)
{
    const struct addr *all[] = { &f->at, &f->peer };
    bool any = false;
    char text[ADDR_TEXT];
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *name = name_of(l, all[i]);
        if (name && !any)
            write_object(w, "names");
        any = any || name;
        if (name)
            write_str(w, addr_text(all[i], text), name);
    }
    if (any)
        write_end(w);
}

static void json_finding(struct lines *l, const struct finding *f, enum news news)
{
    static const char *const names[] = { "", "opened", "graver", "again", "over" };
    char text[ADDR_TEXT];
    const struct pair *p = pair_of(l, f->peering);
    struct buf advice = buf_init(4096);
    struct writer w = writer_init(&writer_json, &l->line);
    write_object(&w, NULL);
    write_str(&w, "event", names[news]);
    write_u64(&w, "id", f->id);
    write_str(&w, "code", code_name(f->code));
    write_str(&w, "severity", severity_name(f->severity));
    write_str(&w, "confidence", confidence_name(f->confidence));
    json_time(&w, "time", f->first);
    json_time(&w, "last_time", f->last);
    write_u64(&w, "count", f->count);
    if (p)
        write_str(&w, "peering", p->name);
    write_str(&w, "at", f->at.size ? addr_text(&f->at, text) : NULL);
    json_names(l, &w, f);
    write_str(&w, "title", f->title ? f->title : "");
    write_str(&w, "explanation", f->explanation ? f->explanation : "");
    add_advice(l, f, &advice);
    write_str(&w, "advice", buf_text(&advice));
    json_evidence(l, &w, f);
    write_end(&w);
    buf_free(&advice);
}

static void json_transition(struct lines *l, const struct bgp_transition *t, const struct pair *p)
{
    char text[ADDR_TEXT];
    struct writer w = writer_init(&writer_json, &l->line);
    write_object(&w, NULL);
    write_str(&w, "event", "state");
    json_time(&w, "time", t->ref.when);
    write_str(&w, "peering", p->name);
    write_str(&w, "side", addr_text(&p->addr[t->side], text));
    write_str(&w, "from", bgp_state_name(t->from));
    write_str(&w, "to", bgp_state_name(t->to));
    if (t->ref.frame)
        write_u64(&w, "frame", t->ref.frame);
    write_str(&w, "cause", t->cause);
    write_end(&w);
}

static void json_episode(struct lines *l, const struct bgp_episode *x, const struct pair *p)
{
    char text[ADDR_TEXT];
    struct writer w = writer_init(&writer_json, &l->line);
    write_object(&w, NULL);
    write_str(&w, "event", "convergence");
    json_time(&w, "time", x->first.when);
    json_time(&w, "last", x->last.when);
    write_str(&w, "peering", p->name);
    write_str(&w, "at", x->side < 0 ? NULL : addr_text(&p->addr[x->side], text));
    write_str(&w, "trigger", episode_trigger_name(x->trigger));
    write_str(&w, "code", x->cause < CODE_COUNT ? code_name((enum finding_code)x->cause) : NULL);
    write_str(&w, "end", episode_end_name(x->end));
    write_u64(&w, "lost_routes", x->lost);
    write_u64(&w, "prefixes", x->prefixes);
    write_u64(&w, "as_before", x->back);
    write_u64(&w, "another_path", x->other);
    write_u64(&w, "gone", x->gone);
    write_end(&w);
}

/* ---- text ---- */

static void text_time(struct lines *l, struct stamp when)
{
    char text[STAMP_TEXT];
    buf_str(&l->line, stamp_known(when) ? stamp_text(when, 3, text) : "-");
    buf_char(&l->line, ' ');
}

static void text_word(struct lines *l, const char *word, const char *colour)
{
    if (l->options.colour)
        buf_printf(&l->line, "\033[%sm%-7s\033[0m ", colour, word);
    else
        buf_printf(&l->line, "%-7s ", word);
}

static void text_frames(struct lines *l, const struct finding *f)
{
    if (!f->evidence_count)
        return;
    buf_str(&l->line, f->evidence_count > 1 ? " (frames" : " (frame");
    for (uint32_t i = 0; i < f->evidence_count && i < FRAMES_SHOWN; i++)
        buf_printf(&l->line, " %llu", (unsigned long long)f->evidence[i].ref.frame);
    buf_str(&l->line, f->evidence_count > FRAMES_SHOWN ? " …)" : ")");
}

/* " [10.0.12.1 is edge1]" */
static void text_names(struct lines *l, const struct finding *f)
{
    const struct addr *all[] = { &f->at, &f->peer };
    const char *before = " [";
    char text[ADDR_TEXT];
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *name = name_of(l, all[i]);
        if (!name)
            continue;
        buf_printf(&l->line, "%s%s is %s", before, addr_text(all[i], text), name);
        before = ", ";
    }
    buf_str(&l->line, *before == ',' ? "]" : "");
}

static void text_finding(struct lines *l, const struct finding *f, enum news news)
{
    static const char *const colours[] = { "36", "33", "31;1" };
    text_time(l, news == NEWS_OPENED ? f->first : f->last);
    if (news == NEWS_OVER)
        text_word(l, "over", "32");
    else
        text_word(l, severity_name(f->severity), colours[f->severity]);
    buf_printf(&l->line, "%s: %s", code_name(f->code), f->title ? f->title : "");
    if (news == NEWS_AGAIN)
        buf_printf(&l->line, "; %u times by now", (unsigned)f->count);
    if (news != NEWS_OVER)
        text_frames(l, f);
    text_names(l, f);
    if (!l->options.verbose || news == NEWS_OVER)
        return;
    struct buf advice = buf_init(4096);
    add_advice(l, f, &advice);
    buf_printf(&l->line, "\n    %s\n    %s", f->explanation ? f->explanation : "", buf_text(&advice));
    buf_free(&advice);
}

static void text_transition(struct lines *l, const struct bgp_transition *t, const struct pair *p)
{
    char who[ADDR_TEXT], with[ADDR_TEXT];
    text_time(l, t->ref.when);
    text_word(l, "state", "2");
    buf_printf(&l->line, "%s with %s: %s -> %s (%s)", addr_text(&p->addr[t->side], who),
               addr_text(&p->addr[!t->side], with), bgp_state_name(t->from), bgp_state_name(t->to), t->cause);
}

static void text_episode(struct lines *l, const struct bgp_episode *x, const struct pair *p)
{
    text_time(l, x->first.when);
    text_word(l, "routes", "36");
    buf_printf(&l->line, "%s on %s: ", x->trigger == EPISODE_SESSION ? "session lost" : "withdrawals",
               p->name);
    episode_words(x, &l->line);
}

/* ---- all of it ---- */

static bool put(struct lines *l)
{
    buf_char(&l->line, '\n');
    bool well = fwrite(buf_text(&l->line), 1, l->line.used, l->to) == l->line.used;
    buf_clear(&l->line);
    return well;
}

static bool write_finding(struct lines *l, const struct finding *f)
{
    if (f->severity < l->options.least || !wanted(l, f->peering))
        return true;
    enum news news = judge(l, f);
    if (news && l->options.json)
        json_finding(l, f, news);
    else if (news)
        text_finding(l, f, news);
    if (f->over) /* it will not be heard of again: the next one has a number of its own */
        free(table_remove(&l->said, &f->id));
    return !news || put(l);
}

static bool write_transition(struct lines *l, const struct bgp_transition *t)
{
    const struct pair *p = pair_of(l, t->peering);
    if (!l->options.verbose || !p || !wanted(l, t->peering))
        return true;
    if (l->options.json)
        json_transition(l, t, p);
    else
        text_transition(l, t, p);
    return put(l);
}

/* What goes on has no length yet. */
static bool write_episode(struct lines *l, const struct bgp_episode *x)
{
    const struct pair *p = pair_of(l, x->peering);
    if (x->end == EPISODE_GOES_ON || l->options.least > SEVERITY_INFO || !p || !wanted(l, x->peering))
        return true;
    if (l->options.json)
        json_episode(l, x, p);
    else
        text_episode(l, x, p);
    return put(l);
}

bool lines_write(struct lines *l, const struct outbox *o)
{
    bool well = true, any = false;
    for (uint32_t i = 0; i < o->count && well; i++) {
        const struct event *e = &o->list[i];
        if (e->kind == EVENT_PEERING)
            learn_peering(l, e->as.peering);
        else if (e->kind == EVENT_TRANSITION)
            well = write_transition(l, &e->as.transition);
        else if (e->kind == EVENT_FINDING)
            well = write_finding(l, e->as.finding);
        else if (e->kind == EVENT_EPISODE)
            well = write_episode(l, e->as.episode);
        any = any || e->kind == EVENT_FINDING || e->kind == EVENT_EPISODE || e->kind == EVENT_TRANSITION;
    }
    return well && (!any || fflush(l->to) == 0);
}
