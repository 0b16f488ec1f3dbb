/* Adjacencies that were lost, and routers that began anew: what became of Hellos in; findings out. RFC 2328 9.5, 10.5 */
#include "state/ospf_lsdb.h"
#include "state/rules/ospf_words.h"

rule_fn ospf_neighbor_dead, ospf_neighbor_deaf, ospf_neighbor_deaf_yet, ospf_let_go, ospf_restarted,
    ospf_renamed, ospf_flapping;

enum { FLAPS_LEAST = 3, ROUTER_V2 = 1, ROUTER_V3 = 0x2001 };

/* ---- lost ---- */

/* It ceased to list the other before the other's dead interval can have passed: it was told to (an operator, BFD, an
 * interface that went down), which packets do not show. */
static bool too_soon(const struct ospf_neighbor *n, const struct ospf_speaker *me)
{
    int64_t least = ((int64_t)me->hello.dead_interval - me->hello.hello_interval) * NS_PER_S;
    return n->listed_for.ns > 0 && n->listed_for.ns < least;
}

static struct draft *dead(const struct happening *h, struct findings *f, int side, enum confidence sure)
{
    const struct ospf_adjacency *a = h->adjacency;
    char one[16], two[16];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_NEIGHBOR_DEAD, sure, !side);
    draft_title(d, "%s gives %s up: no Hello within the RouterDeadInterval of %u s", ospf_end(a, side, one),
                ospf_end(a, !side, two), (unsigned)a->end[side]->hello.dead_interval);
    return d;
}

static void end_dead(const struct happening *h, struct findings *f, struct draft *d, int side,
                     enum ospf_state before, struct stream_ref unlisted)
{
    const struct ospf_neighbor *n = &h->adjacency->side[side];
    char one[16], two[16];
    ospf_end(h->adjacency, side, one);
    ospf_end(h->adjacency, !side, two);
    if (n->at_least)
        draft_say(d, "It was in %s at least; the capture does not go back far enough to tell.",
                  ospf_state_name(before));
    else
        draft_say(d, "The state was %s before.", ospf_state_name(before));
    draft_evidence(d, n->overdue.frame ? n->heard_before : n->heard, "last Hello of %s", two);
    draft_evidence(d, n->overdue.frame ? n->heard : (struct stream_ref){ 0 }, "its next one, too late");
    draft_evidence(d, n->listed, "%s still lists %s", one, two);
    draft_evidence(d, unlisted, "%s no longer lists %s", one, two);
    draft_end(f, d);
}

/* The Router-LSA of the one that is gone, where that took it back itself just before it fell silent. */
static struct stream_ref flushed_itself(const struct happening *h, const struct ospf_speaker *gone)
{
    const struct ospf_lsdb *db;
    uint32_t interval = gone->hello.hello_interval ? gone->hello.hello_interval : 1;
    struct stamp since = stamp_sub(gone->hello_last.when, SPAN_S(interval));
    bool v3 = gone->version == 3;
    struct ospf_lsa_key key = { .area = gone->area,
                                .id = v3 ? 0 : gone->router_id,
                                .router = gone->router_id,
                                .type = v3 ? ROUTER_V3 : ROUTER_V2,
                                .scope = OSPF_SCOPE_AREA };
    for (uint32_t at = 0; (db = ospf_next_domain(h->ospf, &at));) {
        const struct ospf_lsa_facts *l = NULL;
        if (ospf_lsdb_version(db) == gone->version && ospf_lsdb_instance(db) == gone->instance)
            l = ospf_lsdb_find(db, &key);
        if (l && l->story && l->story->flushed.frame && stamp_before(since, l->story->flushed.when) &&
            stamp_before(l->story->flushed.when, h->ref.when))
            return l->story->flushed;
    }
    return (struct stream_ref){ 0 };
}

/* What else is known of the one that is gone. */
static void say_of_gone(struct draft *d, const struct happening *h, const struct ospf_speaker *gone)
{
    char id[16];
    struct stamp after = stamp_add(gone->last.when, SPAN_S((gone->hello.dead_interval + 1) / 2));
    const struct ospf_speaker *other = ospf_heard_elsewhere(h->ospf, gone, after);
    struct stream_ref flushed = flushed_itself(h, gone);
    ospf_id_text(gone->router_id, id);
    if (flushed.frame) {
        draft_say(
            d, "%s had taken its own Router-LSA back before: its OSPF was stopped there, nothing broke.", id);
        draft_evidence(d, flushed, "%s flushes its own Router-LSA", id);
    } else if (other && !gone->unseen)
        draft_say(d, "%s itself is alive: it is still heard on %s.", id, other->link->name);
}

