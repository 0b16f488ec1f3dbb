/* What Hellos tell of two routers that should be neighbours and are not: parameters that differ, a way that is open in one
 * direction only; and Hellos that come nearly too late. RFC 2328 8.2, 10.5; causes are ranked in the order in which
 * routers check them. */
#include "state/rules/ospf_words.h"

#include <stdio.h>

rule_fn ospf_parameters, ospf_one_way, ospf_margin_low;

enum { ONE_WAY_LEAST = 3 };

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
    if (s->hello.hello_interval)
        snprintf(text, 64, "%u s", (unsigned)s->hello.hello_interval);
    else
        snprintf(text, 64, "0 (several a second)");
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
static void say_instance(const struct ospf_speaker *s, char text[64])
{
    snprintf(text, 64, "%u", (unsigned)s->instance);
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
    { OSPF_DIFF_INSTANCE, CODE_OSPF_INSTANCE_MISMATCH, "instance IDs",
      "a packet of another instance than the interface's is dropped (RFC 5340 4.2.2, RFC 6549 2)",
      say_instance },
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
    bool both = ospf_ignores(a, 0) && ospf_ignores(a, 1), apart = may_be_apart(a);
    bool instance =
        rows[row].bit == OSPF_DIFF_INSTANCE; /* it may be meant, where the others have each other */
    enum confidence sure = instance && (a->end[0]->adjacency_count > 1 || a->end[1]->adjacency_count > 1)
                               ? CONFIDENCE_POSSIBLE
                           : instance || apart ? CONFIDENCE_LIKELY
                                               : CONFIDENCE_CERTAIN;
    struct draft *d = ospf_draft(f, h, rows[row].code, sure, -1);
    char low[16], high[16], one[64], other[64];
    ospf_end(a, 0, low);
    ospf_end(a, 1, high);
    rows[row].say(a->end[0], one);
    rows[row].say(a->end[1], other);
    d->once = true;
    d->when = a->side[ospf_ignores(a, 0) ? 0 : 1].ignored_first.when;
    draft_title(d, "the %s of %s and %s differ: %s and %s", rows[row].what, low, high, one, other);
    draft_say(d, "On %s %s has %s, %s has %s; %s.", ospf_where(a), low, one, high, other,
              rows[row].consequence);
    draft_say(d, both ? "Neither lists the other in its Hellos." : "%s does not list %s in its Hellos.",
              ospf_ignores(a, 0) ? low : high, ospf_ignores(a, 0) ? high : low);
    for (int side = 0; side < 2; side++)
        if (ospf_ignores(a, side))
            ospf_show_ignored(d, a, side);
    draft_end(f, d);
}

void ospf_parameters(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    uint32_t differs = 0;
    for (int side = 0; side < 2; side++)
        if (ospf_ignores(a, side))
            differs |= reasons(a, side);
    if (differs & OSPF_DIFF_ROUTER_ID || !(ospf_ignores(a, 0) || ospf_ignores(a, 1)))
        return;
    if (differs & OSPF_DIFF_INSTANCE) /* what else differs may be meant */
        differs = OSPF_DIFF_INSTANCE;
    for (unsigned i = 0; i < COUNT(rows); i++)
        if (differs & rows[i].bit)
            tell_difference(h, f, i);
    if (differs & OSPF_DIFF_INSTANCE)
        return;
    ospf_keys(h, f, differs);
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
        "agree: what %s sends is lost on the way to %s or dropped there (%s).",
        span_words(lasted, since), one, two, one, two,
        other->far.size ? "filter, routing of the area between" : "filter, multicast not passed on");
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
    if (!ospf_ignores(a, 0) || !ospf_ignores(a, 1) || reasons(a, 0) || reasons(a, 1) || !a->end[0]->link ||
        a->side[0].ignored < ONE_WAY_LEAST || a->side[1].ignored < ONE_WAY_LEAST ||
        !a->end[0]->link->prefix.size || (ospf_signs(a->end[0]) && a->end[0]->auth.type != OSPF_AUTH_SIMPLE))
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

