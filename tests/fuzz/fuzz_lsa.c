/* Any bytes, read as one LSA whose length and checksum are right, so that its body is reached: every reader of bodies,
 * and the telling. Byte 0: version and whether it is cut; byte 1: instance; bytes 2 to 5: type and link-state ID; then
 * the body. */
#include "decode/ospf/ospf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

enum { HEAD = 6, LONGEST = 2000 };

/* ---- what computes routes ---- */

static void read_prefixes(struct ospf_prefixes it)
{
    struct ospf_prefix p;
    while (ospf_prefix_next(&it, &p))
        must(p.prefix.size && p.bits <= p.prefix.size * 8);
}

static void read_graph(const struct ospf_lsa *lsa)
{
    struct ospf_router r;
    struct ospf_link link;
    struct ospf_network n;
    uint32_t id;
    size_t most = cur_left(&lsa->body);
    if (ospf_router_read(lsa, &r))
        while (ospf_link_next(&r, &link))
            must(most-- > 0);
    if (ospf_network_read(lsa, &n))
        while (ospf_id_next(&n.routers, &id))
            must(most-- > 0);
}

static void read_routes(const struct ospf_lsa *lsa)
{
    struct ospf_route route;
    struct ospf_intra_prefix intra;
    struct ospf_link_lsa l;
    struct ospf_grace g;
    if (ospf_route_read(lsa, &route)) {
        must(route.metric <= OSPF_INFINITY && route.bits <= 128);
        must(!route.prefix.size || route.bits <= route.prefix.size * 8);
    }
    if (ospf_intra_prefix_read(lsa, &intra))
        read_prefixes(intra.prefixes);
    if (ospf_link_lsa_read(lsa, &l))
        read_prefixes(l.prefixes);
    ospf_grace_read(lsa, &g);
}

/* ---- a Link State Update around it ---- */

static void put16(uint8_t *at, size_t n)
{
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

/* RFC 905 B.5 */
static void fletcher(uint8_t *p, size_t n, size_t at)
{
    long c0 = 0, c1 = 0;
    for (size_t i = 0; i < n; i++) {
        c0 = (c0 + p[i]) % 255;
        c1 = (c1 + c0) % 255;
    }
    long x = ((long)(n - at - 1) * c0 - c1) % 255, y = (c1 - (long)(n - at) * c0) % 255;
    p[at] = (uint8_t)(x <= 0 ? x + 255 : x);
    p[at + 1] = (uint8_t)(y <= 0 ? y + 255 : y);
}

/* Returns its size. The packet's own checksum is not right, which nobody here minds. */
static size_t make(const uint8_t *data, size_t size, uint8_t *out)
{
    bool v3 = data[0] & 1;
    size_t header = v3 ? OSPF_HEADER_V3 : OSPF_HEADER_V2, lsa = header + 4, body = size - HEAD;
    memset(out, 0, lsa + OSPF_LSA_HEADER);
    out[0] = v3 ? 3 : 2;
    out[1] = OSPF_LSUPDATE;
    put16(out + 2, lsa + OSPF_LSA_HEADER + body);
    out[14] = data[1];
    out[lsa - 1] = 1;
    uint8_t *at = out + lsa;
    memcpy(at + 2, data + 2, 4);
    if (!v3) { /* the types that there are, and a link-state ID that begins with an opaque type */
        at[3] = 1 + data[3] % 12;
        at[4] = data[4] % 12;
    }
    at[12] = 0x80;
    at[15] = 1;
    put16(at + 18, OSPF_LSA_HEADER + body);
    if (body)
        memcpy(at + OSPF_LSA_HEADER, data + HEAD, body);
    fletcher(at + 2, OSPF_LSA_HEADER - 2 + body, 14);
    return lsa + OSPF_LSA_HEADER + body;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD || size > LONGEST)
        return 0;
    size_t cut = data[0] >> 4;
    uint8_t *bytes = malloc(size + 64);
    struct addr none = { 0 };
    struct ospf_packet p;
    struct ospf_lsa lsa;
    struct faults f = { 0 };
    struct buf out = buf_init(8 << 20);
    if (!bytes)
        abort();
    size_t used = make(data, size, bytes);
    bytes = realloc(bytes, used - cut); /* so that the byte behind the packet is nobody's */
    if (!bytes)
        abort();
    must(ospf_read(cur_over(bytes, used - cut), (uint32_t)used, &none, &none, &p) && p.cut == !!cut);
    struct ospf_lsa_iter it = ospf_lsas(&p);
    if (ospf_lsa_next(&it, &lsa)) {
        struct writer w = writer_init(&writer_json, &out);
        must(lsa.cut || ospf_lsa_sum(&lsa) == OSPF_SUM_RIGHT);
        read_graph(&lsa);
        read_routes(&lsa);
        ospf_lsa_tell(&w, &lsa);
        must(!w.depth && out.used);
    }
    ospf_judge(&p, &f);
    for (unsigned i = 0; i < f.count; i++)
        must(f.list[i].offset <= used);
    buf_free(&out);
    free(bytes);
    return 0;
}
