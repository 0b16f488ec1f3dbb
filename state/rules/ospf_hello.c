/* What Hellos tell of two routers that should be neighbours and are not: parameters that differ, secrets, a way that is
 * open in one direction only, nobody who may be designated. RFC 2328 8.2, 9, 10.5; causes are ranked
 * in the order in which routers check them. */
#include "state/rules/ospf_words.h"

#include <stdio.h>

rule_fn ospf_parameters, ospf_one_way, ospf_no_designated, ospf_network_types, ospf_designated_changed,
    ospf_margin_low;

enum { IGNORED_LEAST = 2, ONE_WAY_LEAST = 3 };

/* Both spoke for a while, and this side has never taken the other, or no longer does. */
static bool ignores(const struct ospf_adjacency *a, int side)
{
    const struct ospf_neighbor *n = &a->side[side];
    return n->ignored >= IGNORED_LEAST && n->state < OSPF_STATE_INIT && !a->end[!side]->unseen;
}

/* What this side cannot take of the other. */
static uint32_t reasons(const struct ospf_adjacency *a, int side)
{
    return ospf_mismatches(a->end[0], a->end[1]) & ~a->side[side].tolerated;
}

/* ---- parameters ---- */

typedef void words_fn(const struct ospf_speaker *, char text[64]);

static void say_area(const struct ospf_speaker *s, char text[64]) { ospf_id_text(s->area, text); }
static void say_mask(const struct ospf_speaker *s, char text[64]) { ospf_id_text(s->hello.mask, text); }
static void say_hello(const struct ospf_speaker *s, char text[64])
{
    snprintf(text, 64, "%u s", (unsigned)s->hello.hello_interval);
}
static void say_dead(const struct ospf_speaker *s, char text[64])
{
    snprintf(text, 64, "%u s", (unsigned)s->hello.dead_interval);
}
static void say_subnet(const struct ospf_speaker *s, char text[64])
{
    char mask[16], address[ADDR_TEXT];
    snprintf(text, 64, "%.20s mask %s", addr_text(&s->addr, address), ospf_id_text(s->hello.mask, mask));
}
static void say_area_type(const struct ospf_speaker *s, char text[64])
{
    bool e = s->hello.options & OSPF_V2_E, n = s->hello.options & OSPF_V2_N;
    snprintf(text, 64, "%s (E %s, N %s)",
             n   ? "an NSSA"
             : e ? "a normal area"
                 : "a stub area",
             e ? "set" : "clear", n ? "set" : "clear");
}
static void say_auth(const struct ospf_speaker *s, char text[64])
{
    switch (s->auth.type) {
    case OSPF_AUTH_NULL: snprintf(text, 64, "none"); break;
    case OSPF_AUTH_SIMPLE: snprintf(text, 64, "a password in the clear"); break;
    case OSPF_AUTH_TRAILER: snprintf(text, 64, "a trailer (%s)", ospf_digest_name(s->auth.digest)); break;
    default: snprintf(text, 64, "a digest (%s)", ospf_digest_name(s->auth.digest)); break;
    }
}
static void say_family(const struct ospf_speaker *s, char text[64])
{
    snprintf(text, 64, "AF bit %s", s->hello.options & OSPF_V3_AF ? "set" : "clear");
}

/* In the order in which routers check them. */
static const struct {
    uint32_t bit;
    enum finding_code code;
    const char *what; /* "… differ" */
    const char *consequence;
    words_fn *say;
} rows[] = {
    { OSPF_DIFF_AREA, CODE_OSPF_AREA_MISMATCH, "area IDs",
      "a packet of another area is dropped (RFC 2328 8.2)", say_area },
    { OSPF_DIFF_SUBNET, CODE_OSPF_SUBNET_MISMATCH, "subnets",
      "a packet whose source is not on the receiver's subnet is dropped (RFC 2328 8.2)", say_subnet },
    { OSPF_DIFF_AUTH_TYPE, CODE_OSPF_AUTHENTICATION_TYPE_MISMATCH, "authentication types",
      "a packet of another authentication type is dropped (RFC 2328 D)", say_auth },
    { OSPF_DIFF_MASK, CODE_OSPF_NETMASK_MISMATCH, "network masks",
      "on a broadcast or NBMA link a Hello with another mask is dropped (RFC 2328 10.5)", say_mask },
    { OSPF_DIFF_HELLO, CODE_OSPF_HELLO_INTERVAL_MISMATCH, "HelloIntervals",
      "a Hello with another HelloInterval is dropped (RFC 2328 10.5)", say_hello },
    { OSPF_DIFF_DEAD, CODE_OSPF_DEAD_INTERVAL_MISMATCH, "RouterDeadIntervals",
      "a Hello with another RouterDeadInterval is dropped (RFC 2328 10.5)", say_dead },
    { OSPF_DIFF_AREA_TYPE, CODE_OSPF_AREA_TYPE_MISMATCH, "area types",
      "a Hello whose E or N bit differs is dropped (RFC 2328 10.5, RFC 3101 2.4)", say_area_type },
    { OSPF_DIFF_ADDRESS_FAMILY, CODE_OSPF_AREA_TYPE_MISMATCH, "address family bits",
      "an instance for that family needs the AF bit (RFC 5838 2.4)", say_family },
};

