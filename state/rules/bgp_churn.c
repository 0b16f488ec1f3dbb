/* Sessions that are lost: without a word, again and again; and the first transfer of a table. */
#include "state/rules/rule.h"

#include <string.h>

rule_fn closed_silently, dropped, end_not_seen, end_not_seen_yet, flapping, table_transfer,
    table_transfer_yet, ibgp_mesh;

enum { LOSSES_ARE_FLAPPING = 3, SLOW_S = 60 };

/* Joined in mid-session, without a message from this end: its NOTIFICATION may have been just before the capture began,
 * unless all that it ever sent had long been acknowledged. */
static bool silent_before_close(const struct session *s, int who, struct stamp closed)
{
    const struct half *h = &s->half[who];
    uint32_t last = h->fin.frame ? h->fin_seq : h->rst_seq;
    return !s->midway || s->end[who].read_any ||
           (h->ack_known && h->acked == last && stamp_since(closed, h->ack_moved.when).ns >= SPAN_S(1).ns);
}

/* Routers that a packet has passed, by where its TTL began: 64, 128, 255, or 1 for a neighbour on the link. -1: not known,
 * as where eBGP multihop sets a TTL of its own. */
static int hops(uint8_t ttl)
{
    static const uint8_t begins[] = { 64, 128, 255 };
    for (unsigned i = 0; ttl > 32 && i < COUNT(begins); i++)
        if (ttl <= begins[i])
            return begins[i] - ttl;
    return ttl == 1 ? 0 : -1;
}

/* A reset has come another way than the data of the side in whose name it is. */
static bool reset_from_elsewhere(const struct half *h)
{
    int data = hops(h->data_ttl), reset = hops(h->rst_ttl);
    return h->rst.frame && data >= 0 && reset >= 0 && data != reset;
}

static void tell_foreign_reset(const struct happening *h, struct findings *f)
{
    const struct half *half = &h->session->half[h->side];
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct draft *d = rule_draft(f, h, CODE_BGP_CLOSED_WITHOUT_NOTIFICATION, CONFIDENCE_LIKELY, -1);
    draft_title(d, "a RST in the name of %s ends the session with %s; by its TTL another box sent it",
                side_name(h->peering, h->side, who), side_name(h->peering, !h->side, other));
    draft_say(
        d,
        "The RST comes with TTL %u, the data of %s with %u, which is not the same way. A firewall, a NAT or a load "
        "balancer that has lost the connection, or does not want it, resets it so. No NOTIFICATION stands in the capture.",
        half->rst_ttl, who, half->data_ttl);
    draft_evidence(d, half->last_data, "data of %s, TTL %u", who, half->data_ttl);
    draft_evidence(d, h->ref, "RST, TTL %u", half->rst_ttl);
    draft_end(f, d);
}

/* One end dials anew, and the other speaks on, on the session that stood. Only that tells it from a capture that lacks the
 * NOTIFICATION, or the FIN. */
void dropped(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    const struct stream_ref *anew = &s->end[h->side].dialled_anew;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    if (s->end[0].notification || s->end[1].notification || s->half[0].fin.frame || s->half[1].fin.frame ||
        (s->half[h->side].rst.frame && stamp_before(s->half[h->side].rst.when, anew->when)))
        return;
    struct draft *d = rule_draft(f, h, CODE_BGP_CLOSED_WITHOUT_NOTIFICATION, CONFIDENCE_LIKELY, h->side);
    d->when = anew->when;
    draft_title(d, "%s gives its session with %s up and says nothing of it: it dials anew",
                side_name(h->peering, h->side, who), side_name(h->peering, !h->side, other));
    draft_say(
        d,
        "Neither FIN, RST nor NOTIFICATION stands in the capture, and %s holds the session still. %s let it go and could not "
        "say so: its interface or BFD went down, or its machine restarted; or a firewall or a NAT told it by a RST that "
        "did not pass here.",
        other, who);
    draft_evidence(d, s->end[h->side].last_spoke, "last message of %s", who);
    draft_evidence(d, *anew, "%s dials anew", who);
    draft_evidence(d, h->ref, "%s still speaks on the old one", other);
    draft_end(f, d);
}

