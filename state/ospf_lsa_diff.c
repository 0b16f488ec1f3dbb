/* Two instances of one LSA in; what the newer one says that the older did not, in words, out. */
#include "base/buf.h"
#include "state/ospf_lsdb.h"

enum { LINKS_MOST = 512, TOLD_MOST = 6 };

static bool same_link(const struct ospf_link *a, const struct ospf_link *b)
{
    return a->type == b->type && a->id == b->id && a->data == b->data && a->interface_id == b->interface_id &&
           a->neighbor_interface_id == b->neighbor_interface_id && a->neighbor == b->neighbor;
}

/* The link in the other LSA; false if it is not there. */
static bool find_link(const struct ospf_router *in, const struct ospf_link *what, struct ospf_link *out)
{
    struct ospf_router all = *in;
    for (unsigned n = 0; n < LINKS_MOST && ospf_link_next(&all, out); n++)
        if (same_link(what, out))
            return true;
    return false;
}

static void tell_link(struct buf *out, unsigned version, const struct ospf_link *l)
{
    char id[16], data[16];
    if (version == 3)
        buf_printf(out, "link to %s", ospf_id_text(l->neighbor, id));
    else if (l->type == OSPF_LINK_STUB)
        buf_printf(out, "network %s mask %s", ospf_id_text(l->id, id), ospf_id_text(l->data, data));
    else
        buf_printf(out, "link to %s %s", l->type == OSPF_LINK_TRANSIT ? "network" : "router",
                   ospf_id_text(l->id, id));
}

static void lead(struct buf *out)
{
    if (out->used)
        buf_str(out, "; ");
}

/* Links of `in` that `than` lacks. */
static unsigned tell_missing(struct buf *out, unsigned version, const struct ospf_router *in,
                             const struct ospf_router *than, const char *word)
{
    struct ospf_router all = *in;
    struct ospf_link l, other;
    unsigned found = 0;
    for (unsigned n = 0; n < LINKS_MOST && ospf_link_next(&all, &l); n++) {
        if (find_link(than, &l, &other) || found++ >= TOLD_MOST)
            continue;
        lead(out);
        tell_link(out, version, &l);
        buf_printf(out, " %s", word);
    }
    return found;
}

static void diff_router(const struct ospf_lsa *a, const struct ospf_lsa *b, struct buf *out)
{
    struct ospf_router before, after, all;
    struct ospf_link l, other;
    if (!ospf_router_read(a, &before) || !ospf_router_read(b, &after))
        return;
    tell_missing(out, a->version, &before, &after, "gone");
    tell_missing(out, a->version, &after, &before, "new");
    all = after;
    for (unsigned n = 0, told = 0; n < LINKS_MOST && told < TOLD_MOST && ospf_link_next(&all, &l); n++) {
        if (!find_link(&before, &l, &other) || l.metric == other.metric)
            continue;
        lead(out);
        tell_link(out, a->version, &l);
        buf_printf(out, " costs %u, not %u", l.metric, other.metric);
        told++;
    }
    if (before.flags != after.flags) {
        lead(out);
        buf_printf(out, "flags 0x%02x, not 0x%02x", after.flags, before.flags);
    }
}

static bool holds(struct cursor ids, uint32_t what)
{
    uint32_t id;
    for (unsigned n = 0; n < LINKS_MOST && ospf_id_next(&ids, &id); n++)
        if (id == what)
            return true;
    return false;
}

static void diff_network(const struct ospf_lsa *a, const struct ospf_lsa *b, struct buf *out)
{
    struct ospf_network before, after;
    char text[16];
    uint32_t id;
    if (!ospf_network_read(a, &before) || !ospf_network_read(b, &after))
        return;
    struct cursor all = before.routers;
    for (unsigned n = 0; n < LINKS_MOST && ospf_id_next(&all, &id); n++)
        if (!holds(after.routers, id)) {
            lead(out);
            buf_printf(out, "router %s gone", ospf_id_text(id, text));
        }
    all = after.routers;
    for (unsigned n = 0; n < LINKS_MOST && ospf_id_next(&all, &id); n++)
        if (!holds(before.routers, id)) {
            lead(out);
            buf_printf(out, "router %s new", ospf_id_text(id, text));
        }
}

static void diff_route(const struct ospf_lsa *a, const struct ospf_lsa *b, struct buf *out)
{
    struct ospf_route before, after;
    if (!ospf_route_read(a, &before) || !ospf_route_read(b, &after))
        return;
    if (before.metric != after.metric)
        buf_printf(out, "metric %u, not %u", (unsigned)after.metric, (unsigned)before.metric);
    if (before.type2 != after.type2) {
        lead(out);
        buf_printf(out, "type %u external", after.type2 ? 2u : 1u);
    }
    if (before.has_tag != after.has_tag || before.tag != after.tag) {
        lead(out);
        buf_printf(out, "tag %u, not %u", (unsigned)after.tag, (unsigned)before.tag);
    }
    if (!addr_equal(&before.forwarding, &after.forwarding)) {
        lead(out);
        buf_str(out, "another forwarding address");
    }
}

void ospf_lsa_diff(const struct ospf_lsa *before, const struct ospf_lsa *after, struct buf *out)
{
    buf_clear(out);
    diff_router(before, after, out);
    diff_network(before, after, out);
    diff_route(before, after, out);
    if (before->options != after->options) {
        lead(out);
        buf_printf(out, "options 0x%02x, not 0x%02x", after->options, before->options);
    }
    if (!out->used)
        buf_str(out, "other contents");
}

/* OSPFv2: both are of one interface. A link that comes up goes from stub network to transit network or router; its
 * designated router may be another one. The interface's address stays (Link Data; RFC 2328 A.4.2). */
static bool same_interface(const struct ospf_link *a, const struct ospf_link *b)
{
    if (a->type == OSPF_LINK_STUB && b->type == OSPF_LINK_STUB)
        return a->id == b->id && a->data == b->data;
    if (a->type != OSPF_LINK_STUB && b->type != OSPF_LINK_STUB)
        return a->data == b->data;
    const struct ospf_link *stub = a->type == OSPF_LINK_STUB ? a : b, *other = stub == a ? b : a;
    return (other->data & stub->data) == stub->id;
}

static bool has_interface(const struct ospf_router *in, const struct ospf_link *what)
{
    struct ospf_router all = *in;
    struct ospf_link l;
    for (unsigned n = 0; n < LINKS_MOST && ospf_link_next(&all, &l); n++)
        if (same_interface(&l, what))
            return true;
    return false;
}

bool ospf_lsa_strangers(const struct ospf_lsa *before, const struct ospf_lsa *after)
{
    struct ospf_router a, b, all;
    struct ospf_link l, other;
    if (!ospf_router_read(before, &a) || !ospf_router_read(after, &b) || !cur_left(&a.links) ||
        !cur_left(&b.links))
        return false;
    all = b;
    for (unsigned n = 0; n < LINKS_MOST && ospf_link_next(&all, &l); n++)
        if (after->version == 3 ? find_link(&a, &l, &other) : has_interface(&a, &l))
            return false;
    return true;
}
