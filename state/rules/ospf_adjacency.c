/* Adjacencies that do not get on: stuck between 2-Way and Full. RFC 2328 10 */
#include "state/rules/ospf_words.h"

rule_fn ospf_mtu, ospf_exchange, ospf_loading, ospf_retransmits, ospf_one_direction;

/* SMALL: every path carries as much (RFC 791 3.1). */
enum { STUCK_LEAST = 3, TIMES_LEAST = 2, SMALL = 512, RXMT_S = 5 };

/* ---- between 2-Way and Full ---- */

static bool stuck(const struct ospf_adjacency *a)
{
    return !(a->side[0].state == OSPF_STATE_FULL && a->side[1].state == OSPF_STATE_FULL);
}

static void show_repeats(struct draft *d, const struct ospf_repeats *r, const char *what)
{
    if (!r->count)
        return;
    draft_evidence(d, r->first, "%s", what);
    for (unsigned i = 0; i < 2; i++)
        draft_evidence(d, r->latest[i], "%s, again", what);
}

static bool mtu_differs(const struct ospf_adjacency *a)
{
    const struct ospf_speaker *x = a->end[0], *y = a->end[1];
    return x->mtu_known && y->mtu_known && x->mtu != y->mtu && x->mtu && y->mtu; /* 0: virtual links */
}

static bool between(const struct ospf_neighbor *n)
{
    return n->state >= OSPF_STATE_EXSTART && n->state <= OSPF_STATE_LOADING;
}

void ospf_mtu(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    unsigned repeats = a->side[0].dd_repeats.count + a->side[1].dd_repeats.count;
    if (!mtu_differs(a) || !stuck(a) || !(between(&a->side[0]) || between(&a->side[1])) || !repeats)
        return;
    int large = a->end[1]->mtu > a->end[0]->mtu;
    char one[16], two[16];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_MTU_MISMATCH, CONFIDENCE_CERTAIN, -1);
    d->once = true;
    d->when = a->side[0].dd_first.frame ? a->side[0].dd_first.when : a->side[1].dd_first.when;
    ospf_end(a, large, one);
    ospf_end(a, !large, two);
    draft_title(d, "the interface MTUs of %s and %s differ: %u and %u", one, two, a->end[large]->mtu,
                a->end[!large]->mtu);
    draft_say(
        d,
        "Their Database Descriptions say so, and are repeated without an end: %s stays in %s, %s in %s. A router drops "
        "Database Descriptions with an MTU larger than its own, some any other than its own (RFC 2328 10.6).",
        one, ospf_state_name(a->side[large].state), two, ospf_state_name(a->side[!large].state));
    for (int side = 0; side < 2; side++) {
        draft_evidence(d, a->side[side].dd_first, "Database Description with MTU %u", a->end[side]->mtu);
        show_repeats(d, &a->side[side].dd_repeats, "Database Description");
    }
    draft_end(f, d);
}

/* Both begin, again and again, and neither ever answers the other: what is sent to one router alone does not arrive,
 * though what is sent to all does. */
static void tell_blocked(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    char low[16], high[16];
    bool both = a->side[0].dd.seen && a->side[1].dd.seen;
    struct draft *d =
        ospf_draft(f, h, CODE_OSPF_UNICAST_BLOCKED, both ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, -1);
    d->once = true;
    d->when = a->side[0].dd_first.frame ? a->side[0].dd_first.when : a->side[1].dd_first.when;
    draft_title(d, "unicast OSPF between %s and %s does not arrive, multicast does", ospf_end(a, 0, low),
                ospf_end(a, 1, high));
    draft_say(
        d,
        "Hellos to the group make both list each other; then the first Database Description%s, sent to the other's "
        "address, is repeated and never answered. The MTUs agree. A filter for unicast OSPF, a wrong MAC address or a "
        "wrong map of the circuit does that.",
        both ? " of each" : "");
    for (int side = 0; side < 2; side++) {
        draft_evidence(d, a->side[side].dd_first, "first Database Description of %s", side ? high : low);
        show_repeats(d, &a->side[side].dd_repeats, "Database Description");
    }
    draft_end(f, d);
}

