/* What two speakers said of themselves, and what the other made of it. RFC 4271 6.2, 6.8; RFC 5492; RFC 9234. */
#include "state/rules/rule.h"

#include <stdio.h>

rule_fn open_refused, open_unanswered, open_unanswered_yet, collision, capabilities_differ, graceful_restart;

enum { PATIENCE_S = 3 };

/* ---- NOTIFICATION 2/x ---- */

static const char *role_name(int role)
{
    static const char *const names[] = { "role Provider", "role RS", "role RS-Client", "role Customer",
                                         "role Peer" };
    return role >= 0 && role < (int)COUNT(names) ? names[role] : "no role";
}

struct refusal {
    const struct end *rejected, *refuser;
    const struct notification_facts *n;
    char by[ADDR_TEXT], of[ADDR_TEXT];
};

static void about_as(struct draft *d, const struct refusal *r)
{
    uint32_t asn = r->rejected->open_count ? r->rejected->open.asn : r->n->asn;
    if (!asn) {
        draft_title(d, "%s refuses the AS of %s; it expects another", r->by, r->of);
        return;
    }
    draft_title(d, "%s refuses AS %u; it expects another AS from %s", r->by, asn, r->of);
    draft_say(d, "The OPEN of %s claims AS %u.", r->of, asn);
    if (r->rejected->open_count && !r->rejected->open.as4 && asn == 23456)
        draft_say(
            d,
            "That is AS_TRANS: its real AS needs four bytes, and it does not offer capability 65 (RFC 6793). %s must "
            "offer it, or %s expect AS 23456.",
            r->of, r->by);
    else if (r->refuser->open_count && r->refuser->open.asn == asn)
        draft_say(d, "That is the AS of %s itself: it expects %s to be an external neighbour, of another AS.",
                  r->by, r->of);
}

static void about_id(struct draft *d, const struct refusal *r)
{
    uint32_t a = r->rejected->open.router_id, b = r->refuser->open.router_id;
    char id[16];
    draft_title(d, "%s refuses the BGP Identifier of %s", r->by, r->of);
    if (r->rejected->open_count)
        draft_say(d, "%s claims %s%s.", r->of, addr_id_text(a, id),
                  r->refuser->open_count && a == b ? ", which is also that of the other side" : "");
}

static void about_hold(struct draft *d, const struct refusal *r)
{
    draft_title(d, "%s does not accept the hold time that %s offers", r->by, r->of);
    if (r->rejected->open_count)
        draft_say(d, "%s offers %u s, and %s asks for more.", r->of, r->rejected->open.hold, r->by);
}

static void about_version(struct draft *d, const struct refusal *r)
{
    draft_title(d, "%s does not speak the BGP version of %s", r->by, r->of);
    if (r->rejected->open_count)
        draft_say(d, "The OPEN of %s is of version %u.", r->of, r->rejected->open.version);
}

static void about_parameter(struct draft *d, const struct refusal *r)
{
    draft_title(d, "%s does not accept an optional parameter in the OPEN of %s", r->by, r->of);
    if (r->rejected->open.odd_param)
        draft_say(d, "The OPEN of %s carries optional parameter %u%s.", r->of, r->rejected->open.odd_param,
                  r->rejected->open.odd_param == 1 ? " (authentication, deprecated by RFC 4271)" : "");
}

static void about_authentication(struct draft *d, const struct refusal *r)
{
    draft_title(d, "%s does not accept the authentication in the OPEN of %s", r->by, r->of);
    draft_say(d, "NOTIFICATION 2/5 belongs to the authentication parameter of old BGP, not to TCP-MD5.");
}

