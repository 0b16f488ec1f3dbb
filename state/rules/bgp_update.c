/* UPDATEs: malformed ones, loops, leaks, bogons, routes that don't stay. RFC 4271 6.3, 7606, 7607, 9234. */
#include "state/rules/rule.h"

rule_fn update_malformed, path_loop, leak, bogon, rpki_invalid, rpki_judged, routes_unstable, mass_withdrawal;

static void name_prefix(const struct bgp_nlri *n, struct buf *out)
{
    buf_clear(out);
    bgp_nlri_text(n, out);
}

/* The first prefix that the UPDATE announces, "" if none. */
static void name_first(const struct happening *h, struct buf *out)
{
    const struct bgp_update *u = h->update;
    struct bgp_nlri nlri;
    struct bgp_nlri_iter it = bgp_nlri_over(u->nlri, FAMILY_IPV4_UNICAST, h->ctx, false);
    if (!bgp_nlri_next(&it, &nlri)) {
        if (!u->reach.present || u->reach.family == FAMILY_NONE)
            return;
        it = bgp_nlri_over(u->reach.nlri, u->reach.family, h->ctx, false);
        if (!bgp_nlri_next(&it, &nlri))
            return;
    }
    name_prefix(&nlri, out);
}

static enum bgp_verdict worst(const struct happening *h)
{
    static const struct bgp_attrs_summary nothing;
    enum bgp_verdict v = bgp_update_verdict(h->update, h->news->summary ? h->news->summary : &nothing);
    if (h->news->nlri_fault == FAULT_COUNT)
        return v;
    /* RFC 7606 5.3, 5.4: IPv4 unicast routes that cannot be read end the session, others their family */
    enum bgp_verdict routes =
        h->news->nlri_fault_family == FAMILY_IPV4_UNICAST ? BGP_RESET_SESSION : BGP_DISABLE_FAMILY;
    return routes > v ? routes : v;
}

static void say_fault(struct draft *d, const struct fault *one)
{
    const char *attribute = bgp_attr_name(one->detail);
    draft_say(d, "At byte %u: %s (%s%s%s).", one->offset, fault_words(one->code), fault_reference(one->code),
              attribute ? "; attribute " : "", attribute ? attribute : "");
}

void update_malformed(const struct happening *h, struct findings *f)
{
    bool repeated = h->update->faults.count > 0;
    enum bgp_verdict v = worst(h);
    if (!h->session->ctx_known || (v == BGP_FINE && !repeated))
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct buf prefix = buf_init(256);
    struct draft *d = rule_draft(f, h, CODE_BGP_UPDATE_MALFORMED, CONFIDENCE_CERTAIN, h->side);
    const struct faults *values = h->news->summary ? &h->news->summary->faults : NULL;
    const struct fault *first = h->update->faults.count   ? &h->update->faults.list[0]
                                : values && values->count ? &values->list[0]
                                                          : NULL;
    d->severity = v >= BGP_DISABLE_FAMILY ? SEVERITY_ERROR : SEVERITY_WARNING;
    draft_title(d, "%s sends a malformed UPDATE: %s", side_name(h->peering, h->side, who),
                first                                ? fault_words(first->code)
                : h->news->nlri_fault != FAULT_COUNT ? fault_words(h->news->nlri_fault)
                                                     : "see the faults");
    if (first)
        say_fault(d, first);
    else if (h->news->nlri_fault != FAULT_COUNT)
        draft_say(d, "%s (%s), in the routes of %s.", fault_words(h->news->nlri_fault),
                  fault_reference(h->news->nlri_fault), bgp_family_name(h->news->nlri_fault_family));
    name_first(h, &prefix);
    if (prefix.used)
        draft_say(d, "It announces %s.", buf_text(&prefix));
    draft_say(d, "What %s must do by RFC 7606: %s.", side_name(h->peering, !h->side, other),
              v == BGP_FINE ? "keep the first and go on" : bgp_verdict_name(v));
    draft_evidence(d, h->ref, "malformed UPDATE from %s", who);
    draft_end(f, d);
    buf_free(&prefix);
}