/* Neither was seen before: a gap of the capture, or of the link; and which of them went first, or why, is not known. */
static bool tell_unseen(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[h->side];
    if (!stamp_before(n->listed.when, n->unlisted.when) ||
        !ospf_came_unseen(a, h->side, n->listed.when, n->unlisted.when))
        return false;
    const struct ospf_wire *l = a->link;
    char one[16], two[16], silent[32];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_NEIGHBOR_DEAD, CONFIDENCE_POSSIBLE, -1);
    /* too soon for the timer, by what was seen: its OSPF may have begun anew as well */
    d->severity = h->ospf_on == OSPF_ON_INACTIVITY ? SEVERITY_WARNING : SEVERITY_INFO;
    draft_title(d, "%s no longer lists %s after a time in which neither was seen", ospf_end(a, h->side, one),
                ospf_end(a, !h->side, two));
    draft_say(
        d,
        "Nothing at all of %s was seen for %s, though Hellos were due. Either the capture has a gap there, or what both "
        "sent did not come by (a link that is down at both ends). Why %s let %s go, and which of them fell silent first, "
        "is not in the capture.",
        ospf_where(a), span_words(stamp_since(l->hole_until.when, l->hole_from.when), silent), one, two);
    draft_evidence(d, l->hole_from, "last packet before");
    draft_evidence(d, l->hole_until, "first packet after");
    end_dead(h, f, d, h->side, h->ospf_from, n->unlisted);
    return true;
}

void ospf_neighbor_dead(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[h->side];
    const struct ospf_speaker *gone = a->end[!h->side], *me = a->end[h->side];
    bool timer = h->ospf_on == OSPF_ON_INACTIVITY;
    if (h->ospf_to != OSPF_STATE_DOWN || !(timer || h->ospf_on == OSPF_ON_DROPPED) ||
        h->ospf_from < OSPF_STATE_INIT || n->best_ever < OSPF_STATE_TWO_WAY || gone->successor ||
        tell_unseen(h, f) || (!timer && (too_soon(n, me) || n->dropped_steady)))
        return;
    char one[16], two[16], silent[32];
    struct draft *d = dead(h, f, h->side, CONFIDENCE_CERTAIN);
    ospf_end(a, h->side, one);
    ospf_end(a, !h->side, two);
    const struct stream_ref *heard = n->overdue.frame ? &n->heard_before : &n->heard;
    if (timer && n->overdue.frame)
        draft_say(d, "Its next Hello came %s after the one before: that was too late.",
                  span_words(stamp_since(n->heard.when, heard->when), silent));
    else if (timer)
        draft_say(d, "The last Hello of %s that %s could take was seen %s before. %s", two, one,
                  span_words(stamp_since(h->ref.when, n->heard.when), silent),
                  gone->last.when.ns > n->heard.when.ns + NS_PER_S
                      ? "Other packets of it, or Hellos that do not fit, came later."
                      : "Nothing of it was seen since.");
    else if (gone->about)
        draft_say(
            d,
            "%s no longer lists %s on %s. Several interfaces of %s are heard here; which of them shares that "
            "link is not known.",
            one, two, ospf_where(a), two);
    else if (gone->unseen)
        draft_say(d, "%s no longer lists %s, whose own packets are not in the capture.", one, two);
    else
        draft_say(
            d, "%s no longer lists %s, whose last Hello passed here only %s before: %s did not get that one.",
            one, two, span_words(stamp_since(h->ref.when, gone->hello_last.when), silent), one);
    say_of_gone(d, h, gone);
    end_dead(h, f, d, h->side, h->ospf_from, n->unlisted);
}

