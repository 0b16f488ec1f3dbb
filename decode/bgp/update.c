/* UPDATE: a message in; its three parts, the list of its attributes and the verdict of RFC 7606 on what can be seen
 * without looking at values out. Runs for every UPDATE, so nothing is cleared that is not used.
 *
 *     withdrawn length (2) | withdrawn routes | attributes length (2) | path attributes | routes
 */
#include "decode/bgp/update_internal.h"

const struct bgp_attr *bgp_update_attr(const struct bgp_update *u, unsigned code)
{
    if (code < 256 && bgp_update_has(u, code))
        for (unsigned i = 0; i < u->attr_count; i++)
            if (u->attr[i].code == code)
                return &u->attr[i];
    return NULL;
}

static void worse(struct bgp_update *u, enum bgp_verdict verdict)
{
    if (verdict > u->verdict)
        u->verdict = verdict;
}

static void blame(struct bgp_update *u, const struct bgp_msg *msg, const uint8_t *at, enum fault_code code,
                  uint32_t detail, enum bgp_verdict verdict)
{
    fault_note(&u->faults, code, bgp_offset(msg, at), detail);
    worse(u, verdict);
}

static void start(struct bgp_update *u)
{
    u->withdrawn = u->attrs = u->nlri = (struct cursor){ NULL, NULL, false };
    u->reach = u->unreach = (struct bgp_mp){ .family = FAMILY_NONE };
    u->attr_count = u->attrs_lost = 0;
    u->seen[0] = u->seen[1] = u->seen[2] = u->seen[3] = 0;
    u->end_of_rib = false;
    u->end_of_rib_family = FAMILY_NONE;
    u->verdict = BGP_FINE;
    u->faults.count = u->faults.lost = 0;
}

/* n bytes, or of a cut message what there is of them. */
static struct cursor part(struct cursor *in, size_t n)
{
    size_t left = cur_left(in);
    return cur_sub(in, n < left ? n : left);
}

struct parts {
    bool attrs_whole;
    bool routes_known; /* it is known whether routes follow the attributes, if not which */
};

static struct parts split(struct bgp_update *u, const struct bgp_msg *msg)
{
    struct cursor in = msg->body;
    size_t captured = cur_left(&in);
    size_t wire =
        msg->cut && msg->length > BGP_HEADER + captured ? (size_t)(msg->length - BGP_HEADER) : captured;

    if (wire < 4)
        blame(u, msg, in.at, FAULT_BGP_UPDATE_SHORT, 0, BGP_RESET_SESSION);
    const uint8_t *field = in.at;
    size_t withdrawn = cur_u16(&in);
    if (!cur_ok(&in) || wire < 4)
        return (struct parts){ false, false };
    if (withdrawn > wire - 4) {
        /* where it ends, and so where the attributes begin, cannot be known: nothing more is read */
        blame(u, msg, field, FAULT_BGP_UPDATE_WITHDRAWN, (uint32_t)withdrawn, BGP_RESET_SESSION);
        return (struct parts){ false, false };
    }
    u->withdrawn = part(&in, withdrawn);
    field = in.at;
    size_t attrs = cur_u16(&in);
    if (!cur_ok(&in))
        return (struct parts){ false, false }; /* cut */
    if (attrs > wire - 4 - withdrawn)
        blame(u, msg, field, FAULT_BGP_UPDATE_ATTRS, (uint32_t)attrs, BGP_RESET_SESSION);
    u->attrs = part(&in, attrs);
    u->nlri = in;
    bool whole = cur_left(&u->attrs) == attrs;
    return (struct parts){ whole, whole && (cur_left(&in) || 4 + withdrawn + attrs >= wire) };
}

static void read_mp(struct bgp_update *u, const struct bgp_msg *msg, const struct bgp_attr *a, bool whole)
{
    bool reach = a->code == BGP_ATTR_MP_REACH_NLRI;
    enum fault_code bad = reach ? mp_reach_read(a->value, &u->reach) : mp_unreach_read(a->value, &u->unreach);
    if (bad != FAULT_COUNT && whole)
        blame(u, msg, a->raw.at, bad, a->code,
              bad == FAULT_BGP_ATTR_MP_NEXT_HOP ? BGP_DISABLE_FAMILY : BGP_RESET_SESSION);
}

/* What holds for all attributes, from flags and code alone. */
static void judge(struct bgp_update *u, const struct bgp_msg *msg, const struct bgp_attr *a)
{
    const struct attr_row *row = &attr_rows[a->code];
    if (UNLIKELY(!row->check)) {
        if (!(a->flags & ATTR_OPTIONAL)) /* RFC 4271 6.3: unrecognized well-known attribute */
            blame(u, msg, a->raw.at, FAULT_BGP_ATTR_UNKNOWN, a->code, BGP_RESET_SESSION);
    } else if (UNLIKELY((a->flags ^ row->flags) & row->judged))
        blame(u, msg, a->raw.at, FAULT_BGP_ATTR_FLAGS, a->code, (enum bgp_verdict)row->bad_flags);
}

/* RFC 7606 3(g): the first one counts. */
static void repeated(struct bgp_update *u, const struct bgp_msg *msg, const struct bgp_attr *a)
{
    if (a->code == BGP_ATTR_MP_REACH_NLRI || a->code == BGP_ATTR_MP_UNREACH_NLRI)
        blame(u, msg, a->raw.at, FAULT_BGP_ATTR_MP_TWICE, a->code, BGP_RESET_SESSION);
    else
        blame(u, msg, a->raw.at, FAULT_BGP_ATTR_TWICE, a->code, BGP_DISCARD_ATTRIBUTE);
}