/* Nobody speaks on a session any more, and one end dials another: how it ended is not in the capture. */
static void tell_end_not_seen(const struct happening *h, struct findings *f, const struct session *s)
{
    int who = s->end[1].dialled_anew.frame != 0;
    const struct end *end = &s->end[who];
    char name[ADDR_TEXT], silence[32];
    if (!end->dialled_anew.frame || end->missed || s->end[!who].missed || s->end[!who].notification)
        return;
    struct draft *d = rule_draft(f, h, CODE_CAPTURE_PACKETS_MISSING, CONFIDENCE_POSSIBLE, -1);
    d->when = end->dialled_anew.when;
    draft_title(d, "how the session ended is not in the capture");
    draft_say(
        d,
        "%s dials anew, and nobody speaks on the old connection any more, though no FIN, RST or NOTIFICATION of it was "
        "seen: the capture lost it, or both let the session go at the same time without a word.",
        side_name(h->peering, who, name));
    struct stamp spoke = stamp_later(end->last_spoke.when, s->end[!who].last_spoke.when);
    struct span quiet = stamp_since(end->dialled_anew.when, spoke);
    unsigned hold = hold_estimate(s);
    if (hold && quiet.ns > SPAN_S(hold).ns / 10 * 9)
        draft_say(
            d,
            "Neither said anything for %s, and the hold time is %u s: it may have run out, if the capture is whole.",
            span_words(quiet, silence), hold);
    draft_evidence(d, end->last_spoke, "last message of %s", name);
    draft_evidence(d, end->dialled_anew, "%s dials anew", name);
    draft_end(f, d);
}

void end_not_seen(const struct happening *h, struct findings *f) { tell_end_not_seen(h, f, h->session); }

void end_not_seen_yet(const struct happening *h, struct findings *f)
{
    for (const struct session *s = h->peering->sessions; s; s = s->next)
        tell_end_not_seen(h, f, s);
}

static void say_killed(struct draft *d, const struct happening *h, const char *who)
{
    draft_say(
        d, "No NOTIFICATION stands in the capture: the BGP process of %s was killed, crashed or restarted%s.",
        who,
        h->session->end[h->side].open.graceful ? " (it offers graceful restart, which ends like that)" : "");
}

/* Who sent the RST, and why, as far as that shows. */
static void say_reset(struct draft *d, const struct happening *h)
{
    const struct half *half = &h->session->half[h->side];
    char who[ADDR_TEXT];
    side_name(h->peering, h->side, who);
    if (half->mac_known && half->rst_mac_known && memcmp(half->mac, half->rst_mac, sizeof half->mac) != 0)
        draft_say(
            d,
            "The RST comes from MAC address %02x:%02x:%02x:%02x:%02x:%02x, what %s sent before from "
            "%02x:%02x:%02x:%02x:%02x:%02x: another box has taken its address over, as with VRRP, or forwards for "
            "it, and does not know the session. No NOTIFICATION stands in the capture.",
            half->rst_mac[0], half->rst_mac[1], half->rst_mac[2], half->rst_mac[3], half->rst_mac[4],
            half->rst_mac[5], who, half->mac[0], half->mac[1], half->mac[2], half->mac[3], half->mac[4],
            half->mac[5]);
    else if (half->rst_answers)
        draft_say(
            d,
            "No NOTIFICATION stands in the capture. The RST has no ACK flag: it answers a segment of a connection "
            "that %s does not know any more, and never closed. Its machine restarted, or lost its address for a "
            "while; or a box in between has lost the connection and answers in its name.",
            who);
    else
        say_killed(d, h, who);
}

