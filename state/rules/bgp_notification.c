/* What each NOTIFICATION means, and who has to act on it. RFC 4271 4.5, 4486, 6608, 8538, 9003, 9384, 9687. */
#include "state/rules/rule.h"

#include <stdio.h>

rule_fn notification_cease, notification_error, header_bad;

/* Words from the other end, an operator's (6/2 and 6/4, RFC 9003) or a program's: control characters never get through. */
static void say_text(struct draft *d, const struct notification_facts *n)
{
    unsigned subcode = n->has_inner ? n->inner_subcode : n->subcode;
    bool by_operator = n->code == 6 && (subcode == 2 || subcode == 4);
    char clean[sizeof n->text];
    size_t i = 0;
    for (; n->text[i]; i++)
        clean[i] = (unsigned char)n->text[i] < 0x20 || n->text[i] == 0x7f ? ' ' : n->text[i];
    clean[i] = '\0';
    if (i)
        draft_say(d, "%s: \"%s\".", by_operator ? "Its operator says" : "It adds the words", clean);
}

static void say_limit(struct draft *d, const struct notification_facts *n, const char *other)
{
    if (n->has_limit)
        draft_say(d, "The limit is %u %s prefixes.", n->limit, bgp_family_name(n->limit_family));
    bool about_routes = n->subcode == 1 || (n->has_inner && n->inner_subcode == 1);
    if (n->routes && about_routes)
        draft_say(d, "It had %u routes of %s when it closed, counted from the UPDATEs.", n->routes, other);
}

static const struct cease {
    uint8_t subcode;
    enum finding_code code;
    bool other_side; /* the one to look at is who received it */
    const char *what;
} ceases[] = {
    { 1, CODE_BGP_CEASE_MAXIMUM_PREFIXES, true, "%s closes: %s announced more prefixes than it allows" },
    { 2, CODE_BGP_CEASE_ADMINISTRATIVE_SHUTDOWN, false, "%s has shut the session with %s down" },
    { 3, CODE_BGP_CEASE_PEER_DECONFIGURED, false, "%s has removed its neighbour %s" },
    { 4, CODE_BGP_CEASE_ADMINISTRATIVE_RESET, false, "%s has reset the session with %s" },
    { 5, CODE_BGP_CEASE_CONNECTION_REJECTED, false, "%s rejects the connection of %s" },
    { 6, CODE_BGP_CEASE_CONFIGURATION_CHANGE, false,
      "%s closes the session with %s to change its configuration" },
    { 8, CODE_BGP_CEASE_OUT_OF_RESOURCES, false, "%s is out of resources and closes the session with %s" },
    { 9, CODE_BGP_CEASE_HARD_RESET, false, "%s resets the session with %s" },
    { 10, CODE_BGP_CEASE_BFD_DOWN, false, "%s closes the session with %s: BFD is down" },
    { 0, CODE_BGP_CEASE_OTHER, false, "%s ends the session with %s and gives no reason" },
};

/* The row of a subcode; the last one for those that have none. */
static const struct cease *cease_of(unsigned subcode)
{
    unsigned i = 0;
    while (i < COUNT(ceases) - 1 && ceases[i].subcode != subcode)
        i++;
    return &ceases[i];
}

void notification_cease(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    const struct notification_facts *n = s->end[h->side].notification;
    char who[ADDR_TEXT], other[ADDR_TEXT], inner[64];
    if (n->code != 6 || n->subcode == 7) /* 6/7 belongs to a collision */
        return;
    /* without an OPEN of its own it has no session to end: see bgp-connect-closed-before-open */
    if (n->before_open && n->subcode != 5)
        return;
    const struct cease *cease = cease_of(n->subcode);
    const struct cease *reason = n->has_inner && n->inner_code == 6 ? cease_of(n->inner_subcode) : cease;
    int at = reason->other_side ? !h->side : h->side;
    struct draft *d = rule_draft(f, h, cease->code, CONFIDENCE_CERTAIN, at);
    char title[256];
    bool opening = !s->was_established && !s->midway && cease == cease_of(0);
    // the formats come from here and from the table above, with two strings each
    snprintf(title, sizeof title,
             opening ? "%s turns %s away while the session opens, and gives no reason" : cease->what,
             side_name(h->peering, h->side, who), side_name(h->peering, !h->side, other));
    if (n->has_inner) {
        draft_title(d, "%s: %s", title, bgp_notify_name(n->inner_code, n->inner_subcode, inner));
        draft_say(d,
                  "It sends NOTIFICATION 6/9 (Hard Reset, RFC 8538) with %u/%u inside: that is the reason.",
                  n->inner_code, n->inner_subcode);
    } else {
        draft_title(d, "%s", title);
        draft_say(d, "It sends NOTIFICATION %u/%u.", n->code, n->subcode);
    }
    say_limit(d, n, other);
    say_text(d, n);
    draft_evidence(d, n->ref, "NOTIFICATION %u/%u from %s", n->code, n->subcode, who);
    draft_end(f, d);
}

