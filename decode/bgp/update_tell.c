/* An UPDATE in, all of it told to a writer, or one line for people, out. */
#include "decode/bgp/update_internal.h"

/* What is on its way through a message. */
struct teller {
    struct writer *w;
    const struct bgp_msg *msg;
    const struct bgp_ctx *ctx;
    const struct bgp_update *update;
    struct faults faults;
    enum bgp_verdict verdict;
    struct buf text; /* scratch */
    bool withdraw, vni;
    unsigned told; /* routes of the array that is open, or would be */
};

/* ---- routes ---- */

void bgp_nlri_more_tell(struct writer *w, const struct bgp_nlri *n, bool vni)
{
    struct cursor labels = n->labels;
    if (n->label_count) {
        write_array(w, "labels");
        while (cur_left(&labels)) {
            uint32_t entry = cur_u24(&labels);
            write_u64(w, NULL, vni ? entry : entry >> 4);
        }
        write_end(w);
    }
    if ((unsigned)n->family < FAMILY_COUNT && nlri_rows[n->family].reader->more)
        nlri_rows[n->family].reader->more(w, n);
}

void bgp_nlri_more_text(const struct bgp_nlri *n, bool vni, struct buf *out)
{
    struct cursor labels = n->labels;
    if (n->label_count)
        buf_str(out, vni ? "VNI" : "label");
    while (cur_left(&labels)) {
        uint32_t entry = cur_u24(&labels);
        buf_printf(out, " %u", (unsigned)(vni ? entry : entry >> 4));
    }
    if (n->family == FAMILY_L2VPN_EVPN)
        nlri_evpn_more_text(n, out);
}

static void route_tell(struct teller *t, const struct bgp_nlri *n)
{
    struct writer *w = t->w;
    write_object(w, NULL);
    write_str(w, "family", bgp_family_name(n->family));
    buf_clear(&t->text);
    bgp_nlri_text(n, &t->text);
    write_strn(w, "prefix", buf_text(&t->text), t->text.used);
    if (n->has_path_id)
        write_u64(w, "path_id", n->path_id);
    if (cur_left(&n->rd)) {
        buf_clear(&t->text);
        bgp_rd_text(n->rd, &t->text);
        write_str(w, "rd", buf_text(&t->text));
    }
    struct bgp_nlri told = *n;
    if (t->withdraw) /* what stands there is no label (RFC 8277 2.4), and no community says how wide it is */
        told.label_count = 0;
    bgp_nlri_more_tell(w, &told, t->vni);
    write_end(w);
}

static void worse(struct teller *t, enum bgp_verdict verdict)
{
    if (verdict > t->verdict)
        t->verdict = verdict;
}

static void block_tell(struct teller *t, struct cursor nlri, enum bgp_family family)
{
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, t->ctx, t->withdraw);
    struct bgp_nlri n;
    while (bgp_nlri_next(&it, &n)) {
        if (!t->told++)
            write_array(t->w, t->withdraw ? "withdrawn" : "announced");
        route_tell(t, &n);
        if (n.unreadable)
            fault_note(&t->faults, FAULT_BGP_NLRI_CONTENT, bgp_offset(t->msg, n.raw.at), (uint32_t)family);
    }
    /* what a cut packet does not have is no fault of the sender's */
    if (it.fault == FAULT_COUNT ||
        (t->msg->cut && nlri.end == t->msg->body.end && it.fault != FAULT_BGP_NLRI_BITS))
        return;
    fault_note(&t->faults, it.fault, bgp_offset(t->msg, it.in.at), (uint32_t)family);
    worse(t, bgp_nlri_verdict(&it));
}

/* Those of IPv4 unicast that stand in the message itself, and those of MP_REACH_NLRI or MP_UNREACH_NLRI; if there are
 * several of them, which should not be, of all. */
static void routes_tell(struct teller *t, bool withdraw)
{
    struct cursor attrs = t->update->attrs;
    struct bgp_attr a;
    unsigned code = withdraw ? BGP_ATTR_MP_UNREACH_NLRI : BGP_ATTR_MP_REACH_NLRI;
    t->withdraw = withdraw;
    t->told = 0;
    block_tell(t, withdraw ? t->update->withdrawn : t->update->nlri, FAMILY_IPV4_UNICAST);
    for (enum attr_got got; (got = attr_next(&attrs, &a)) != ATTR_END && got != ATTR_SHORT;) {
        struct bgp_mp mp;
        if (a.code != code)
            continue;
        enum fault_code bad = withdraw ? mp_unreach_read(a.value, &mp) : mp_reach_read(a.value, &mp);
        if (bad != FAULT_BGP_ATTR_MP_SHORT)
            block_tell(t, mp.nlri, mp.family);
    }
    if (t->told)
        write_end(t->w);
}

/* ---- attributes ---- */

void bgp_attributes_tell(struct writer *w, const struct bgp_update *u, const struct bgp_ctx *ctx)
{
    struct cursor attrs = u->attrs;
    struct bgp_attr a;
    if (!cur_left(&attrs))
        return;
    write_array(w, "attributes");
    for (enum attr_got got; (got = attr_next(&attrs, &a)) == ATTR_WHOLE || got == ATTR_OVERRUN;)
        attr_tell_object(w, &a, u, ctx, got == ATTR_OVERRUN);
    write_end(w);
}

