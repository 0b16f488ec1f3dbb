/* Outboxes in, alerts out. */
#include "alert/feed_internal.h"

#include "state/rules/explain.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFRESH_S = 60 };

struct alert_feed *alert_feed_new(const struct alert_feed_options *options)
{
    struct alert_feed *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->options = *options;
    f->since = STAMP_NEVER;
    table_init(&f->subjects, sizeof(uint64_t), 0);
    table_init(&f->said, sizeof(uint32_t), 0);
    return f;
}

void alert_feed_names(struct alert_feed *f, void *name_of) { f->options.name_of = name_of; }

void alert_feed_free(struct alert_feed *f)
{
    void *one;
    if (!f)
        return;
    feed_free_before(f);
    for (uint32_t at = 0; (one = table_next(&f->said, &at));)
        feed_free_said(one);
    for (uint32_t at = 0; (one = table_next(&f->subjects, &at));)
        free(one);
    table_free(&f->said);
    table_free(&f->subjects);
    free(f);
}

/* ---- subjects ---- */

static struct subject *subject_of(struct alert_feed *f, enum alert_about about, uint32_t id)
{
    uint64_t key = (uint64_t)about << 32 | id;
    return table_get(&f->subjects, &key);
}

static struct subject *add_subject(struct alert_feed *f, enum alert_about about, uint32_t id,
                                   const char *name)
{
    uint64_t key = (uint64_t)about << 32 | id;
    struct subject *s = table_get(&f->subjects, &key);
    if (s || !(s = calloc(1, sizeof *s)))
        return NULL;
    s->id = id;
    s->about = about;
    s->doubt = STAMP_NEVER;
    snprintf(s->name, sizeof s->name, "%s", name);
    if (!table_put(&f->subjects, &key, s)) {
        free(s);
        return NULL;
    }
    feed_claim(f, s);
    return s;
}

static void add_peering(struct alert_feed *f, const struct bgp_peering *p)
{
    struct subject *s = add_subject(f, ALERT_PEERING, p->id, p->name);
    for (int i = 0; s && i < 2; i++)
        s->addr[i] = p->side[i].addr;
}

static void add_adjacency(struct alert_feed *f, const struct ospf_adjacency *j)
{
    struct subject *s = add_subject(f, ALERT_ADJACENCY, j->id, j->name);
    for (int i = 0; s && i < 2; i++) {
        s->addr[i] = addr_of_id(j->end[i]->router_id);
    }
}

static bool wanted(const struct alert_feed *f, const struct subject *s)
{
    const struct addr *one = &f->options.peer;
    return !one->size || addr_equal(one, &s->addr[0]) || addr_equal(one, &s->addr[1]);
}

/* ---- words ---- */

/* "10.0.12.1 is edge1, 10.0.12.2 is core" */
static void add_called(const struct alert_feed *f, struct alert *a, const struct addr *one)
{
    const char *name = f->options.name && one->size ? f->options.name(f->options.name_of, one) : NULL;
    char text[ADDR_TEXT];
    size_t n = strlen(a->called);
    if (name)
        snprintf(a->called + n, sizeof a->called - n, "%s%s is %s", n ? ", " : "", addr_text(one, text),
                 name);
}

/* "192.0.2.1: AS 64496 Example, DE; 192.0.2.2: SE" */
static void add_place(const struct alert_feed *f, struct alert *a, const struct addr *one)
{
    char text[ADDR_TEXT];
    size_t n = strlen(a->places);
    if (!f->options.place || !one->size || a->about != ALERT_PEERING) /* router IDs look like addresses */
        return;
    struct buf words = buf_init(256);
    f->options.place(f->options.place_of, one, &words);
    if (words.used)
        snprintf(a->places + n, sizeof a->places - n, "%s%s: %s", n ? "; " : "", addr_text(one, text),
                 buf_text(&words));
    buf_free(&words);
}

static void add_side(const struct alert_feed *f, struct alert *a, const struct addr *one)
{
    add_called(f, a, one);
    add_place(f, a, one);
}

static struct alert begin(const struct subject *s, uint64_t key)
{
    struct alert a = { .key = key, .about = s->about };
    snprintf(a.subject, sizeof a.subject, "%s", s->name);
    return a;
}