void closed_silently(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    bool fin = h->side >= 0 && s->half[h->side].fin.frame;
    bool reset = h->side >= 0 && s->half[h->side].rst.frame;
    if (h->side < 0 || s->end[0].notification || s->end[1].notification || s->end[0].hold_ran_out ||
        s->end[1].hold_ran_out)
        return;
    /* what either said last may have been a NOTIFICATION */
    if (!session_read_whole(s, 0) || !session_read_whole(s, 1) ||
        !silent_before_close(s, h->side, h->ref.when))
        return;
    if (!fin && !reset)
        return; /* dropped() speaks of it, when the other end does */
    if (!fin && reset_from_elsewhere(&s->half[h->side])) {
        tell_foreign_reset(h, f);
        return;
    }
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct draft *d = rule_draft(f, h, CODE_BGP_CLOSED_WITHOUT_NOTIFICATION, CONFIDENCE_CERTAIN, h->side);
    draft_title(d, "%s ends the session with %s by a %s and says no reason",
                side_name(h->peering, h->side, who), side_name(h->peering, !h->side, other),
                fin ? "FIN" : "RST");
    if (fin)
        say_killed(d, h, who);
    else
        say_reset(d, h);
    draft_evidence(d, s->end[h->side].last_spoke, "last message of %s", who);
    draft_evidence(d, h->ref, "%s from %s", fin ? "FIN" : "RST", who);
    draft_end(f, d);
}

void flapping(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    if (p->losses < LOSSES_ARE_FLAPPING)
        return;
    unsigned kept = p->losses < LOSSES_KEPT ? p->losses : LOSSES_KEPT;
    const struct loss *last = &p->loss[(p->losses - 1) % LOSSES_KEPT],
                      *first = &p->loss[(p->losses - kept) % LOSSES_KEPT];
    struct span period = { stamp_since(last->ref.when, first->ref.when).ns / (int64_t)(kept - 1) };
    unsigned hold = 0;
    char low[ADDR_TEXT], high[ADDR_TEXT], time[32], lived[32];
    for (unsigned i = 0; i < kept; i++)
        hold += p->loss[i].hold;
    struct draft *d = rule_draft(f, h, CODE_BGP_SESSION_FLAPPING, CONFIDENCE_CERTAIN, -1);
    draft_title(d, "the session of %s and %s was lost %u times, once every %s", side_name(p, 0, low),
                side_name(p, 1, high), p->losses, span_words(period, time));
    d->once = true; /* the title has the count */
    draft_say(d, "It came up again and again; the last one lived %s.", span_words(last->lasted, lived));
    if (hold * 2 > kept && p->facts.hold_known)
        draft_say(d, "It goes when the hold time of %u s runs out: what comes up does not keep up.",
                  p->facts.hold);
    for (unsigned i = 0; i < kept; i++)
        draft_evidence(d, p->loss[(p->losses - kept + i) % LOSSES_KEPT].ref, "lost");
    draft_end(f, d);
}

/* When what held it back: a letter for each part of the time. */
static void say_line(struct draft *d, const struct bgp_transfer *t)
{
    char time[32];
    if (t->pauses)
        draft_say(d, "%u of the sender's pauses are of about %s each: a timer of its own.", t->pauses,
                  span_words(t->pause, time));
    if (t->line[strspn(t->line, "-")])
        draft_say(d, "In parts of %s: %s (s: the sender paused, w: the window was shut, l: loss).",
                  span_words(t->part, time), t->line);
}

/* What held a transfer back, in the manner of T-DAT (Cheng et al., ICDCS 2012): the time between two new segments is
 * put down to the one who could have shortened it. */
void table_transfer(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    for (int i = 0; i < 2; i++) {
        struct bgp_transfer t;
        if (!session_transfer(s, i, &t))
            continue;
        char who[ADDR_TEXT], other[ADDR_TEXT], time[32], part[32];
        struct span took = stamp_since(t.last.when, t.first.when);
        const struct {
            struct span lost;
            const char *to;
        } causes[] = {
            { t.sender, "pauses of the sender" },
            { t.window, "the receiver's window" },
            { t.loss, "loss" },
        };
        struct draft *d = rule_draft(f, h, CODE_BGP_TABLE_TRANSFER, CONFIDENCE_CERTAIN, i);
        d->when = t.first.when;
        d->once = true;
        if (took.ns > SPAN_S(SLOW_S).ns)
            d->severity = SEVERITY_WARNING;
        draft_title(d, "%s sent %s its table of %llu routes %s%s", side_name(h->peering, i, who),
                    side_name(h->peering, !i, other), (unsigned long long)t.routes,
                    took.ns ? "in " : "at once", took.ns ? span_words(took, time) : "");
        struct span path = took;
        for (unsigned k = 0; k < COUNT(causes); k++) {
            path.ns -= causes[k].lost.ns;
            if (took.ns > 0 && causes[k].lost.ns * 10 > took.ns)
                draft_say(d, "%s of that went to %s.", span_words(causes[k].lost, part), causes[k].to);
        }
        if (path.ns * 10 > took.ns && took.ns > SPAN_MS(100).ns)
            draft_say(d, "%s of that went to the path: its round trips and its width.",
                      span_words(path, part));
        say_line(d, &t);
        draft_say(d, t.end_of_rib ? "End-of-RIB closed it." : "It ended without an End-of-RIB.");
        draft_evidence(d, t.first, "first UPDATE of the table");
        draft_evidence(d, t.last, "last UPDATE of the table");
        draft_end(f, d);
    }
}