/* All that it announces came from the receiver itself: some send a route back to where they have it from. */
static bool echoed(const struct happening *h)
{
    const struct rib_side *own = h->peering->rib[!h->side];
    const struct bgp_update *u = h->update;
    struct bgp_nlri_iter blocks[2] = { bgp_nlri_over(u->nlri, FAMILY_IPV4_UNICAST, h->ctx, false),
                                       bgp_nlri_over(u->reach.nlri, u->reach.family, h->ctx, false) };
    struct bgp_nlri nlri;
    struct rib_route route;
    for (unsigned i = 0; i < (u->reach.present && u->reach.family < FAMILY_COUNT ? 2u : 1u); i++)
        while (bgp_nlri_next(&blocks[i], &nlri))
            if (!own || !rib_find(own, &nlri, &route))
                return false;
    return true;
}

/* RFC 4271 9.1.2: a route whose AS_PATH holds the receiver's own AS is not used. */
void path_loop(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    uint32_t own = p->facts.side[!h->side].asn;
    /* an echo cannot be told from a loop where the receiver's own routes may have been missed */
    bool all_seen = !h->session->midway && !h->session->half[!h->side].missed && h->session->ctx_known &&
                    !session_unseen(h->session, !h->side);
    if (!own || !all_seen || !h->news->summary || !h->news->announced ||
        !bgp_path_has(h->update, h->ctx, own) || echoed(h))
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct buf prefix = buf_init(256), path = buf_init(512);
    name_first(h, &prefix);
    bgp_path_text(h->update, h->ctx, &path);
    struct draft *d = rule_draft(f, h, CODE_ROUTE_AS_PATH_LOOP, CONFIDENCE_CERTAIN, !h->side);
    draft_title(d, "%s sends %s routes whose AS_PATH already holds AS %u", side_name(p, h->side, who),
                side_name(p, !h->side, other), own);
    draft_say(d,
              "%s comes with AS_PATH %s: %s, which is AS %u itself, does not use it unless it is told to "
              "(allowas-in).",
              buf_text(&prefix), buf_text(&path), other, own);
    draft_evidence(d, h->ref, "AS_PATH %s", buf_text(&path));
    draft_end(f, d);
    buf_free(&prefix);
    buf_free(&path);
}

enum { ROLE_PROVIDER, ROLE_RS, ROLE_RS_CLIENT, ROLE_CUSTOMER, ROLE_PEER };

/* What the sender is to the receiver; from its own OPEN, or turned round from the receiver's. -1 unknown. */
static int role_of(const struct session *s, int sender)
{
    static const int turned[] = { ROLE_CUSTOMER, ROLE_RS_CLIENT, ROLE_RS, ROLE_PROVIDER, ROLE_PEER };
    int own = s->end[sender].open.role, other = s->end[!sender].open.role;
    if (own >= 0)
        return own;
    return other >= 0 && other < (int)COUNT(turned) ? turned[other] : -1;
}

/* RFC 9234 5: OTC on a route from a customer or RS client is a leak, and from a peer when it is another AS. */
void leak(const struct happening *h, struct findings *f)
{
    const struct bgp_attrs_summary *a = h->news->summary;
    const struct peering *p = h->peering;
    if (!a || !a->has_otc || !h->news->announced || p->facts.type == PEERING_IBGP)
        return;
    int role = role_of(h->session, h->side);
    uint32_t asn = p->facts.side[h->side].asn;
    bool leaked =
        role == ROLE_CUSTOMER || role == ROLE_RS_CLIENT || (role == ROLE_PEER && asn && a->otc != asn);
    if (!leaked)
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct buf prefix = buf_init(256);
    name_first(h, &prefix);
    struct draft *d = rule_draft(f, h, CODE_ROUTE_LEAK, CONFIDENCE_CERTAIN, h->side);
    draft_title(d, "%s leaks routes to %s that were meant for customers only", side_name(p, h->side, who),
                side_name(p, !h->side, other));
    draft_say(d, "%s carries OTC %u, and comes from a %s: RFC 9234 calls that a leak.", buf_text(&prefix),
              a->otc,
              role == ROLE_PEER       ? "peer of another AS"
              : role == ROLE_CUSTOMER ? "customer"
                                      : "route server client");
    draft_evidence(d, h->ref, "UPDATE with OTC %u", a->otc);
    draft_end(f, d);
    buf_free(&prefix);
}