static void add_advice(struct alert *a, const struct finding *f)
{
    char at[ADDR_TEXT], peer[ADDR_TEXT];
    const struct advice_words words = { f->at.size ? addr_text(&f->at, at) : NULL,
                                        f->peer.size ? addr_text(&f->peer, peer) : NULL, f->at_as,
                                        f->peer_as };
    struct buf text = buf_init(sizeof a->advice);
    explain_advice(f->code, VENDOR_GENERIC, &words, &text);
    snprintf(a->advice, sizeof a->advice, "%s", buf_text(&text));
    buf_free(&text);
}

/* ---- findings ---- */

static struct alert of_finding(const struct subject *s, const struct said *said)
{
    struct alert a = begin(s, said->key);
    a.finding = said->number;
    a.while_down = said->while_down;
    a.severity = said->severity;
    a.count = said->earlier + said->count;
    a.first = said->first;
    a.last = said->told;
    snprintf(a.name, sizeof a.name, "%s", code_name(said->code));
    if (said->at.size)
        addr_text(&said->at, a.at);
    return a;
}

static void ring(struct alert_feed *f, const struct subject *s, const struct said *said,
                 const struct finding *one, bool again)
{
    struct alert a = of_finding(s, said);
    a.firing = true;
    a.again = again;
    snprintf(a.confidence, sizeof a.confidence, "%s", confidence_name(one->confidence));
    snprintf(a.summary, sizeof a.summary, "%s", one->title ? one->title : "");
    snprintf(a.description, sizeof a.description, "%s", one->explanation ? one->explanation : "");
    add_side(f, &a, &one->at);
    add_side(f, &a, &one->peer);
    add_advice(&a, one);
    f->options.emit(f->options.to, &a);
}

/* The sink remembers its words. */
void feed_resolve(struct alert_feed *f, const struct subject *s, struct said *said, struct stamp when)
{
    struct alert a = of_finding(s, said);
    a.last = when;
    said->firing = false;
    f->options.emit(f->options.to, &a);
}

static void unchain(struct subject *s, const struct said *said)
{
    for (struct said **at = &s->said; *at; at = &(*at)->next)
        if (*at == said) {
            *at = said->next;
            return;
        }
}

static struct said *said_of(struct alert_feed *f, struct subject *s, const struct finding *one)
{
    struct said *said = table_get(&f->said, &one->id);
    if (said || one->over || (!(said = feed_again(s, one)) && !(said = calloc(1, sizeof *said))))
        return said;
    said->id = one->id;
    said->number = said->number ? said->number : f->numbers + one->id;
    said->code = one->code;
    said->at = one->at;
    if (!table_put(&f->said, &one->id, said)) {
        feed_free_said(said);
        return NULL;
    }
    said->next = s->said;
    s->said = said;
    return said;
}

static struct subject *about(struct alert_feed *f, const struct finding *one)
{
    if (one->peering)
        return subject_of(f, ALERT_PEERING, one->peering);
    return one->adjacency ? subject_of(f, ALERT_ADJACENCY, one->adjacency) : &f->capture;
}

static void take_finding(struct alert_feed *f, const struct finding *one)
{
    struct subject *s = about(f, one);
    struct said *said = s && wanted(f, s) ? said_of(f, s, one) : NULL;
    if (!said)
        return;
    if (one->over) {
        if (said->firing)
            feed_resolve(f, s, said, one->last);
        unchain(s, said);
        feed_free_said(table_remove(&f->said, &one->id));
        return;
    }
    enum severity severity = one->severity > said->least ? one->severity : said->least;
    bool more = one->count > said->count, graver = severity > said->severity;
    bool rings = more && !said->firing;
    bool refresh =
        said->firing && (graver || (more && stamp_since(one->last, said->told).ns >= SPAN_S(REFRESH_S).ns));
    if (more)
        said->while_down = s->about != ALERT_CAPTURE && !s->up;
    if (rings) {
        said->first = one->last;
        said->key = ++f->key;
    }
    said->severity = severity;
    said->count = one->count;
    if (!rings && !refresh)
        return;
    said->told = one->last;
    said->firing = true;
    ring(f, s, said, one, !rings && !graver);
}

/* ---- states ---- */