/* While more of it comes it has no length. */
void table_transfer_yet(const struct happening *h, struct findings *f)
{
    for (const struct session *s = h->peering->sessions; s; s = s->next) {
        struct happening one = *h;
        one.session = s;
        if (h->live && session_transfer_goes_on(s, h->now))
            continue;
        if (s->was_established && !s->lost_told)
            table_transfer(&one, f);
    }
}

/* ---- the mesh of one AS (RFC 4456: or a route reflector, by design) ---- */

enum { SPEAKERS = 64 };

struct speaker {
    uint32_t asn, router_id;
    char addr[ADDR_TEXT];
    uint64_t peers; /* bit per speaker that it has a session with */
};

static int find_speaker(struct speaker *list, unsigned *count, const struct bgp_side *side)
{
    for (unsigned i = 0; i < *count; i++)
        if (list[i].asn == side->asn && list[i].router_id == side->router_id)
            return (int)i;
    if (*count == SPEAKERS)
        return -1;
    list[*count] = (struct speaker){ .asn = side->asn, .router_id = side->router_id };
    addr_text(&side->addr, list[*count].addr);
    return (int)(*count)++;
}

/* Speakers of one AS that were all heard, and of whom some pairs have no session. */
static void tell_mesh(const struct happening *h, struct findings *f, const struct speaker *list,
                      unsigned count, uint32_t asn)
{
    unsigned members = 0, missing = 0;
    struct buf pairs = buf_init(512);
    for (unsigned i = 0; i < count; i++) {
        if (list[i].asn != asn)
            continue;
        members++;
        for (unsigned k = i + 1; k < count; k++)
            if (list[k].asn == asn && !(list[i].peers >> k & 1)) {
                if (missing++ < 6)
                    buf_printf(&pairs, "%s%s and %s", missing > 1 ? ", " : "", list[i].addr, list[k].addr);
            }
    }
    if (members >= 3 && missing) {
        struct draft *d = rule_draft(f, h, CODE_BGP_IBGP_PARTIAL_MESH, CONFIDENCE_POSSIBLE, -1);
        d->subject = asn;
        draft_title(d, "%u iBGP speakers of AS %u were seen, and they are not fully meshed", members, asn);
        draft_say(
            d,
            "No session between %s%s. With a route reflector or confederation this is by design (RFC 4456, 5065); "
            "without one, routes are missing at some of them.",
            buf_text(&pairs), missing > 6 ? " and others" : "");
        draft_end(f, d);
    }
    buf_free(&pairs);
}

void ibgp_mesh(const struct happening *h, struct findings *f)
{
    struct speaker list[SPEAKERS];
    unsigned count = 0;
    const struct peering *p;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));) {
        if (p->facts.type != PEERING_IBGP || !p->ever_established)
            continue;
        int a = find_speaker(list, &count, &p->facts.side[0]),
            b = find_speaker(list, &count, &p->facts.side[1]);
        if (a < 0 || b < 0)
            return; /* too many to draw conclusions */
        list[a].peers |= UINT64_C(1) << b;
        list[b].peers |= UINT64_C(1) << a;
    }
    for (unsigned i = 0; i < count; i++) {
        bool first = true;
        for (unsigned k = 0; k < i; k++)
            first &= list[k].asn != list[i].asn;
        if (first)
            tell_mesh(h, f, list, count, list[i].asn);
    }
}