void bogon(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    const struct bgp_attrs_summary *a = h->news->summary;
    /* between networks only; those with private numbers of their own may tell each other private things */
    if (!p->between_networks)
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    bool as = a && a->bogon_as && h->news->announced;
    if (!h->news->bogon_count && !as)
        return;
    struct buf prefix = buf_init(256);
    struct draft *d = rule_draft(f, h, CODE_ROUTE_BOGON, CONFIDENCE_CERTAIN, h->side);
    side_name(p, h->side, who);
    side_name(p, !h->side, other);
    if (h->news->bogon_count) {
        name_prefix(&h->news->bogon, &prefix);
        draft_title(d, "%s announces %s, which must not be seen between networks", who, buf_text(&prefix));
        draft_say(d, "%s: %s.", buf_text(&prefix), h->news->bogon_why);
    } else {
        name_first(h, &prefix);
        draft_title(d, "%s announces routes through AS %u, which must not be seen between networks", who,
                    a->bogon_as);
        draft_say(d, "%s has AS %u in its AS_PATH: reserved, private or for documentation.",
                  buf_text(&prefix), a->bogon_as);
    }
    draft_evidence(d, h->ref, "UPDATE to %s", other);
    draft_end(f, d);
    buf_free(&prefix);
}

/* Why the payload does not allow it. */
static void say_roa(struct draft *d, const struct vrps_against *v, uint32_t origin, unsigned bits)
{
    char roa[ADDR_TEXT];
    prefix_text(v->prefix.addr.b, v->prefix.bits, v->prefix.addr.size, roa);
    if (!origin)
        draft_say(d, "Its AS_PATH ends in an AS_SET, which no ROA can name; that of %s is for AS %u.", roa,
                  v->asn);
    else if (!v->asn)
        draft_say(d, "AS %u originates it; the ROA of %s says that nobody may (AS 0).", origin, roa);
    else if (v->asn == origin)
        draft_say(d, "AS %u may announce %s in prefixes of up to %u bits; this one has %u.", origin, roa,
                  v->most, bits);
    else
        draft_say(d, "AS %u originates it; the ROA of %s is for AS %u.", origin, roa, v->asn);
}

void rpki_invalid(const struct happening *h, struct findings *f)
{
    const struct bgp_attrs_summary *a = h->news->summary;
    if (!h->news->invalid_count || !a)
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct buf prefix = buf_init(256);
    name_prefix(&h->news->invalid, &prefix);
    struct draft *d = rule_draft(f, h, CODE_ROUTE_RPKI_INVALID, CONFIDENCE_CERTAIN, h->side);
    draft_title(d, "%s announces %s, which the RPKI calls invalid", side_name(h->peering, h->side, who),
                buf_text(&prefix));
    say_roa(d, &h->news->invalid_against, a->origin_as, h->news->invalid.bits);
    draft_evidence(d, h->ref, "UPDATE to %s", side_name(h->peering, !h->side, other));
    draft_end(f, d);
    buf_free(&prefix);
}

/* The payloads changed, and not the route: its UPDATE came at any time before. */
void rpki_judged(const struct happening *h, struct findings *f)
{
    const struct routes_judged *j = h->judged;
    char who[ADDR_TEXT], prefix[ADDR_TEXT];
    struct draft *d = rule_draft(f, h, CODE_ROUTE_RPKI_INVALID, CONFIDENCE_CERTAIN, h->side);
    prefix_text(j->prefix.addr.b, j->prefix.bits, j->prefix.addr.size, prefix);
    draft_title(d, "%s announces %s, which the RPKI calls invalid by now",
                side_name(h->peering, h->side, who), prefix);
    say_roa(d, &j->against, j->origin, j->prefix.bits);
    draft_say(
        d,
        "No frame shows it: the route stands as it was announced before; the payloads changed, and it was %s "
        "until then.",
        j->was == RPKI_NOT_FOUND ? "not found" : rpki_state_name(j->was));
    if (j->count > 1)
        draft_say(d, "So do %u others of this side.", j->count - 1);
    draft_end(f, d);
}