static void tell_state(struct alert_feed *f, struct subject *s, bool up, bool firing, struct stamp when,
                       const char *words, const char *cause)
{
    struct alert a = begin(s, s->key);
    a.severity = up ? SEVERITY_INFO : SEVERITY_ERROR;
    a.firing = firing;
    a.count = 1;
    a.first = firing ? when : s->since;
    a.last = when;
    snprintf(a.name, sizeof a.name, "%s-%s", s->about == ALERT_PEERING ? "bgp-session" : "ospf-adjacency",
             up ? "up" : "down");
    snprintf(a.confidence, sizeof a.confidence, "%s", confidence_name(CONFIDENCE_CERTAIN));
    snprintf(a.summary, sizeof a.summary, "%s is %s", s->name,
             up ? s->about == ALERT_PEERING ? "Established" : "Full" : "down");
    snprintf(a.description, sizeof a.description, "%s (%s).", words, cause);
    for (int i = 0; i < 2; i++)
        add_side(f, &a, &s->addr[i]);
    f->options.emit(f->options.to, &a);
}

/* What was found while it was down is no longer so; of flapping that says nothing. */
static void recovered(struct alert_feed *f, struct subject *s, struct stamp when)
{
    for (struct said *said = s->said; said; said = said->next)
        if (said->firing && said->while_down && said->code != CODE_BGP_SESSION_FLAPPING &&
            said->code != CODE_OSPF_ADJACENCY_FLAPPING)
            feed_resolve(f, s, said, when);
}

void feed_turn(struct alert_feed *f, struct subject *s, bool both, struct stamp when, const char *words,
               const char *cause)
{
    s->up = both;
    s->remembered = false;
    if (both && s->down_firing)
        tell_state(f, s, false, false, when, words, cause);
    if (!both && s->up_firing)
        tell_state(f, s, true, false, when, words, cause);
    s->since = when;
    s->key = ++f->key;
    s->down_firing = !both;
    s->up_firing = both;
    tell_state(f, s, both, true, when, words, cause);
    if (both)
        recovered(f, s, when);
}

static void take_state(struct alert_feed *f, struct subject *s, int side, bool up, struct stamp when,
                       const char *words, const char *cause)
{
    s->side_up[side] = up;
    bool both = s->side_up[0] && s->side_up[1];
    if (both)
        s->remembered = false;
    else if (s->remembered && !stamp_known(s->doubt)) {
        s->doubt = when; /* the first packets of those that we join do not tell all */
        f->remembers = true;
    }
    if (both != s->up && !s->remembered && wanted(f, s))
        feed_turn(f, s, both, when, words, cause);
}

static void take_transition(struct alert_feed *f, const struct bgp_transition *t)
{
    struct subject *s = subject_of(f, ALERT_PEERING, t->peering);
    char words[200], who[ADDR_TEXT];
    if (!s)
        return;
    snprintf(words, sizeof words, "%s went from %s to %s", addr_text(&s->addr[t->side], who),
             bgp_state_name(t->from), bgp_state_name(t->to));
    take_state(f, s, t->side, t->to == STATE_ESTABLISHED, t->ref.when, words, t->cause);
}

static void take_ospf_transition(struct alert_feed *f, const struct ospf_transition *t)
{
    struct subject *s = subject_of(f, ALERT_ADJACENCY, t->adjacency);
    char words[200], who[ADDR_TEXT], whom[ADDR_TEXT];
    if (!s)
        return;
    snprintf(words, sizeof words, "%s holds %s to be %s, after %s", addr_text(&s->addr[t->side], who),
             addr_text(&s->addr[!t->side], whom), ospf_state_name(t->to), ospf_state_name(t->from));
    take_state(f, s, t->side, t->to == OSPF_STATE_FULL, t->ref.when, words, t->cause);
}

/* States first: what was found as a session went down was found while it is down. */
static void take_states(struct alert_feed *f, const struct outbox *o)
{
    for (uint32_t i = 0; i < o->count; i++) {
        const struct event *e = &o->list[i];
        switch (e->kind) {
        case EVENT_PEERING: add_peering(f, e->as.peering); break;
        case EVENT_OSPF_ADJACENCY: add_adjacency(f, e->as.adjacency); break;
        case EVENT_TRANSITION: take_transition(f, &e->as.transition); break;
        case EVENT_OSPF_TRANSITION: take_ospf_transition(f, &e->as.ospf_transition); break;
        default: break;
        }
    }
}

void alert_feed_take(struct alert_feed *f, const struct outbox *o)
{
    take_states(f, o);
    for (uint32_t i = 0; i < o->count; i++)
        if (o->list[i].kind == EVENT_FINDING)
            take_finding(f, o->list[i].as.finding);
}