static void about_capability(struct draft *d, const struct refusal *r)
{
    draft_title(d, "%s misses a capability in the OPEN of %s", r->by, r->of);
    if (r->n->data_size >= 6 && r->n->data[0] == 1) {
        enum bgp_family family = bgp_family_of((uint16_t)(r->n->data[2] << 8 | r->n->data[3]), r->n->data[5]);
        draft_say(d, "It names address family %s.", bgp_family_name(family));
    } else if (r->n->data_size)
        draft_say(d, "It names capability %u%s%s.", r->n->data[0], bgp_cap_name(r->n->data[0]) ? ", " : "",
                  bgp_cap_name(r->n->data[0]) ? bgp_cap_name(r->n->data[0]) : "");
    if (r->rejected->open_count && r->refuser->open_count &&
        !(r->rejected->open.families & r->refuser->open.families))
        draft_say(d, "The two OPENs have no address family in common.");
}

static void about_role(struct draft *d, const struct refusal *r)
{
    draft_title(d, "%s does not accept the BGP role of %s", r->by, r->of);
    draft_say(d,
              "%s sends %s, %s %s; only Provider with Customer, RS with RS-Client, and Peer with Peer fit "
              "(RFC 9234).",
              r->of, role_name(r->rejected->open.role), r->by,
              r->refuser->open_count ? role_name(r->refuser->open.role) : "no OPEN of its own");
    if (r->rejected->open_count && r->rejected->open.role < 0)
        draft_say(d, "An OPEN without a role is refused in strict mode only (RFC 9234 4.2).");
}

static void about_anything(struct draft *d, const struct refusal *r)
{
    char name[64];
    draft_title(d, "%s rejects the OPEN of %s", r->by, r->of);
    draft_say(d, "It says no more than %s.", bgp_notify_name(r->n->code, r->n->subcode, name));
    bool long_form = r->rejected->open.extended_params;
    if (r->rejected->open_count && r->refuser->open_count && long_form != r->refuser->open.extended_params)
        draft_say(
            d,
            "Of the two OPENs that of %s alone has its optional parameters in the extended encoding (RFC "
            "9072): %s may read no other than its own (FRR: extended-optional-parameters).",
            long_form ? r->of : r->by, r->by);
}

void open_refused(const struct happening *h, struct findings *f)
{
    static const struct {
        uint8_t subcode;
        enum finding_code code;
        void (*say)(struct draft *, const struct refusal *);
    } rows[] = {
        { 1, CODE_BGP_OPEN_UNSUPPORTED_VERSION, about_version },
        { 2, CODE_BGP_OPEN_BAD_PEER_AS, about_as },
        { 3, CODE_BGP_OPEN_BAD_IDENTIFIER, about_id },
        { 4, CODE_BGP_OPEN_UNSUPPORTED_PARAMETER, about_parameter },
        { 5, CODE_BGP_OPEN_AUTHENTICATION_FAILURE, about_authentication },
        { 6, CODE_BGP_OPEN_UNACCEPTABLE_HOLD_TIME, about_hold },
        { 7, CODE_BGP_OPEN_UNSUPPORTED_CAPABILITY, about_capability },
        { 11, CODE_BGP_OPEN_ROLE_MISMATCH, about_role },
        { 0, CODE_BGP_OPEN_ERROR, about_anything },
    };
    const struct session *s = h->session;
    const struct notification_facts *n = s->end[h->side].notification;
    const struct end *other = &s->end[!h->side];
    /* some answer an OPEN of another version with a NOTIFICATION of another code (ExaBGP: 1/0) */
    bool version =
        n->code == 1 && other->open_count == 1 && other->open.version != 4 && !other->keepalive_sent.frame;
    if (n->code != 2 && !version)
        return;
    unsigned i = 0;
    while (!version && i < COUNT(rows) - 1 && rows[i].subcode != n->subcode)
        i++;
    struct refusal r = { &s->end[!h->side], &s->end[h->side], n, "", "" };
    side_name(h->peering, h->side, r.by);
    side_name(h->peering, !h->side, r.of);
    struct draft *d = rule_draft(f, h, rows[i].code, CONFIDENCE_CERTAIN, h->side);
    rows[i].say(d, &r);
    draft_say(d, "%s answers NOTIFICATION %u/%u and closes.", r.by, n->code, n->subcode);
    draft_evidence(d, r.rejected->open.ref, "OPEN of %s", r.of);
    draft_evidence(d, n->ref, "NOTIFICATION %u/%u from %s", n->code, n->subcode, r.by);
    draft_end(f, d);
}