static void faults_join(struct faults *all, const struct faults *some)
{
    for (unsigned i = 0; i < some->count; i++)
        fault_note(all, some->list[i].code, some->list[i].offset, some->list[i].detail);
    all->lost += some->lost;
}

void bgp_update_tell(struct writer *w, const struct bgp_msg *msg, const struct bgp_ctx *ctx)
{
    struct bgp_update u;
    struct bgp_attrs_summary values;
    bgp_update_read(msg, ctx, &u);
    bgp_attrs_read(&u, ctx, &values);

    struct teller t = { .w = w, .msg = msg, .ctx = ctx, .update = &u, .verdict = u.verdict };
    t.text = buf_init(1 << 16);
    t.vni = bgp_update_vni(&u);
    faults_join(&t.faults, &u.faults);
    faults_join(&t.faults, &values.faults);
    worse(&t, bgp_update_verdict(&u, &values));

    if (u.end_of_rib) {
        char name[32];
        write_str(w, "end_of_rib",
                  u.unreach.present ? bgp_afi_safi_name(u.unreach.afi, u.unreach.safi, name)
                                    : bgp_family_name(u.end_of_rib_family));
    }
    routes_tell(&t, true);
    routes_tell(&t, false);
    bgp_attributes_tell(w, &u, ctx);
    if (t.verdict != BGP_FINE)
        write_str(w, "verdict", bgp_verdict_name(t.verdict));
    bgp_faults_tell(w, &t.faults);
    buf_free(&t.text);
}

/* ---- one line ---- */

static unsigned count(struct cursor nlri, enum bgp_family family, const struct bgp_ctx *ctx, bool withdraw)
{
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, ctx, withdraw);
    struct bgp_nlri n;
    unsigned found = 0;
    while (bgp_nlri_next(&it, &n))
        found++;
    return found;
}

static void add_next_hop(const struct bgp_update *u, const struct bgp_attrs_summary *values, struct buf *out)
{
    struct cursor hop = u->reach.next_hop;
    char text[ADDR_TEXT];
    struct addr a = values->next_hop;
    if (cur_left(&hop) == 32 || cur_left(&hop) == 16)
        a = addr_v6(hop.at);
    else if (cur_left(&hop) == 4)
        a = addr_v4(hop.at);
    else if (cur_left(&hop) == 24 || cur_left(&hop) == 48)
        a = addr_v6(hop.at + 8);
    else if (cur_left(&hop) == 12)
        a = addr_v4(hop.at + 8);
    if (a.size)
        buf_printf(out, ", next hop %s", addr_text(&a, text));
}

static void add_families(const struct bgp_update *u, struct buf *out)
{
    char name[32];
    if (u->reach.present && u->reach.family != FAMILY_IPV4_UNICAST)
        buf_printf(out, ", %s", bgp_afi_safi_name(u->reach.afi, u->reach.safi, name));
    else if (u->unreach.present && u->unreach.family != FAMILY_IPV4_UNICAST)
        buf_printf(out, ", %s", bgp_afi_safi_name(u->unreach.afi, u->unreach.safi, name));
}

void bgp_update_line(const struct bgp_msg *msg, const struct bgp_ctx *ctx, struct buf *out)
{
    struct bgp_update u;
    struct bgp_attrs_summary values;
    char name[32];
    bgp_update_read(msg, ctx, &u);
    bgp_attrs_read(&u, ctx, &values);
    if (u.end_of_rib) {
        buf_printf(out, " End-of-RIB %s",
                   u.unreach.present ? bgp_afi_safi_name(u.unreach.afi, u.unreach.safi, name)
                                     : bgp_family_name(u.end_of_rib_family));
        return;
    }
    unsigned announced =
        count(u.nlri, FAMILY_IPV4_UNICAST, ctx, false) + count(u.reach.nlri, u.reach.family, ctx, false);
    unsigned withdrawn = count(u.withdrawn, FAMILY_IPV4_UNICAST, ctx, true) +
                         count(u.unreach.nlri, u.unreach.family, ctx, true);
    const char *between = " ";
    if (announced || !withdrawn) {
        buf_printf(out, "%s%u announced", between, announced);
        between = ", ";
    }
    if (withdrawn)
        buf_printf(out, "%s%u withdrawn", between, withdrawn);
    add_families(&u, out);
    const struct bgp_attr *path = bgp_update_attr(&u, BGP_ATTR_AS_PATH);
    if (path && cur_left(&path->value) && bgp_path_check(path->value, ctx->as4 ? 4 : 2) == FAULT_COUNT) {
        buf_str(out, ", AS path ");
        bgp_path_text(&u, ctx, out);
    }
    add_next_hop(&u, &values, out);
    enum bgp_verdict verdict = bgp_update_verdict(&u, &values);
    if (verdict != BGP_FINE)
        buf_printf(out, ", malformed: %s", bgp_verdict_name(verdict));
}