static void tell_deaf(const struct happening *h, struct findings *f, int side, enum confidence sure)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[side];
    const struct ospf_speaker *gone = a->end[!side];
    char one[16], two[16];
    if (n->best_ever < OSPF_STATE_TWO_WAY || gone->successor || too_soon(n, a->end[side]))
        return;
    struct draft *d = dead(h, f, side, sure);
    ospf_end(a, side, one);
    ospf_end(a, !side, two);
    d->when = n->dropped.when;
    const struct ospf_auth_facts *auth[2] = { &a->end[0]->auth, &a->end[1]->auth };
    bool signed_otherwise = auth[0]->type != auth[1]->type || auth[0]->key_id != auth[1]->key_id;
    draft_say(d, "%s no longer lists %s, whose Hellos pass here all the time:", one, two);
    if (ospf_mismatches(a->end[0], a->end[1]) & ~n->tolerated)
        draft_say(d,
                  "they no longer fit those of %s, and it drops them. What differs is a finding of its own.",
                  one);
    else if (signed_otherwise) /* it may know the other key, too: RFC 2328 D.3 */
        draft_say(
            d,
            "they are signed otherwise than its own, and dropped for that, or they are lost on the way to it.");
    else
        draft_say(d, "they are lost on the way to %s, or it drops them.", one);
    end_dead(h, f, d, side, n->dropped_from, n->dropped);
}

/* It let the other go though the other's Hellos go on, and its next Hello does not list it either: they do not reach it. */
void ospf_neighbor_deaf(const struct happening *h, struct findings *f)
{
    tell_deaf(h, f, h->side, CONFIDENCE_CERTAIN);
}

/* The capture ends before its next Hello. */
void ospf_neighbor_deaf_yet(const struct happening *h, struct findings *f)
{
    for (int side = 0; side < 2; side++) {
        const struct ospf_neighbor *n = &h->adjacency->side[side];
        if (h->final && n->dropped.frame && n->dropped_steady && n->unlisted.frame == n->dropped.frame &&
            n->state <= OSPF_STATE_DOWN)
            tell_deaf(h, f, side, CONFIDENCE_LIKELY);
    }
}

/* One Hello does not list the other, whose Hellos all pass here, and the next one does: what is lost on the last bit of
 * the way for a whole dead interval hardly comes back that very moment. */
void ospf_let_go(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_neighbor *n = &a->side[h->side];
    const struct ospf_speaker *me = a->end[h->side];
    if (h->ospf_to != OSPF_STATE_INIT || h->ospf_from >= OSPF_STATE_INIT || !n->dropped.frame ||
        n->unlisted.frame != n->dropped.frame || !n->dropped_steady || n->best_ever < OSPF_STATE_TWO_WAY ||
        (me->emptied.frame && me->emptied_abruptly) || me->twofold)
        return;
    /* where both let go at about the same time, it is the way between them */
    const struct stream_ref *other = &a->side[!h->side].let_go;
    int64_t apart = stamp_since(n->dropped.when, other->when).ns;
    if (other->frame && (apart < 0 ? -apart : apart) <= (int64_t)me->hello.dead_interval * NS_PER_S) {
        tell_deaf(h, f, h->side, CONFIDENCE_CERTAIN);
        return;
    }
    if (!me->hello.hello_interval) { /* several Hellos a second: the time between two is no measure */
        tell_deaf(h, f, h->side, CONFIDENCE_LIKELY);
        return;
    }
    char one[16], two[16];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_ROUTER_RESTARTED, CONFIDENCE_LIKELY, h->side);
    d->when = n->dropped.when;
    ospf_end(a, h->side, one);
    ospf_end(a, !h->side, two);
    draft_title(d, "%s lets %s go, and takes it up again at once", one, two);
    draft_say(
        d,
        "One of its Hellos does not list %s, whose Hellos pass here all the time; the next one does again. Its neighbours "
        "were cleared there, or its OSPF began anew. The state was %s before; the adjacency is built anew.",
        two, ospf_state_name(n->dropped_from));
    draft_evidence(d, n->listed, "%s lists %s", one, two);
    draft_evidence(d, n->dropped, "%s does not list it", one);
    draft_end(f, d);
}

/* ---- restarted ---- */

