/* The body of an LSA in, lines that people read out. */
#include "cli/lsa_words.h"

#include "base/writer.h"
#include <string.h>

enum { LINE = 200, BODY = 1 << 20 };

void lsa_type_name(unsigned version, unsigned type, struct buf *out)
{
    const char *name = ospf_lsa_type_name(version, type), *dash = name ? strstr(name, "-LSA") : NULL;
    if (!name)
        buf_printf(out, "0x%04x", type);
    else if (dash) {
        buf_add(out, name, (size_t)(dash - name));
        buf_str(out, dash + strlen("-LSA"));
    } else
        buf_str(out, name);
}

static void counted(struct buf *out, unsigned n, const char *word)
{
    buf_printf(out, "%u %s%s", n, word, n == 1 ? "" : n && word[strlen(word) - 1] == 'x' ? "es" : "s");
}

static void put_prefix(struct buf *out, const struct addr *a, unsigned bits)
{
    char text[ADDR_TEXT];
    buf_str(out, prefix_text(a->b, bits, a->size, text));
}

/* ---- kinds ---- */

static void roles(struct buf *out, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *word;
    } words[] = { { OSPF_ROUTER_B, "ABR" },
                  { OSPF_ROUTER_E, "ASBR" },
                  { OSPF_ROUTER_V, "end of a virtual link" },
                  { OSPF_ROUTER_NT, "NSSA translator" } };
    for (size_t i = 0; i < COUNT(words); i++)
        if (flags & words[i].flag)
            buf_printf(out, ", %s", words[i].word);
}

static bool say_router(const struct ospf_lsa *lsa, struct buf *out)
{
    struct ospf_router r;
    struct ospf_link l;
    unsigned n = 0;
    if (!ospf_router_read(lsa, &r))
        return false;
    unsigned flags = r.flags;
    while (ospf_link_next(&r, &l))
        n++;
    counted(out, n, "link");
    roles(out, flags);
    return true;
}

static bool say_network(const struct ospf_lsa *lsa, struct buf *out)
{
    struct ospf_network net;
    if (!ospf_network_read(lsa, &net))
        return false;
    if (lsa->version == 2) {
        struct addr a = addr_of_id(lsa->id);
        unsigned bits = addr_mask_bits(net.mask);
        for (unsigned i = bits; i < 32; i++)
            a.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
        put_prefix(out, &a, bits);
        buf_str(out, ", ");
    }
    counted(out, (unsigned)(cur_left(&net.routers) / 4), "router");
    return true;
}

static bool say_route(const struct ospf_lsa *lsa, struct buf *out)
{
    struct ospf_route r;
    char text[ADDR_TEXT];
    if (!ospf_route_read(lsa, &r))
        return false;
    if (r.prefix.size)
        put_prefix(out, &r.prefix, r.bits);
    else
        buf_str(out, ospf_id_text(r.router, text));
    bool nssa = lsa->kind == OSPF_LSA_V2_NSSA || lsa->kind == OSPF_LSA_V3_NSSA;
    if (r.external)
        buf_printf(out, " %c%c", nssa ? 'N' : 'E', r.type2 ? '2' : '1');
    if (r.metric >= OSPF_INFINITY)
        buf_str(out, " not reachable");
    else
        buf_printf(out, " cost %u", (unsigned)r.metric);
    if (r.forwarding.size)
        buf_printf(out, " via %s", addr_text(&r.forwarding, text));
    if (r.has_tag && r.tag)
        buf_printf(out, " tag %u", (unsigned)r.tag);
    return true;
}

static bool read_prefixes(const struct ospf_lsa *lsa, struct ospf_prefixes *out)
{
    struct ospf_intra_prefix intra;
    struct ospf_link_lsa link;
    if (ospf_intra_prefix_read(lsa, &intra))
        *out = intra.prefixes;
    else if (ospf_link_lsa_read(lsa, &link))
        *out = link.prefixes;
    else
        return false;
    return true;
}