/* That this side repeats its Database Description; the names of both. */
static struct draft *begin_repeats(const struct happening *h, struct findings *f, enum finding_code code,
                                   enum confidence sure, int side, char one[16], char two[16])
{
    const struct ospf_adjacency *a = h->adjacency;
    struct draft *d = ospf_draft(f, h, code, sure, -1);
    d->once = true;
    d->when = a->side[side].dd_repeats.first.when;
    ospf_end(a, side, one);
    ospf_end(a, !side, two);
    return d;
}

/* What the other sends to all arrives here, and its answer, which any path carries, does not. */
static void tell_blocked_one_way(const struct happening *h, struct findings *f, int side)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[side], *other = &a->side[!side];
    char one[16], two[16];
    struct draft *d = begin_repeats(h, f, CODE_OSPF_UNICAST_BLOCKED, CONFIDENCE_LIKELY, side, one, two);
    draft_title(d, "unicast OSPF of %s does not reach %s, multicast does", two, one);
    draft_say(
        d,
        "%s has repeated its Database Description %u times; %s answers to its address with %u bytes each time, "
        "and the answer is not taken: %s is in %s, %s in %s. Hellos of %s to the group arrive. The MTUs agree, and "
        "no path is too narrow for so little.",
        one, (unsigned)n->dd_repeats.count, two, (unsigned)other->dd.size, one, ospf_state_name(n->state),
        two, ospf_state_name(other->state), two);
    draft_say(
        d,
        "A filter for unicast OSPF, a wrong MAC address or a wrong map of the circuit does that; or %s drops the "
        "answer for its flags or options, of which its log would tell.",
        one);
    show_repeats(d, &n->dd_repeats, "Database Description");
    draft_evidence(d, other->dd.ref, "latest answer of %s", two);
    draft_evidence(d, n->listed, "Hello of %s, which lists %s", one, two);
    draft_end(f, d);
}

static bool answers_small(const struct ospf_neighbor *n, const struct ospf_neighbor *other)
{
    return other->dd.seen && !other->dd.init && !other->dd.group && other->dd.size <= SMALL && n->lists &&
           n->dd.init;
}

static void tell_stuck(const struct happening *h, struct findings *f, int side)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[side], *other = &a->side[!side];
    char one[16], two[16];
    struct draft *d = begin_repeats(h, f, CODE_OSPF_EXCHANGE_STUCK, CONFIDENCE_CERTAIN, side, one, two);
    draft_title(d, "%s and %s do not get on with the exchange of their databases", one, two);
    draft_say(
        d,
        "%s has repeated a Database Description %u times, without an answer that it takes: it is in %s, %s in %s.",
        one, (unsigned)n->dd_repeats.count, ospf_state_name(n->state), two, ospf_state_name(other->state));
    if (other->dd.seen && !other->dd.init)
        draft_say(
            d,
            "%s answers, with %u bytes; the answer does not arrive, or is not taken. The MTUs that both give agree%s",
            two, (unsigned)other->dd.size,
            other->dd.size > SMALL ? ": the path may not carry packets of that size." : ".");
    show_repeats(d, &n->dd_repeats, "Database Description");
    draft_evidence(d, other->dd.ref, "latest Database Description of %s", two);
    draft_end(f, d);
}

/* Over and over from the beginning. */
static void tell_loop(const struct happening *h, struct findings *f, int side)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[side];
    char one[16], two[16];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_EXCHANGE_STUCK, CONFIDENCE_LIKELY, side);
    d->once = true;
    d->when = n->dd_first.when;
    draft_title(d, "%s has begun the exchange with %s anew %u times", ospf_end(a, side, one),
                ospf_end(a, !side, two), n->restarts);
    draft_say(d, "The last time because of %s (RFC 2328 10.6, 10.7).",
              n->restarted_by == OSPF_ON_BAD_LS_REQUEST
                  ? "a Request for an LSA that it does not have"
                  : "a Database Description out of sequence, or with other flags or options");
    draft_evidence(d, n->dd_first, "Database Description with which it began anew");
    draft_end(f, d);
}