/* Nothing but the capture point says that they share a link: it may show two links under one tag. */
static bool may_be_apart(const struct ospf_adjacency *a)
{
    const struct ospf_speaker *x = a->end[0], *y = a->end[1];
    return x->version == 2 && x->link && y->link && !addr_same_prefix(&x->addr, &y->addr, x->link->bits) &&
           !addr_same_prefix(&x->addr, &y->addr, y->link->bits);
}

static void tell_difference(const struct happening *h, struct findings *f, unsigned row)
{
    const struct ospf_adjacency *a = h->adjacency;
    bool both = ignores(a, 0) && ignores(a, 1), apart = may_be_apart(a);
    struct draft *d = ospf_draft(f, h, rows[row].code, apart ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN, -1);
    char low[16], high[16], one[64], other[64];
    ospf_end(a, 0, low);
    ospf_end(a, 1, high);
    rows[row].say(a->end[0], one);
    rows[row].say(a->end[1], other);
    d->once = true;
    d->when = a->side[ignores(a, 0) ? 0 : 1].ignored_first.when;
    draft_title(d, "the %s of %s and %s differ: %s and %s", rows[row].what, low, high, one, other);
    draft_say(d, "On %s %s has %s, %s has %s; %s.", ospf_where(a), low, one, high, other,
              rows[row].consequence);
    draft_say(d, both ? "Neither lists the other in its Hellos." : "%s does not list %s in its Hellos.",
              ignores(a, 0) ? low : high, ignores(a, 0) ? high : low);
    for (int side = 0; side < 2; side++)
        if (ignores(a, side))
            ospf_show_ignored(d, a, side);
    draft_end(f, d);
}

/* ---- secrets ---- */

static bool has_key(const struct ospf_speaker *s)
{
    return s->auth.ref.frame && s->auth.type != OSPF_AUTH_NULL;
}

/* With the secret at hand: whose digests are not made with it. -1: not known. */
static int wrong_key(const struct ospf_adjacency *a)
{
    enum ospf_key_found v[2] = { a->end[0]->auth.verdict, a->end[1]->auth.verdict };
    for (int side = 0; side < 2; side++)
        if (v[side] == OSPF_KEY_WRONG && v[!side] >= OSPF_KEY_RIGHT)
            return side;
    for (int side = 0; side < 2; side++) /* right, and yet nobody else can read it */
        if (v[side] == OSPF_KEY_RIGHT_SWAPPED && v[!side] == OSPF_KEY_RIGHT)
            return side;
    return -1;
}

static bool neither_key(const struct ospf_adjacency *a)
{
    return a->end[0]->auth.verdict == OSPF_KEY_WRONG && a->end[1]->auth.verdict == OSPF_KEY_WRONG;
}

/* Each signs with one of the secrets at hand: 1 with the same, 0 with two; -1: not known. */
static int same_secret(const struct ospf_adjacency *a)
{
    unsigned x = a->end[0]->auth.secret, y = a->end[1]->auth.secret;
    return x && y ? x == y : -1;
}