/* Its Hellos began to list nobody, in a way that only a router does which begins anew; and it is back. */
void ospf_restarted(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_speaker *s = a->end[h->side];
    int64_t dead = (int64_t)s->hello.dead_interval * NS_PER_S;
    bool back =
        h->ospf_to == OSPF_STATE_INIT || h->ospf_to == OSPF_STATE_EXCHANGE || h->ospf_to == OSPF_STATE_FULL;
    if (!back || h->ospf_to < h->ospf_from || !s->emptied.frame || !s->emptied_abruptly ||
        a->side[h->side].best_ever < OSPF_STATE_TWO_WAY ||
        stamp_since(h->ref.when, s->emptied.when).ns > 2 * dead ||
        stamp_since(s->emptied.when, s->emptied_before.when).ns > dead || s->twofold)
        return;
    char one[16], two[16], after[32];
    bool graceful = stamp_known(s->grace_until) && s->grace.frame && s->grace.when.ns <= s->emptied.when.ns;
    struct draft *d = ospf_draft(f, h, CODE_OSPF_ROUTER_RESTARTED, CONFIDENCE_CERTAIN, h->side);
    d->when = s->emptied.when;
    d->once = h->ospf_to != OSPF_STATE_INIT;
    if (graceful)
        d->severity = SEVERITY_INFO;
    draft_title(d, "%s restarted%s: its Hellos listed nobody all of a sudden", ospf_end(a, h->side, one),
                graceful ? " gracefully" : "");
    draft_say(
        d,
        "Its last Hello with neighbours came %s before, less than the RouterDeadInterval of %u s: %s had not given it "
        "up yet. The adjacency is built anew.",
        span_words(stamp_since(s->emptied.when, s->emptied_before.when), after),
        (unsigned)s->hello.dead_interval, ospf_end(a, !h->side, two));
    if (graceful)
        draft_say(d, "It had said so before with a Grace-LSA (RFC 3623).");
    draft_evidence(d, s->grace, "Grace-LSA");
    draft_evidence(d, s->emptied_before, "last Hello with neighbours");
    draft_evidence(d, s->emptied, "Hello that lists nobody");
    draft_end(f, d);
}

/* One router goes on under another ID: what its neighbours held of the old one is lost, and no timer has to run out. */
void ospf_renamed(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_speaker *s = a->end[h->side], *me = a->end[!h->side], *before = NULL;
    if (h->ospf_to != OSPF_STATE_INIT || h->ospf_from >= h->ospf_to)
        return;
    for (uint32_t i = 0; i < me->adjacency_count; i++) {
        const struct ospf_adjacency *b = me->adjacencies[i];
        const struct ospf_speaker *other = b->end[b->end[0] == me];
        if (other->successor == s)
            before = other;
    }
    if (!before)
        return;
    char one[16], two[16], at[ADDR_TEXT], after[32];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_ROUTER_RESTARTED, CONFIDENCE_CERTAIN, h->side);
    d->when = s->first.when;
    d->once = true;
    draft_title(d, "the router at %s has another router ID: %s, it was %s", addr_text(&s->addr, at),
                ospf_end(a, h->side, one), ospf_id_text(before->router_id, two));
    draft_say(
        d,
        "Its last packet as %s came %s before its first as %s. To its neighbours that is another router: the "
        "adjacencies are built anew, and what it had originated as %s stays in the database until it is flushed or "
        "is too old.",
        two, span_words(stamp_since(s->first.when, before->last.when), after), one, two);
    draft_evidence(d, before->last, "last packet of %s", two);
    draft_evidence(d, s->first, "first packet of %s", one);
    draft_end(f, d);
}

void ospf_flapping(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    if (a->losses < FLAPS_LEAST || h->ospf_to >= OSPF_STATE_TWO_WAY || h->ospf_from < OSPF_STATE_TWO_WAY)
        return;
    char low[16], high[16], period[32];
    uint32_t kept = a->losses < OSPF_LOSSES_KEPT ? a->losses : OSPF_LOSSES_KEPT;
    struct stream_ref first = a->loss[(a->losses - kept) % OSPF_LOSSES_KEPT];
    struct stream_ref last = a->loss[(a->losses - 1) % OSPF_LOSSES_KEPT];
    struct span each = { stamp_since(last.when, first.when).ns / (kept > 1 ? kept - 1 : 1) };
    struct draft *d = ospf_draft(f, h, CODE_OSPF_ADJACENCY_FLAPPING, CONFIDENCE_CERTAIN, -1);
    d->once = true;
    draft_title(d, "the adjacency of %s and %s was lost %u times", ospf_end(a, 0, low), ospf_end(a, 1, high),
                (unsigned)a->losses);
    draft_say(d, "On %s, about once in %s.", ospf_where(a), span_words(each, period));
    for (uint32_t i = 0; i < kept; i++)
        draft_evidence(d, a->loss[(a->losses - kept + i) % OSPF_LOSSES_KEPT], "lost");
    draft_end(f, d);
}