static const struct {
    uint8_t code;
    enum finding_code finding;
    const char *what;
} errors[] = {
    { 1, CODE_BGP_HEADER_ERROR, "%s cannot read a message header of %s" },
    { 3, CODE_BGP_UPDATE_ERROR, "%s rejects an UPDATE of %s" },
    { 5, CODE_BGP_FSM_ERROR, "%s got a message from %s that does not belong in its state" },
    { 7, CODE_BGP_ROUTE_REFRESH_ERROR, "%s rejects a ROUTE-REFRESH of %s" },
    { 8, CODE_BGP_SEND_HOLD_TIMER_EXPIRED, "%s could send nothing to %s for its send hold time" },
};

static void say_what_was_wrong(struct draft *d, const struct notification_facts *n)
{
    if (*n->text) { /* in place of the data: ExaBGP */
        say_text(d, n);
        return;
    }
    /* 3/x: the data is the attribute at fault (RFC 4271 6.3) */
    if (n->code == 3 && n->data_size >= 2)
        draft_say(d, "The data names attribute %u%s%s.", n->data[1], bgp_attr_name(n->data[1]) ? ", " : "",
                  bgp_attr_name(n->data[1]) ? bgp_attr_name(n->data[1]) : "");
    if (n->code == 1 && n->subcode == 2 && n->data_size == 2)
        draft_say(d, "The length it objects to is %u.", (unsigned)n->data[0] << 8 | n->data[1]);
    if (n->code == 1 && n->subcode == 3 && n->data_size == 1)
        draft_say(d, "The type it objects to is %u.", n->data[0]);
    static const char *const states[] = { NULL, "OpenSent", "OpenConfirm", "Established" };
    if (n->code == 5 && n->subcode >= 1 && n->subcode <= 3)
        draft_say(d, "It was in %s (RFC 6608).", states[n->subcode]);
}

/* No message came before its time: it answers a NOTIFICATION, or turns an OPEN away before it has sent its own, as one
 * does that is not ready yet (see bgp-connect-closed-before-open). */
static bool is_no_fsm_error(const struct happening *h)
{
    const struct end *e = &h->session->end[h->side], *other = &h->session->end[!h->side];
    const struct notification_facts *n = e->notification;
    if (n->code != 5)
        return false;
    if (other->notification && !stamp_before(n->ref.when, other->notification->ref.when))
        return true;
    return n->before_open && other->open_count == 1 && !other->keepalive_sent.frame &&
           !other->messages[BGP_UPDATE] && !other->messages[BGP_ROUTE_REFRESH];
}

void notification_error(const struct happening *h, struct findings *f)
{
    const struct notification_facts *n = h->session->end[h->side].notification;
    char who[ADDR_TEXT], other[ADDR_TEXT], name[64], title[256];
    if (is_no_fsm_error(h))
        return;
    for (unsigned i = 0; i < COUNT(errors); i++) {
        if (errors[i].code != n->code)
            continue;
        struct draft *d = rule_draft(f, h, errors[i].finding, CONFIDENCE_CERTAIN, !h->side);
        snprintf(title, sizeof title, errors[i].what, side_name(h->peering, h->side, who),
                 side_name(h->peering, !h->side, other));
        draft_title(d, "%s: %s", title, bgp_notify_name(n->code, n->subcode, name));
        draft_say(d, "It sends NOTIFICATION %u/%u and closes.", n->code, n->subcode);
        say_what_was_wrong(d, n);
        draft_evidence(d, h->session->end[!h->side].last_spoke, "the message before it");
        draft_evidence(d, n->ref, "NOTIFICATION %u/%u from %s", n->code, n->subcode, who);
        draft_end(f, d);
    }
}

void header_bad(const struct happening *h, struct findings *f)
{
    const struct end *e = &h->session->end[h->side];
    char who[ADDR_TEXT];
    if (!h->peering->facts.side[h->side].open_known && !h->session->was_established &&
        !h->session->end[!h->side].open_count)
        return; /* nothing here has spoken BGP yet */
    struct draft *d = rule_draft(f, h, CODE_BGP_HEADER_ERROR, CONFIDENCE_CERTAIN, h->side);
    side_name(h->peering, h->side, who);
    if (e->bad_fault == FAULT_BGP_HEADER_TYPE)
        draft_title(d, "%s sends a message of type %u, which BGP does not have", who, e->bad_type);
    else if (e->bad_fault == FAULT_BGP_HEADER_LENGTH && bgp_type_name(e->bad_type))
        draft_title(d, "%s sends a message of type %s and %u bytes, a length that it may not have", who,
                    bgp_type_name(e->bad_type), e->bad_length);
    else
        draft_title(d, "%s sends bytes that are no BGP message", who);
    draft_say(d, "%s (%s): type %u, length %u.", fault_words(e->bad_fault), fault_reference(e->bad_fault),
              e->bad_type, e->bad_length);
    draft_evidence(d, e->bad_header, "%s", fault_words(e->bad_fault));
    draft_end(f, d);
}