static void say_what_differs(struct draft *d, const struct ospf_adjacency *a, bool seen)
{
    const struct ospf_auth_facts *x = &a->end[0]->auth, *y = &a->end[1]->auth;
    char low[16], high[16];
    ospf_end(a, 0, low);
    ospf_end(a, 1, high);
    if (x->type == OSPF_AUTH_SIMPLE)
        draft_say(d,
                  seen ? "The passwords of %s and %s, which stand in the clear, are not the same."
                       : "The passwords of %s and %s are the same, and neither lists the other.",
                  low, high);
    else if (x->key_id != y->key_id)
        draft_say(d, "%s signs with key ID %u, %s with key ID %u.", low, x->key_id, high, y->key_id);
    else if (x->digest != y->digest)
        draft_say(d, "%s signs by %s, %s by %s, both with key ID %u.", low, ospf_digest_name(x->digest), high,
                  ospf_digest_name(y->digest), x->key_id);
    else if (x->secret && y->secret)
        draft_say(d, "Of the secrets given, the digests of %s are made with one, those of %s with another.",
                  low, high);
    else {
        draft_say(
            d,
            "Both sign by %s with key ID %u, all else agrees, and each ignores the other's Hellos: their "
            "secrets differ. A filter that drops both directions would look the same%s",
            ospf_digest_name(x->digest), x->key_id,
            neither_key(a) ? "." : "; with the secret at hand (--ospf-key) the digests tell.");
        if (neither_key(a))
            draft_say(d, "The digests of neither are made with the secret given.");
    }
}

/* Keys that can be seen to differ; or secrets that must, for nothing else can be seen that would keep both from hearing the
 * other. */
static void tell_keys(const struct happening *h, struct findings *f, uint32_t differs)
{
    const struct ospf_adjacency *a = h->adjacency;
    bool seen = differs & OSPF_DIFF_AUTH_KEY, both = ignores(a, 0) && ignores(a, 1);
    bool crypto = a->end[0]->auth.type != OSPF_AUTH_SIMPLE;
    int wrong = wrong_key(a), same = same_secret(a);
    char low[16], high[16];
    if (!has_key(a->end[0]) || !has_key(a->end[1]) || differs & OSPF_DIFF_AUTH_TYPE ||
        !(seen || wrong >= 0 || (both && crypto && !differs && same != 1)))
        return;
    ospf_end(a, 0, low);
    ospf_end(a, 1, high);
    struct draft *d =
        ospf_draft(f, h, CODE_OSPF_AUTHENTICATION_KEY_MISMATCH,
                   seen || wrong >= 0 || same == 0 ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, wrong);
    d->once = true;
    d->when = a->side[ignores(a, 0) ? 0 : 1].ignored_first.when;
    if (wrong >= 0 && a->end[wrong]->auth.verdict == OSPF_KEY_RIGHT_SWAPPED) {
        draft_title(d, "%s signs in a way that %s cannot verify", wrong ? high : low, wrong ? low : high);
        draft_say(
            d,
            "Its secret is the one given, but for the protocol ID at the key's end, which stands in the wrong byte "
            "order (RFC 7166 4.5): only routers with the same software read it.");
    } else if (wrong >= 0) {
        draft_title(d, "%s signs with another key than the one given", wrong ? high : low);
        draft_say(d, "The digests of %s are made with the secret given, those of %s are not.",
                  wrong ? low : high, wrong ? high : low);
    } else {
        draft_title(d, "%s and %s use different OSPF keys", low, high);
        say_what_differs(d, a, seen);
    }
    for (int side = 0; side < 2; side++)
        if (ignores(a, side))
            ospf_show_ignored(d, a, side);
    draft_end(f, d);
}

void ospf_parameters(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    uint32_t differs = 0;
    for (int side = 0; side < 2; side++)
        if (ignores(a, side))
            differs |= reasons(a, side);
    if (differs & OSPF_DIFF_ROUTER_ID || !(ignores(a, 0) || ignores(a, 1)))
        return;
    for (unsigned i = 0; i < COUNT(rows); i++)
        if (differs & rows[i].bit)
            tell_difference(h, f, i);
    tell_keys(h, f, differs);
}

/* ---- one way ---- */