/* ---- silence after an OPEN ---- */

/* Who dials again while the connection stands has seen its end, and the capture has not. */
static bool dials_again(const struct session *s)
{
    int who = s->facts.active;
    if (who < 0 || s->facts.end != CONN_OPEN)
        return false;
    for (const struct session *o = s->peering->sessions; o; o = o->next)
        if (o->facts.id > s->facts.id &&
            (o->facts.active == who || (o->facts.active < 0 && o->end[who].open_count)))
            return true;
    return stamp_before(s->half[who].syn.when, s->peering->attempts[who].last.when);
}

/* `quiet` owes an answer to what `waiting` sent at `since`, until `until`. */
static void tell_quiet(const struct happening *h, struct findings *f, int quiet, struct stamp until)
{
    const struct session *s = h->session;
    const struct end *q = &s->end[quiet], *w = &s->end[!quiet];
    char who[ADDR_TEXT], other[ADDR_TEXT], waited[32];
    if (s->midway || s->was_established || !s->half[quiet].first.frame || !s->half[!quiet].first.frame ||
        !w->open_count || !q->open_received || q->notification)
        return;
    if (session_unseen(s, quiet) || dials_again(s) || (!q->open_count && s->half[quiet].segments))
        return;
    if (q->open_count && (q->keepalive_sent.frame || !w->open_received || !w->keepalive_sent.frame))
        return;
    struct stream_ref asked = q->open_count ? w->keepalive_sent : w->open.ref;
    struct span span = stamp_since(until, asked.when);
    if (span.ns < SPAN_S(PATIENCE_S).ns)
        return;
    struct draft *d = rule_draft(f, h, q->open_count ? CODE_BGP_OPEN_NO_KEEPALIVE : CODE_BGP_OPEN_NO_REPLY,
                                 CONFIDENCE_CERTAIN, quiet);
    d->when = asked.when;
    side_name(h->peering, quiet, who);
    side_name(h->peering, !quiet, other);
    if (q->open_count) {
        draft_title(d, "%s never confirms the OPEN of %s with a KEEPALIVE", who, other);
        draft_say(
            d,
            "Both OPENs and the KEEPALIVE of %s are there, and its TCP acknowledges them; %s sends nothing for "
            "%s.",
            other, who, span_words(span, waited));
        draft_evidence(d, w->open.ref, "OPEN of %s", other);
        draft_evidence(d, q->open.ref, "OPEN of %s", who);
        draft_evidence(d, w->keepalive_sent, "KEEPALIVE of %s, not returned", other);
    } else {
        draft_title(d, "%s does not answer the OPEN of %s", who, other);
        draft_say(
            d,
            "The TCP of %s acknowledges the OPEN, and its BGP sends none for %s: the process hangs, is stopped, "
            "or what listens there is no BGP.",
            who, span_words(span, waited));
        say_multihop(d, h, quiet);
        draft_evidence(d, w->open.ref, "OPEN of %s", other);
        draft_evidence(d, s->half[!quiet].ack_moved, "acknowledged, not answered");
    }
    if (w->notification)
        draft_evidence(d, w->notification->ref, "NOTIFICATION %u/%u from %s", w->notification->code,
                       w->notification->subcode, other);
    draft_end(f, d);
}

void open_unanswered(const struct happening *h, struct findings *f)
{
    for (int quiet = 0; quiet < 2; quiet++)
        if (h->side != quiet) /* it closed: that is an answer */
            tell_quiet(h, f, quiet, h->ref.when);
}

void open_unanswered_yet(const struct happening *h, struct findings *f)
{
    for (const struct session *s = h->peering->sessions; s; s = s->next) {
        struct happening one = *h;
        one.session = s;
        if (s->facts.end != CONN_OPEN)
            continue;
        for (int quiet = 0; quiet < 2; quiet++)
            tell_quiet(&one, f, quiet, h->now);
    }
}

