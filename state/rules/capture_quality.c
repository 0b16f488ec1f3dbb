/* What the capture itself cannot vouch for. Nothing is blamed on a router that the capture may have caused. */
#include "state/rules/rule.h"

rule_fn capture_directions, capture_holes, capture_cut, capture_twice, capture_unkept, capture_away;

enum { COPIES_LEAST = 3, ONE_WAY_PACKETS = 3 };

/* A connection of which one end was never seen, though the other acknowledges what it says. */
void capture_directions(const struct happening *h, struct findings *f)
{
    const struct peering *p;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));)
        for (int seen = 0; seen < 2; seen++) {
            if (p->facts.side[!seen].packets || !p->heard_ack[seen].frame ||
                p->facts.side[seen].packets < ONE_WAY_PACKETS)
                continue;
            char who[ADDR_TEXT], other[ADDR_TEXT];
            struct happening one = *h;
            one.peering = p;
            struct draft *d = rule_draft(f, &one, CODE_CAPTURE_ONE_DIRECTION, CONFIDENCE_CERTAIN, -1);
            d->when = p->facts.first;
            draft_title(d, "only what %s sends to %s is in the capture", side_name(p, seen, who),
                        side_name(p, !seen, other));
            draft_say(
                d,
                "%s acknowledges bytes of %s that stand nowhere in the capture: the other direction takes "
                "another way, or was not tapped. What reached %s can only be inferred.",
                who, other, other);
            draft_evidence(d, p->heard_ack[seen], "acknowledges what was never seen");
            draft_end(f, d);
        }
}

/* Live: what the tap says itself. Those packets need not have been ours, but may have been. */
static void tell_dropped(const struct happening *h, struct draft *d, bool alone)
{
    uint64_t dropped = h->capture->dropped - h->capture->dropped_before;
    if (!dropped)
        return;
    if (alone)
        draft_title(d, "the capture dropped %llu packets: this machine did not keep up",
                    (unsigned long long)dropped);
    draft_say(
        d,
        "The kernel counted %llu packets for which its buffer had no room; a bigger one (-B), or a faster machine, "
        "would have kept them.",
        (unsigned long long)dropped);
}

void capture_holes(const struct happening *h, struct findings *f)
{
    uint64_t missed = 0;
    unsigned peerings = 0;
    const struct peering *p, *example = NULL;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));) {
        uint64_t here = p->facts.side[0].tcp.missed + p->facts.side[1].tcp.missed;
        missed += here;
        peerings += here > 0;
        if (here && !example)
            example = p;
    }
    missed -= missed < h->capture->missed_before ? missed : h->capture->missed_before;
    if (!missed && h->capture->dropped == h->capture->dropped_before)
        return;
    struct draft *d = rule_draft(f, h, CODE_CAPTURE_PACKETS_MISSING, CONFIDENCE_CERTAIN, -1);
    d->when = h->capture->first;
    if (missed) {
        draft_title(d, "the capture lost packets: %llu bytes were acknowledged that it does not have",
                    (unsigned long long)missed);
        draft_say(
            d,
            "TCP of %u peering%s acknowledges them, so the network did not lose them. Messages in them are "
            "unknown; one peering that it concerns is %s.",
            peerings, peerings == 1 ? "" : "s", example->facts.name);
    }
    tell_dropped(h, d, !missed);
    draft_end(f, d);
}

void capture_cut(const struct happening *h, struct findings *f)
{
    if (!h->capture->truncated)
        return;
    struct draft *d = rule_draft(f, h, CODE_CAPTURE_TRUNCATED, CONFIDENCE_CERTAIN, -1);
    d->when = h->capture->first;
    unsigned long long n = h->capture->truncated;
    draft_title(d, "%llu packet%s cut at the snapshot length", n, n == 1 ? " was" : "s were");
    draft_say(d, "What stood behind the cut is unknown: routes and capabilities may be missing here.");
    draft_end(f, d);
}

void capture_twice(const struct happening *h, struct findings *f)
{
    const struct capture_facts *c = h->capture;
    if (c->copies < COPIES_LEAST || c->copies * 20 < c->bgp_packets)
        return;
    struct draft *d = rule_draft(f, h, CODE_CAPTURE_DUPLICATES, CONFIDENCE_CERTAIN, -1);
    d->when = c->first;
    draft_title(d, "%llu packets stand twice in the capture, as a span port of both directions gives them",
                (unsigned long long)c->copies);
    draft_say(d, "The copies were set aside; they are no retransmissions.");
    draft_end(f, d);
}

void capture_unkept(const struct happening *h, struct findings *f)
{
    if (!h->capture->unkept)
        return;
    struct draft *d = rule_draft(f, h, CODE_CAPTURE_NOT_KEPT, CONFIDENCE_CERTAIN, -1);
    draft_title(d, h->capture->kept_anew ? "the record was taken away, and began anew"
                                         : "what happens cannot be kept");
    draft_say(d, "%s. The capture goes on; what happen%s will be missing from the record.",
              h->capture->unkept, h->capture->kept_anew ? "ed before" : "s meanwhile");
    draft_end(f, d);
}

void capture_away(const struct happening *h, struct findings *f)
{
    if (!h->capture->away)
        return;
    struct draft *d = rule_draft(f, h, CODE_CAPTURE_INTERFACE_AWAY, CONFIDENCE_CERTAIN, -1);
    draft_title(d, "nothing is heard on %.200s: the interface is down, or is not there", h->capture->away);
    draft_say(
        d,
        "It is listened to again as soon as it is back. Until then sessions and adjacencies that were heard there "
        "stay as they were last seen: what becomes of them nobody knows, and their silence is none of theirs.");
    draft_end(f, d);
}