/* `whole`: all of the attributes field was captured. */
static void walk(struct bgp_update *u, const struct bgp_msg *msg, bool whole)
{
    struct cursor in = u->attrs;
    struct bgp_attr spare;
    for (;;) {
        struct bgp_attr *a = u->attr_count < BGP_ATTRS_MAX ? &u->attr[u->attr_count] : &spare;
        const uint8_t *at = in.at;
        enum attr_got got = attr_next(&in, a);
        if (got == ATTR_END)
            return;
        if (got != ATTR_WHOLE) {
            if (whole) /* RFC 7606 4; otherwise it was said already, or is the capture's doing */
                blame(u, msg, at, got == ATTR_SHORT ? FAULT_BGP_ATTR_SHORT : FAULT_BGP_ATTR_OVERRUN,
                      got == ATTR_SHORT ? 0 : a->code, BGP_TREAT_AS_WITHDRAW);
            else if (msg->cut && got == ATTR_OVERRUN && !bgp_update_has(u, a->code) &&
                     (a->code == BGP_ATTR_MP_REACH_NLRI || a->code == BGP_ATTR_MP_UNREACH_NLRI))
                read_mp(u, msg, a, false); /* what the capture has of the routes */
            return;
        }
        uint64_t bit = UINT64_C(1) << a->code % 64;
        if (UNLIKELY(u->seen[a->code / 64] & bit)) {
            repeated(u, msg, a);
            continue;
        }
        u->seen[a->code / 64] |= bit;
        judge(u, msg, a);
        if (a->code == BGP_ATTR_MP_REACH_NLRI || a->code == BGP_ATTR_MP_UNREACH_NLRI)
            read_mp(u, msg, a, true);
        if (a != &spare)
            u->attr_count++;
        else if (!u->attrs_lost++)
            fault_note(&u->faults, FAULT_BGP_UPDATE_MANY, bgp_offset(msg, at), a->code);
    }
}

/* RFC 4271 5, 7606 3(d): ORIGIN and AS_PATH for any route, NEXT_HOP for those behind the attributes. */
static void look_for_missing(struct bgp_update *u, const struct bgp_msg *msg)
{
    const unsigned want[] = { BGP_ATTR_ORIGIN, BGP_ATTR_AS_PATH, BGP_ATTR_NEXT_HOP };
    bool classic = cur_left(&u->nlri) > 0;
    if (!classic && !(u->reach.present && cur_left(&u->reach.nlri)))
        return;
    for (size_t i = 0; i < COUNT(want) - !classic; i++) {
        if (want[i] == BGP_ATTR_AS_PATH && bgp_update_has(u, BGP_ATTR_BGPSEC_PATH))
            continue; /* RFC 8205 3: it stands in AS_PATH's place */
        if (!bgp_update_has(u, want[i]))
            blame(u, msg, u->attrs.at, FAULT_BGP_ATTR_MISSING, want[i], BGP_TREAT_AS_WITHDRAW);
    }
}

/* RFC 7606 5.2: with attributes but MP_UNREACH_NLRI and no announced route, nobody can say which routes to treat as
 * withdrawn. */
static bool names_no_routes(const struct bgp_update *u)
{
    const struct bgp_attr *unreach = bgp_update_attr(u, BGP_ATTR_MP_UNREACH_NLRI);
    bool announces = cur_left(&u->nlri) || (u->reach.present && cur_left(&u->reach.nlri));
    return !announces && cur_left(&u->attrs) > (unreach ? cur_left(&unreach->raw) : 0);
}

static bool withdraws(enum bgp_verdict verdict)
{
    return verdict > BGP_DISCARD_ATTRIBUTE && verdict < BGP_RESET_SESSION;
}

static void look_for_routes(struct bgp_update *u, const struct bgp_msg *msg)
{
    if (withdraws(u->verdict) && names_no_routes(u))
        blame(u, msg, u->attrs.at, FAULT_BGP_UPDATE_NO_ROUTES, 0, BGP_RESET_SESSION);
}

enum bgp_verdict bgp_update_verdict(const struct bgp_update *u, const struct bgp_attrs_summary *values)
{
    enum bgp_verdict worst = values->verdict > u->verdict ? values->verdict : u->verdict;
    return withdraws(worst) && u->routes_known && names_no_routes(u) ? BGP_RESET_SESSION : worst;
}

/* RFC 4724 2: nothing at all for IPv4 unicast; an MP_UNREACH_NLRI without routes, and nothing else, for the others. */
static void look_for_end_of_rib(struct bgp_update *u)
{
    if (cur_left(&u->withdrawn) || cur_left(&u->nlri) || u->verdict != BGP_FINE)
        return;
    if (!cur_left(&u->attrs)) {
        u->end_of_rib = true;
        u->end_of_rib_family = FAMILY_IPV4_UNICAST;
    } else if (u->attr_count == 1 && u->unreach.present && !cur_left(&u->unreach.nlri)) {
        u->end_of_rib = true;
        u->end_of_rib_family = u->unreach.family;
    }
}

void bgp_update_read(const struct bgp_msg *msg, const struct bgp_ctx *ctx, struct bgp_update *u)
{
    (void)ctx; /* headers of attributes are the same in all sessions */
    start(u);
    struct parts parts = split(u, msg);
    if (cur_left(&u->attrs))
        walk(u, msg, parts.attrs_whole);
    u->routes_known = parts.routes_known;
    if (!parts.routes_known)
        return; /* what is missing may stand in what is not there */
    look_for_missing(u, msg);
    if (UNLIKELY(u->verdict != BGP_FINE))
        look_for_routes(u, msg);
    look_for_end_of_rib(u);
}