void ospf_exchange(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *x = &a->side[0], *y = &a->side[1];
    if (!stuck(a) || a->end[0]->unseen || a->end[1]->unseen)
        return;
    for (int side = 0; side < 2; side++)
        if (a->side[side].restarts >= STUCK_LEAST && between(&a->side[side])) {
            tell_loop(h, f, side);
            return;
        }
    unsigned most = x->dd_repeats.count > y->dd_repeats.count ? x->dd_repeats.count : y->dd_repeats.count;
    int side = y->dd_repeats.count > x->dd_repeats.count;
    if (mtu_differs(a) || most < TIMES_LEAST || !between(&a->side[side]))
        return;
    bool unanswered = (!x->dd.seen || x->dd.init) && (!y->dd.seen || y->dd.init);
    if (unanswered && !x->dd.group && !y->dd.group && a->both_listed.frame)
        tell_blocked(h, f);
    else if (most >= STUCK_LEAST || h->final) {
        side = x->dd_repeats.count && x->dd.master ? 0 : y->dd_repeats.count && y->dd.master ? 1 : side;
        if (answers_small(&a->side[side], &a->side[!side]))
            tell_blocked_one_way(h, f, side);
        else
            tell_stuck(h, f, side);
    }
}

void ospf_loading(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    for (int side = 0; side < 2; side++) {
        const struct ospf_neighbor *n = &a->side[side];
        /* whether the answer to the last one is taken would show in RxmtInterval: RFC 2328 10.9 */
        bool answered = n->request_came.frame && !stamp_before(n->request_came.when, n->asked_last.when) &&
                        stamp_since(h->now, n->asked_last.when).ns < SPAN_S(RXMT_S).ns;
        unsigned least = h->final ? TIMES_LEAST : STUCK_LEAST;
        if (n->state != OSPF_STATE_LOADING || n->request_repeats.count < least + answered)
            continue;
        char one[16], two[16], id[16], router[16];
        struct draft *d = ospf_draft(f, h, CODE_OSPF_LOADING_STUCK, CONFIDENCE_CERTAIN, -1);
        d->once = true;
        d->when = n->request_repeats.first.when;
        ospf_end(a, side, one);
        ospf_end(a, !side, two);
        draft_title(d, "%s asks %s for an LSA again and again and does not get it", one, two);
        draft_say(
            d,
            "%u times since the first; the LSA is of type %u, link-state ID %s, from %s. %s stays in Loading.",
            (unsigned)n->request_repeats.count, (unsigned)(n->request_type & 0xffff),
            ospf_id_text(n->request_id, id), ospf_id_text(n->request_router, router), one);
        draft_say(
            d,
            n->request_damaged.frame
                ? "%s answers, but the checksum of the LSA is wrong (ospf-checksum-error): it is dropped, and asked "
                  "for again (RFC 2328 13 (1))."
            : n->request_came.frame
                ? "Updates of %s with what was asked for pass here, and do not arrive or are not taken: too large "
                  "for the path, damaged, or dropped."
                : "No Update of %s with it passes here: the Requests do not arrive there, or it does not have the "
                  "LSA any more.",
            two);
        show_repeats(d, &n->request_repeats, "Link State Request");
        draft_evidence(d, n->request_damaged, "Update with the LSA, damaged");
        draft_evidence(d, n->request_damaged.frame ? (struct stream_ref){ 0 } : n->request_came,
                       "Update with the LSA");
        draft_end(f, d);
    }
}

/* ---- flooding ---- */