/* Thousands of prefixes may flap thousands of times: there are new words for one more of them, and for one that did it
 * more often than any other; for the rest it is counted. */
static void tell_flap(const struct happening *h, struct findings *f, unsigned which)
{
    const struct rib_notable *n = &h->news->notable[which];
    uint32_t others = h->peering->flapping[h->side];
    bool record = h->peering->flap_records >> which & 1;
    struct draft *d = rule_draft(f, h, CODE_ROUTE_FLAPPING, CONFIDENCE_CERTAIN, h->side);
    if (n->after != RIB_FLAPS && !record) {
        draft_end(f, d);
        return;
    }
    char who[ADDR_TEXT];
    struct buf prefix = buf_init(256);
    name_prefix(&n->nlri, &prefix);
    side_name(h->peering, h->side, who);
    if (others > 1)
        draft_title(d, "%s announces and withdraws %u prefixes again and again", who, others);
    else
        draft_title(d, "%s announces and withdraws %s again and again", who, buf_text(&prefix));
    if (record)
        draft_say(d, "%s was withdrawn and announced again %u times with the session up%s.",
                  buf_text(&prefix), n->after, others > 1 ? ", the most of them" : "");
    draft_evidence(d, h->ref, "%s announced again", buf_text(&prefix));
    draft_end(f, d);
    buf_free(&prefix);
}

static void tell_origin(const struct happening *h, struct findings *f, const struct rib_notable *n)
{
    char who[ADDR_TEXT];
    struct buf prefix = buf_init(256);
    name_prefix(&n->nlri, &prefix);
    side_name(h->peering, h->side, who);
    struct draft *d = rule_draft(f, h, CODE_ROUTE_ORIGIN_CHANGE, CONFIDENCE_CERTAIN, h->side);
    draft_title(d, "the origin of %s changes from AS %u to AS %u, as %s tells it", buf_text(&prefix),
                n->before, n->after, who);
    draft_say(
        d,
        "The last AS of its AS_PATH was %u and is %u: another network announces it now, or the path was "
        "cut short.",
        n->before, n->after);
    draft_evidence(d, h->ref, "%s from AS %u", buf_text(&prefix), n->after);
    draft_end(f, d);
    buf_free(&prefix);
}

void routes_unstable(const struct happening *h, struct findings *f)
{
    for (unsigned i = 0; i < h->news->notable_count; i++)
        if (h->news->notable[i].kind == RIB_FLAPPED)
            tell_flap(h, f, i);
        else
            tell_origin(h, f, &h->news->notable[i]);
}

void mass_withdrawal(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    if (!p->withdrawing[h->side])
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT], time[32];
    struct draft *d = rule_draft(f, h, CODE_ROUTE_MASS_WITHDRAWAL, CONFIDENCE_CERTAIN, h->side);
    d->when = p->gone_since[h->side].when;
    d->once = true;
    struct span took = stamp_since(h->ref.when, p->gone_since[h->side].when);
    draft_title(d, "%s withdrew %llu of its %u routes %s%s, with the session up", side_name(p, h->side, who),
                (unsigned long long)p->gone[h->side], p->routes_before[h->side],
                took.ns ? "within " : "at once", took.ns ? span_words(took, time) : "");
    draft_say(d, "The session with %s stayed Established: behind %s something was lost, or a filter changed.",
              side_name(p, !h->side, other), who);
    draft_evidence(d, p->gone_since[h->side], "first withdrawal");
    draft_evidence(d, h->ref, "more than half are gone");
    draft_end(f, d);
}