/* This side hears the other and is not listed in return, though nothing that can be seen speaks against it. */
static void tell_one_way(const struct happening *h, struct findings *f, int hears)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[hears], *deaf = &a->side[!hears];
    const struct ospf_speaker *other = a->end[!hears];
    char one[16], two[16], since[32];
    /* they were neighbours before: then it is one way since it was listed no more */
    bool once_both = deaf->listed.frame && stamp_before(n->listed_first.when, deaf->listed.when);
    struct stream_ref began = once_both ? deaf->ignored_first : n->listed_first;
    struct span lasted = stamp_since(other->hello_last.when, began.when);
    if (n->state != OSPF_STATE_INIT || !n->lists || deaf->ignored < ONE_WAY_LEAST ||
        deaf->state >= OSPF_STATE_INIT || reasons(a, !hears) || other->unseen ||
        lasted.ns < (int64_t)other->hello.dead_interval * NS_PER_S / 2)
        return;
    if (ospf_same_address(a->end[hears])) /* that is why */
        return;
    struct draft *d = ospf_draft(f, h, CODE_OSPF_ONE_WAY, CONFIDENCE_LIKELY, !hears);
    d->once = true;
    d->when = deaf->ignored_first.when;
    draft_title(d, "%s does not hear %s, which hears it", ospf_end(a, !hears, two), ospf_end(a, hears, one));
    draft_say(
        d,
        "For %s %s has listed %s in its Hellos, and is not listed in return, so it stays in Init. All parameters "
        "agree: what %s sends is lost on the way to %s or dropped there (filter, multicast not passed on).",
        span_words(lasted, since), one, two, one, two);
    if (a->end[hears]->loud != other->loud || a->end[hears]->quiet != other->quiet)
        draft_say(d, "%s sends its Hellos to %s, %s to %s: the network types may differ.", one,
                  a->end[hears]->loud ? "the group" : "single neighbours", two,
                  other->loud ? "the group" : "single neighbours");
    if (!once_both)
        draft_evidence(d, n->listed_first, "Hello of %s, which lists %s", one, two);
    draft_evidence(d, deaf->ignored_first, "Hello of %s without %s", two, one);
    draft_evidence(d, a->end[hears]->hello_last, "Hello of %s, which lists %s", one, two);
    draft_evidence(d, other->hello_last, "Hello of %s without %s", two, one);
    draft_end(f, d);
}

/* Neither hears the other, and nothing that can be seen is the reason. */
static void tell_deaf(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    char low[16], high[16];
    if (!ignores(a, 0) || !ignores(a, 1) || reasons(a, 0) || reasons(a, 1) || !a->end[0]->link ||
        a->side[0].ignored < ONE_WAY_LEAST || a->side[1].ignored < ONE_WAY_LEAST ||
        !a->end[0]->link->prefix.size || (has_key(a->end[0]) && a->end[0]->auth.type != OSPF_AUTH_SIMPLE))
        return;
    struct draft *d = ospf_draft(f, h, CODE_OSPF_ONE_WAY, CONFIDENCE_POSSIBLE, -1);
    d->severity = SEVERITY_WARNING;
    d->once = true;
    d->when = a->side[0].ignored_first.when;
    draft_title(d, "%s and %s do not hear each other", ospf_end(a, 0, low), ospf_end(a, 1, high));
    draft_say(
        d,
        "Both send Hellos on %s with the same parameters, and neither lists the other: what passes here does not "
        "arrive on either side (filter, link broken between the capture point and both), or each is on a link of "
        "its own that this capture shows as one.",
        ospf_where(a));
    for (int side = 0; side < 2; side++)
        ospf_show_ignored(d, a, side);
    draft_end(f, d);
}

void ospf_one_way(const struct happening *h, struct findings *f)
{
    tell_one_way(h, f, 0);
    tell_one_way(h, f, 1);
    tell_deaf(h, f);
}

/* ---- designated routers ---- */

static bool longer_than_dead(const struct ospf_adjacency *a, struct stamp now)
{
    const struct ospf_speaker *x = a->end[0], *y = a->end[1];
    int64_t dead =
        x->hello.dead_interval > y->hello.dead_interval ? x->hello.dead_interval : y->hello.dead_interval;
    return a->both_listed.frame && stamp_since(now, a->both_listed.when).ns > dead * NS_PER_S;
}

/* The first two members speak for the link. */
static bool speaks_for_link(const struct ospf_adjacency *a)
{
    const struct ospf_wire *l = a->link;
    return l && l->member_count >= 2 && (l->members[0] == a->end[0] || l->members[0] == a->end[1]) &&
           (l->members[1] == a->end[0] || l->members[1] == a->end[1]);
}

void ospf_no_designated(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_wire *l = a->link;
    if (!speaks_for_link(a) || !longer_than_dead(a, a->end[0]->hello_last.when) || a->exchange_seen)
        return;
    for (uint32_t i = 0; i < l->member_count; i++) {
        const struct ospf_speaker *m = l->members[i];
        if (!m->unseen && (!m->hello_known || m->hello.priority || m->ever_dr || m->far.size))
            return;
    }
    struct draft *d = ospf_draft(f, h, CODE_OSPF_NO_DESIGNATED_ROUTER, CONFIDENCE_CERTAIN, -1);
    d->once = true;
    d->when = stamp_add(a->both_listed.when, SPAN_S(a->end[0]->hello.dead_interval));
    draft_title(d, "nobody on %s may become designated router", l->name);
    draft_say(
        d,
        "All %u routers there send Hellos with priority 0 and name no designated router. They hear each other and "
        "stay in 2-Way: without one no adjacency is formed (RFC 2328 10.4).",
        (unsigned)l->member_count);
    for (uint32_t i = 0; i < l->member_count && i < EVIDENCE_MAX; i++)
        draft_evidence(d, l->members[i]->hello_last, "Hello with priority 0, no designated router");
    draft_end(f, d);
}