/* ---- collisions ---- */

void collision(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session, *other = h->peering->sessions;
    if (!s->collided || s->facts.active < 0)
        return;
    while (other && (other == s || !other->collided || other->facts.active < 0))
        other = other->next;
    if (!other || other->facts.active == s->facts.active) /* one side dialled anew, and the other had none */
        return;
    if (other->facts.closed.frame) /* told when that one closed: this is the end of the one that was kept */
        return;
    char who[ADDR_TEXT], kept[ADDR_TEXT];
    const struct end *a = s->end[0].open_count && s->end[1].open_count ? s->end : other->end;
    bool known = a[0].open_count && a[1].open_count;
    /* RFC 4271 6.8: the connection initiated by the speaker with the higher BGP Identifier is kept; RFC 6286 2.3:
     * where they are equal, the higher AS decides */
    int should = a[0].open.router_id != a[1].open.router_id ? a[1].open.router_id > a[0].open.router_id
                                                            : a[1].open.asn > a[0].open.asn;
    struct draft *d = rule_draft(f, h, CODE_BGP_CONNECTION_COLLISION, CONFIDENCE_CERTAIN, -1);
    draft_title(d, "both sides dialled at once; the connection of %s was kept",
                side_name(h->peering, other->facts.active, kept));
    draft_say(d, "Two connections were open at the same time, and that of %s was closed.",
              side_name(h->peering, s->facts.active, who));
    if (known)
        draft_say(d, "By their BGP Identifiers that of %s had to be kept: RFC 4271 6.8 was %sfollowed.",
                  side_name(h->peering, should, who), other->facts.active == should ? "" : "not ");
    draft_evidence(d, s->facts.opened, "connection that was closed");
    draft_evidence(d, other->facts.opened, "connection that was kept");
    draft_evidence(d, s->facts.closed, "closed");
    draft_end(f, d);
}

/* ---- what only one side offers ---- */

static void name_families(struct buf *out, uint64_t families)
{
    for (enum bgp_family i = 0; i < FAMILY_COUNT; i++)
        if (families >> i & 1) {
            if (out->used)
                buf_str(out, ", ");
            buf_str(out, bgp_family_name(i));
        }
}

/* Several paths of a prefix go one way only where one would send and the other receive them. RFC 7911 4 */
static void tell_lone_paths(const struct happening *h, struct findings *f, int i)
{
    const struct end *e = h->session->end;
    uint64_t both = e[0].open.families & e[1].open.families;
    uint64_t alone = e[i].open.add_path_send & ~e[!i].open.add_path_receive & both;
    if (!alone)
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct buf names = buf_init(512);
    name_families(&names, alone);
    struct draft *d = rule_draft(f, h, CODE_BGP_CAPABILITY_MISMATCH, CONFIDENCE_CERTAIN, !i);
    d->severity = SEVERITY_INFO;
    d->subject = 1;
    side_name(h->peering, i, who);
    draft_title(d, "%s does not offer to take several paths of a prefix, which %s would send",
                side_name(h->peering, !i, other), who);
    draft_say(d,
              "The OPEN of %s offers to send additional paths (ADD-PATH) of %s, that of %s does not offer to "
              "receive them: it gets one path of each prefix.",
              who, buf_text(&names), other);
    draft_evidence(d, e[i].open.ref, "OPEN of %s", who);
    draft_evidence(d, e[!i].open.ref, "OPEN of %s", other);
    draft_end(f, d);
    buf_free(&names);
}