/* Several interfaces share one address: some list the other, one does not. */
static void tell_elsewhere(const struct happening *h, struct findings *f, int side)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[side];
    const struct ospf_speaker *s = a->end[side];
    char one[16], two[16], addr[ADDR_TEXT];
    if (!s->twofold || n->elsewhere < ONE_WAY_LEAST || !n->lists)
        return;
    struct draft *d = ospf_draft(f, h, CODE_OSPF_ONE_WAY, CONFIDENCE_POSSIBLE, side);
    d->severity = SEVERITY_WARNING;
    d->once = true;
    d->when = n->elsewhere_last.when;
    draft_title(d, "of several interfaces of %s with the address %s one does not hear %s",
                ospf_end(a, side, one), addr_text(&s->addr, addr), ospf_end(a, !side, two));
    draft_say(
        d,
        "Its Hellos come from several MAC addresses in turn: these links have no addresses of their own. Some list "
        "%s, %u did not: on one link %s is lost, or is not there at all. Which of the links that is, a capture of "
        "each alone would tell.",
        two, n->elsewhere, two);
    draft_evidence(d, n->listed, "Hello that lists %s", two);
    draft_evidence(d, n->elsewhere_last, "Hello from another MAC address that does not");
    draft_end(f, d);
}

void ospf_one_way(const struct happening *h, struct findings *f)
{
    tell_elsewhere(h, f, 0);
    tell_elsewhere(h, f, 1);
    tell_one_way(h, f, 0);
    tell_one_way(h, f, 1);
    tell_deaf(h, f);
}

/* ---- margins ---- */

/* Neither was seen for as long: a gap of the capture, or both were silent; who was late is not known. */
static void tell_margin_unseen(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_wire *l = a->link;
    char low[16], high[16], gap[32];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_HELLO_MARGIN_LOW, CONFIDENCE_POSSIBLE, -1);
    d->severity = SEVERITY_INFO;
    d->once = true;
    span_words(stamp_since(l->hole_until.when, l->hole_from.when), gap);
    draft_title(d, "nothing of %s and %s was seen for %s: the capture has a gap, or both were silent",
                ospf_end(a, 0, low), ospf_end(a, 1, high), gap);
    draft_say(
        d,
        "%s without any packet on %s, though Hellos were due; the RouterDeadInterval of %s is %u s. Either the capture "
        "has a gap there, or both were silent, or what they sent did not come by: packets do not tell which.",
        gap, ospf_where(a), h->side ? high : low, (unsigned)a->end[h->side]->hello.dead_interval);
    draft_evidence(d, l->hole_from, "last packet before");
    draft_evidence(d, l->hole_until, "first packet after");
    draft_end(f, d);
}

/* It did so by now: TCP acknowledges what it does not have, or the tap says so. Hellos may be among that. */
static bool capture_loses(const struct happening *h)
{
    const struct peering *p;
    bool lost = h->capture->dropped != h->capture->dropped_before;
    for (uint32_t at = 0; !lost && (p = table_next(h->peerings, &at));)
        lost = p->facts.side[0].tcp.missed || p->facts.side[1].tcp.missed;
    return lost;
}

void ospf_margin_low(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[h->side];
    if (n->margin_unseen) {
        tell_margin_unseen(h, f);
        return;
    }
    const struct ospf_speaker *late = a->end[!h->side], *me = a->end[h->side];
    char one[16], two[16], gap[32], left[32];
    struct span waited = { (int64_t)me->hello.dead_interval * NS_PER_S - n->min_margin.ns };
    bool loses = capture_loses(h);
    struct draft *d = ospf_draft(f, h, CODE_OSPF_HELLO_MARGIN_LOW,
                                 loses ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN, !h->side);
    draft_title(d, "a Hello of %s came only %s before %s would have given it up", ospf_end(a, !h->side, one),
                span_words(n->min_margin, left), ospf_end(a, h->side, two));
    draft_say(
        d,
        "%s without a Hello of %s, which sends one each %u s; the RouterDeadInterval of %s is %u s. Hellos were lost "
        "before this point or sent late.",
        span_words(waited, gap), one, (unsigned)late->hello.hello_interval, two,
        (unsigned)me->hello.dead_interval);
    if (loses)
        draft_say(d, "Or they are among the packets that the capture itself has lost.");
    draft_evidence(d, n->heard, "Hello of %s", one);
    draft_evidence(d, h->ref, "its next Hello");
    draft_end(f, d);
}
