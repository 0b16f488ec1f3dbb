/* Any bytes, read as a link-state database: its graph, shortest paths from every router, all routes and where they begin.
 * Byte 0: the version; then LSAs: type, what the link-state ID, router and area are (few of each, so that they speak of
 * each other), size, body. */
#include "decode/ospf/ospf.h"
#include "state/ospf_spf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

enum { LSAS = 64, HOPS = 16 };

static const uint16_t types[2][8] = { { 1, 2, 3, 4, 5, 7, 10, 1 },
                                      { 0x2001, 0x2002, 0x2003, 0x2004, 0x4005, 0x2007, 0x0008, 0x2009 } };

static void put16(uint8_t *at, size_t n)
{
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

/* One LSA as a Link State Update of its own. Returns its size. */
static size_t make(struct cursor *in, bool v3, uint8_t *out, uint32_t *area)
{
    size_t at = v3 ? OSPF_HEADER_V3 : OSPF_HEADER_V2;
    uint8_t kind = cur_u8(in), ends = cur_u8(in);
    struct cursor body = cur_sub(in, cur_u8(in));
    uint16_t type = types[v3][kind & 7];
    memset(out, 0, at + 4 + OSPF_LSA_HEADER);
    *area = kind >> 6;
    out[0] = v3 ? 3 : 2;
    out[1] = OSPF_LSUPDATE;
    out[at + 3] = 1;
    at += 4;
    put16(out + at + 2, type);
    if (!v3)
        out[at + 2] = kind >> 3; /* options */
    out[at + 7] = ends & 15;
    out[at + 11] = ends >> 4;
    out[at + 12] = 0x80;
    out[at + 15] = 1;
    put16(out + at + 18, OSPF_LSA_HEADER + cur_left(&body));
    if (cur_left(&body))
        memcpy(out + at + OSPF_LSA_HEADER, body.at, cur_left(&body));
    at += OSPF_LSA_HEADER + cur_left(&body);
    put16(out + 2, at);
    return at;
}

static void feed(struct ospf_lsdb *db, const uint8_t *bytes, size_t size, uint32_t area)
{
    struct addr none = { 0 };
    struct ospf_packet p;
    struct ospf_batch batch;
    struct ospf_lsa_seen seen = { .area = area, .ref = { .frame = 1, .when = { 1 } } };
    struct ospf_lsa_fed fed;
    must(ospf_read(cur_over(bytes, size), (uint32_t)size, &none, &none, &p));
    struct ospf_lsa_iter it = ospf_lsas(&p);
    while (ospf_lsdb_batch(db, &it, area, 0, &batch))
        for (uint32_t i = 0; i < batch.count; i++)
            ospf_lsdb_feed(db, &batch, i, &seen, &fed);
}

static void look(const struct ospf_graph *g, struct ospf_paths *p)
{
    struct ospf_hop hops[HOPS];
    for (uint32_t i = 0; i < ospf_paths_count(p); i++) {
        const struct ospf_path_route *r = ospf_paths_route(p, i);
        must(r->node < ospf_graph_nodes(g) && r->bits <= r->prefix.size * 8);
        must(ospf_paths_cost(p, r->node) != OSPF_UNREACHABLE);
        must(ospf_paths_find(p, &r->prefix) != NULL && ospf_paths_exact(p, &r->prefix, r->bits) == r);
        must(ospf_paths_hops(p, r, hops, HOPS) <= HOPS);
        for (const struct ospf_path_route *also = r; (also = ospf_paths_also(p, also));)
            must(also->node < ospf_graph_nodes(g) && also->cost == r->cost);
    }
}

static void walk(const struct ospf_lsdb *db)
{
    struct ospf_graph *g = ospf_graph_new(db, (struct stamp){ 2 });
    must(g != NULL);
    for (uint32_t router = 0; router < 16; router++) {
        struct ospf_paths *p = ospf_paths_new(g, router);
        if (p)
            look(g, p);
        ospf_paths_free(p);
    }
    ospf_graph_free(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cur_over(data, size);
    struct ospf_budget budget = { .most = 1 << 20 };
    bool v3 = cur_u8(&in) & 1;
    uint8_t bytes[1024];
    struct ospf_lsdb *db = ospf_lsdb_new(v3 ? 3 : 2, 0, &budget);
    must(db != NULL);
    for (unsigned i = 0; i < LSAS && cur_left(&in); i++) {
        uint32_t area;
        size_t used = make(&in, v3, bytes, &area);
        feed(db, bytes, used, area);
    }
    walk(db);
    ospf_lsdb_free(db);
    return 0;
}