void capabilities_differ(const struct happening *h, struct findings *f)
{
    const struct end *e = h->session->end;
    if (!e[0].open_count || !e[1].open_count || e[0].open.cut || e[1].open.cut)
        return;
    tell_lone_paths(h, f, 0);
    tell_lone_paths(h, f, 1);
    for (int i = 0; i < 2; i++) {
        uint64_t alone = e[i].open.families & ~e[!i].open.families;
        if (!alone)
            continue;
        char who[ADDR_TEXT], other[ADDR_TEXT];
        struct buf names = buf_init(512);
        name_families(&names, alone);
        struct draft *d = rule_draft(f, h, CODE_BGP_CAPABILITY_MISMATCH, CONFIDENCE_CERTAIN, !i);
        draft_title(d, "only %s offers %s; the session runs without", side_name(h->peering, i, who),
                    buf_text(&names));
        draft_say(d, "The OPEN of %s has it, that of %s does not: no route of that family is exchanged.", who,
                  side_name(h->peering, !i, other));
        if (!(e[0].open.families & e[1].open.families))
            draft_say(d, "They have no address family in common: the session carries nothing.");
        draft_evidence(d, e[i].open.ref, "OPEN of %s", who);
        draft_evidence(d, e[!i].open.ref, "OPEN of %s", other);
        draft_end(f, d);
        buf_free(&names);
    }
}

/* ---- graceful restart (RFC 4724, 8538, 9494) ---- */

/* The session before ended in a way after which routes are kept. */
static bool restartable(const struct peering *p, const struct session *s)
{
    if (!p->had_session)
        return false;
    if (!p->lost_by_notification)
        return true;
    if (!s->end[0].open.n_bit || !s->end[1].open.n_bit)
        return false;
    for (const struct session *old = s->next; old; old = old->next)
        for (int i = 0; i < 2; i++)
            if (old->end[i].notification) /* RFC 8538 4: all but a Hard Reset */
                return !(old->end[i].notification->code == 6 && old->end[i].notification->subcode == 9);
    return false;
}

void graceful_restart(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    const struct peering *p = h->peering;
    const struct open_facts *o[2] = { &s->end[0].open, &s->end[1].open };
    if (!o[0]->graceful || !o[1]->graceful || !restartable(p, s))
        return;
    /* some set the R bit always: then who lost the session before tells who restarted */
    int who = o[0]->restarting == o[1]->restarting ? p->lost_by : o[1]->restarting;
    /* without a family in the capability it only helps others to restart (RFC 4724 3) */
    if (who < 0 || !o[who]->restarting || !o[who]->restart_families)
        return;
    /* FRR sets the R bit in each OPEN until its own table is complete: that the other lost the session says more */
    if (p->lost_by == !who && p->last_open[who].restarting)
        return;
    char name[ADDR_TEXT], other[ADDR_TEXT], down[32];
    const struct open_facts *before = &p->last_open[who];
    struct span away = stamp_since(o[who]->ref.when, p->session_lost.when);
    bool long_lived = o[0]->llgr && o[1]->llgr; /* RFC 9494: then stale routes stay longer */
    bool late = before->graceful && !long_lived && away.ns > SPAN_S(before->restart_time).ns;
    struct draft *d = rule_draft(f, h, CODE_BGP_GRACEFUL_RESTART, CONFIDENCE_CERTAIN, who);
    side_name(p, who, name);
    side_name(p, !who, other);
    if (late)
        d->severity = SEVERITY_WARNING;
    draft_title(d, "%s %s", name,
                late ? "came back too late for a graceful restart" : "restarted gracefully");
    draft_say(d, "Its OPEN has the Restart bit (RFC 4724), %s after the session before was lost; it %s %u s.",
              span_words(away, down),
              before->graceful ? "had asked for its routes to be kept for" : "offers to be back within",
              before->graceful ? before->restart_time : o[who]->restart_time);
    if (late)
        draft_say(d, "By then %s had to delete them (RFC 4724 4.2): traffic went another way, or nowhere.",
                  other);
    else if (o[who]->forwarding)
        draft_say(d, "It kept its forwarding state.");
    else
        draft_say(
            d,
            "It did not keep its forwarding state, so %s had to delete its routes all the same (RFC 4724 4.2).",
            other);
    draft_evidence(d, p->session_lost, "the session before was lost");
    draft_evidence(d, o[who]->ref, "OPEN with the Restart bit");
    draft_end(f, d);
}