/* By what it shows of the sender it drops all Updates: RFC 2328 13. */
static bool takes_none(const struct ospf_neighbor *n)
{
    return n->state >= OSPF_STATE_INIT && n->state < OSPF_STATE_EXCHANGE;
}

static void say_why_resent(struct draft *d, const struct ospf_adjacency *a, int side)
{
    const struct ospf_neighbor *n = &a->side[side], *to = &a->side[!side];
    char one[16], two[16];
    ospf_end(a, side, one);
    ospf_end(a, !side, two);
    if (n->resent_acked) {
        draft_say(
            d,
            "Of %llu LSAs flooded to it. %llu were sent again after an acknowledgment was seen here: it is lost on "
            "the way to %s.",
            (unsigned long long)n->flooded, (unsigned long long)n->resent_acked, one);
        return;
    }
    draft_say(
        d,
        "Of %llu LSAs flooded to it; one of them was sent %u times. No acknowledgment was seen in between.",
        (unsigned long long)n->flooded, (unsigned)n->resent_most);
    if (takes_none(to))
        draft_say(d, "%s is in %s, where a router takes no Updates (RFC 2328 13): this follows from that.",
                  two, ospf_state_name(to->state));
    else if (n->group_resent >= STUCK_LEAST && !n->group_taken)
        draft_say(
            d,
            "All that it sent to the group first had to be sent again, to %s alone: what is sent to that group "
            "(AllSPFRouters or AllDRouters) does not reach %s, or is not taken.",
            two, two);
    else if (n->resent_most > 2)
        draft_say(d, "%s does not get them, or its acknowledgments are lost before they come here.", two);
    else
        draft_say(
            d, "%s drops an LSA without one when it comes within a second of the one before (RFC 2328 13).",
            two);
}

void ospf_retransmits(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    for (int side = 0; side < 2; side++) {
        const struct ospf_neighbor *n = &a->side[side];
        if (!n->resent)
            continue;
        char one[16], two[16];
        struct draft *d = ospf_draft(f, h, CODE_OSPF_LSA_RETRANSMISSIONS, CONFIDENCE_CERTAIN, !side);
        d->once = true;
        d->when = n->resent_first[1].when;
        /* a second instance within MinLSArrival is dropped, and comes again: RFC 2328 13 (5a); and whoever has not come
         * as far as Exchange takes none */
        if (n->resent <= 2 || takes_none(&a->side[!side]))
            d->severity = SEVERITY_INFO;
        ospf_end(a, side, one);
        ospf_end(a, !side, two);
        draft_title(d, "%s sends %llu LSA%s to %s again, for want of an acknowledgment", one,
                    (unsigned long long)n->resent, n->resent == 1 ? "" : "s", two);
        say_why_resent(d, a, side);
        draft_evidence(d, n->resent_first[0], "Update with the LSA");
        draft_evidence(d, n->resent_first[1], "the same LSA again");
        draft_evidence(d, n->resent_last, "an LSA sent again");
        draft_end(f, d);
    }
}

/* ---- the capture ---- */

/* An end of which nothing was seen, though the other exchanges its database with it. */
void ospf_one_direction(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    for (int side = 0; side < 2; side++) {
        if (!a->end[!side]->unseen || a->end[!side]->about || a->end[side]->unseen || !a->side[side].lists ||
            !(h->final || h->live))
            continue;
        char one[16], two[16];
        struct draft *d = ospf_draft(f, h, CODE_CAPTURE_ONE_DIRECTION, CONFIDENCE_CERTAIN, -1);
        d->once = true;
        d->when = a->first.when;
        draft_title(d, "only what %s sends on %s is in the capture, nothing of %s", ospf_end(a, side, one),
                    ospf_where(a), ospf_end(a, !side, two));
        draft_say(d, "%s lists %s in its Hellos, so it hears it. What %s does can only be inferred.", one,
                  two, two);
        draft_evidence(d, a->side[side].listed_first, "Hello that lists %s", two);
        draft_end(f, d);
    }
}