static const char *designated(uint32_t id, char text[16]) { return id ? ospf_id_text(id, text) : "nobody"; }

void ospf_designated_changed(const struct happening *h, struct findings *f)
{
    const struct ospf_wire *l = h->wire, *before = h->wire_before;
    char is[16], was[16];
    struct draft *d = rule_draft(f, h, CODE_OSPF_DESIGNATED_ROUTER_CHANGED, CONFIDENCE_CERTAIN, -1);
    bool dr = l->dr != before->dr;
    d->subject = l->id;
    draft_title(d, "%s of %s is %s now, no longer %s",
                dr ? "the designated router" : "the backup designated router", l->name,
                designated(dr ? l->dr_router : l->bdr_router, is),
                designated(dr ? before->dr_router : before->bdr_router, was));
    draft_say(
        d,
        "It calls itself so in its Hello; %s was it before. Adjacencies with the new one are formed anew where there "
        "were none.",
        was);
    draft_evidence(d, dr ? before->dr_ref : before->bdr_ref, "Hello of %s as it became so", was);
    draft_evidence(d, h->ref, "Hello of %s, which calls itself so", is);
    draft_end(f, d);
}

/* ---- broadcast here, point-to-point there ---- */

/* Both hear each other for longer than it takes to elect somebody; one names a designated router and the other none. */
void ospf_network_types(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    int lan = a->end[0]->ever_dr ? 0 : 1;
    const struct ospf_speaker *x = a->end[lan], *y = a->end[!lan];
    if (!x->ever_dr || y->ever_dr || y->unseen || !y->hello_known || x->far.size ||
        !longer_than_dead(a, y->hello_last.when))
        return;
    char one[16], two[16];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_NETWORK_TYPE_MISMATCH,
                                 y->floods_dbdesc ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, -1);
    d->once = true;
    d->when = stamp_later(x->dr_named.when, a->both_listed.when);
    draft_title(d, "%s treats %s as a broadcast link, %s as point-to-point", ospf_end(a, lan, one),
                ospf_where(a), ospf_end(a, !lan, two));
    draft_say(
        d,
        "%s takes part in the election of a designated router; the Hellos of %s name none, long after the time to "
        "elect one is over. The adjacency can become Full, but each describes the link in its own way, and routes "
        "over it are missing: one says transit network, the other point-to-point (RFC 2328 16.1).",
        one, two);
    draft_evidence(d, x->dr_named, "Hello of %s, which names a designated router", one);
    draft_evidence(d, y->hello_first, "Hello of %s, which names none", two);
    draft_evidence(d, y->hello_last, "Hello of %s, which still names none", two);
    draft_evidence(d, a->side[!lan].dd.group ? a->side[!lan].dd.ref : (struct stream_ref){ 0 },
                   "Database Description to the group, as on point-to-point links");
    draft_end(f, d);
}

/* ---- margins ---- */

void ospf_margin_low(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[h->side];
    const struct ospf_speaker *late = a->end[!h->side], *me = a->end[h->side];
    char one[16], two[16], gap[32], left[32];
    struct span waited = { (int64_t)me->hello.dead_interval * NS_PER_S - n->min_margin.ns };
    struct draft *d = ospf_draft(f, h, CODE_OSPF_HELLO_MARGIN_LOW, CONFIDENCE_CERTAIN, !h->side);
    draft_title(d, "a Hello of %s came only %s before %s would have given it up", ospf_end(a, !h->side, one),
                span_words(n->min_margin, left), ospf_end(a, h->side, two));
    draft_say(
        d,
        "%s without a Hello of %s, which sends one each %u s; the RouterDeadInterval of %s is %u s. Hellos were lost "
        "before this point or sent late.",
        span_words(waited, gap), one, (unsigned)late->hello.hello_interval, two,
        (unsigned)me->hello.dead_interval);
    draft_evidence(d, n->heard, "Hello of %s", one);
    draft_evidence(d, h->ref, "its next Hello");
    draft_end(f, d);
}