static bool say_prefixes(const struct ospf_lsa *lsa, struct buf *out)
{
    struct ospf_prefixes list;
    struct ospf_link_lsa link;
    struct ospf_prefix p, only = { .bits = 0 };
    char text[ADDR_TEXT];
    unsigned n = 0;
    if (!read_prefixes(lsa, &list))
        return false;
    for (; ospf_prefix_next(&list, &p); n++)
        only = p;
    if (ospf_link_lsa_read(lsa, &link))
        buf_printf(out, "%s, ", addr_text(&link.address, text));
    if (n == 1)
        put_prefix(out, &only.prefix, only.bits);
    else
        counted(out, n, "prefix");
    return true;
}

void lsa_summary(const struct ospf_lsa *lsa, struct buf *out)
{
    if (!say_router(lsa, out) && !say_network(lsa, out) && !say_route(lsa, out))
        say_prefixes(lsa, out);
}

/* ---- all of it ---- */

static void end_line(struct layout *out, unsigned indent, struct buf *words)
{
    lay_to(out, indent);
    lay_wrap(out, indent + 2, DIM, buf_text(words));
    lay_close(out);
    buf_clear(words);
}

static void say_link(const struct ospf_lsa *lsa, const struct ospf_link *l, struct buf *words)
{
    static const char *const types[] = { "?", "point-to-point to", "network of", "stub", "virtual link to" };
    char id[16], data[16];
    const char *type = l->type < COUNT(types) ? types[l->type] : types[0];
    if (lsa->version == 3)
        buf_printf(words, "%s %s interface %u, cost %u, from interface %u", type,
                   ospf_id_text(l->neighbor, id), (unsigned)l->neighbor_interface_id, l->metric,
                   (unsigned)l->interface_id);
    else if (l->type == OSPF_LINK_STUB)
        buf_printf(words, "%s %s/%u, cost %u", type, ospf_id_text(l->id, id), addr_mask_bits(l->data),
                   l->metric);
    else
        buf_printf(words, "%s %s, cost %u, from %s", type, ospf_id_text(l->id, id), l->metric,
                   ospf_id_text(l->data, data));
}

static bool router_lines(const struct ospf_lsa *lsa, struct layout *out, unsigned indent, struct buf *words)
{
    struct ospf_router r;
    struct ospf_link l;
    if (!ospf_router_read(lsa, &r))
        return false;
    while (ospf_link_next(&r, &l)) {
        say_link(lsa, &l, words);
        end_line(out, indent, words);
    }
    return true;
}

static bool network_lines(const struct ospf_lsa *lsa, struct layout *out, unsigned indent, struct buf *words)
{
    struct ospf_network net;
    uint32_t id;
    char text[16];
    if (!ospf_network_read(lsa, &net))
        return false;
    while (ospf_id_next(&net.routers, &id)) {
        buf_printf(words, "router %s", ospf_id_text(id, text));
        end_line(out, indent, words);
    }
    return true;
}

static bool prefix_lines(const struct ospf_lsa *lsa, struct layout *out, unsigned indent, struct buf *words)
{
    struct ospf_prefixes list;
    struct ospf_prefix p;
    struct ospf_intra_prefix intra;
    bool has_metric = ospf_intra_prefix_read(lsa, &intra);
    char text[16];
    if (!read_prefixes(lsa, &list))
        return false;
    if (has_metric) {
        buf_printf(words, "of %s %s", intra.referenced_type == 0x2001 ? "router" : "the network of",
                   ospf_id_text(intra.referenced_router, text));
        end_line(out, indent, words);
    }
    while (ospf_prefix_next(&list, &p)) {
        put_prefix(words, &p.prefix, p.bits);
        if (has_metric)
            buf_printf(words, ", cost %u", p.metric);
        end_line(out, indent, words);
    }
    return true;
}

void lsa_lines(const struct ospf_lsa *lsa, struct layout *out, unsigned indent)
{
    struct buf words = buf_init(LINE), body = buf_init(BODY);
    struct ospf_route route;
    bool told = router_lines(lsa, out, indent, &words) || network_lines(lsa, out, indent, &words) ||
                prefix_lines(lsa, out, indent, &words) || ospf_route_read(lsa, &route);
    if (!told) {
        struct writer w = writer_init(&writer_text, &body);
        ospf_lsa_tell_body(&w, lsa);
        end_line(out, indent, &body);
    }
    buf_free(&words);
    buf_free(&body);
}
