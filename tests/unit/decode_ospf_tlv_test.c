/* LSAs that are made of TLVs: opaque ones of OSPFv2, extended ones of OSPFv3, grace LSAs; LLS blocks in passing. */
#include "tests/check.h"
#include "tests/make/make_ospf.h"

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define NOTHING    NULL, 0

static struct ospf_made m;
static struct buf out;
static struct ospf_packet packet;

enum { ROUTER = 0x01010101, NO_TYPE = 999 };

/* Where a block of TLVs can stand: an LSA, the bytes in front of its TLVs, the TLVs around the block. */
enum block {
#define BLOCK(ident) BLOCK_##ident,
#define TLV(block, type, name, shape, inner)
#include "decode/ospf/tlv.def"
#undef BLOCK
#undef TLV
    BLOCKS
};

static const struct place {
    unsigned version, type, opaque; /* opaque: of OSPFv2, type 10 */
    unsigned head;                  /* bytes before the TLVs */
    unsigned around;                /* type of the TLV that holds the block; 0 for none */
    unsigned fields;                /* bytes of that TLV before the block */
} places[BLOCKS] = {
    [BLOCK_TE] = { 2, 10, 1, 0, 0, 0 },          [BLOCK_TE_LINK] = { 2, 10, 1, 0, 2, 0 },
    [BLOCK_TE_NODE] = { 2, 10, 1, 0, 5, 0 },     [BLOCK_GRACE] = { 2, 9, 3, 0, 0, 0 },
    [BLOCK_RI] = { 2, 10, 4, 0, 0, 0 },          [BLOCK_SID] = { 2, 10, 4, 0, 9, 4 },
    [BLOCK_FAD] = { 2, 10, 4, 0, 16, 4 },        [BLOCK_PCED] = { 2, 10, 4, 0, 6, 0 },
    [BLOCK_EXT_PREFIX] = { 2, 10, 7, 0, 0, 0 },  [BLOCK_EXT_PREFIX_SUB] = { 2, 10, 7, 0, 1, 8 },
    [BLOCK_EXT_LINK] = { 2, 10, 8, 0, 0, 0 },    [BLOCK_EXT_LINK_SUB] = { 2, 10, 8, 0, 1, 12 },
    [BLOCK_E] = { 3, 0xa023, 0, 0, 0, 0 },       [BLOCK_E_SUB] = { 3, 0xa023, 0, 0, 3, 8 },
    [BLOCK_LOCATOR] = { 3, 0xa02a, 0, 0, 0, 0 }, [BLOCK_LOCATOR_SUB] = { 3, 0xa02a, 0, 0, 1, 8 },
    [BLOCK_AC] = { 3, 0xa00f, 0, 0, 0, 0 },      [BLOCK_LLS] = { 2, 0, 0, 0, 0, 0 },
};

static void zeros(unsigned n)
{
    while (n--)
        put_u8(&m, 0);
}

/* A TLV with that value, in a packet where its block stands. */
static void make_tlv(const struct place *at, unsigned type, const uint8_t *value, size_t size)
{
    size_t lsa = 0, around = 0;
    put_packet(&m, at->version, at->type ? OSPF_LSUPDATE : OSPF_HELLO, ROUTER, 0);
    if (at->type) {
        put_u32(&m, 1);
        lsa = put_lsa(&m, at->type, at->opaque << 24, ROUTER);
        zeros(at->head);
    } else {
        put_hello(&m, (struct ospf_hello_made){ .options = OSPF_V2_L });
        put_end(&m);
        lsa = put_u32(&m, 0);
    }
    if (at->around) {
        around = put_tlv(&m, at->around);
        zeros(at->fields);
    }
    size_t tlv = put_tlv(&m, type);
    put_bytes(&m, value, size);
    put_tlv_end(&m, tlv);
    if (at->around)
        put_tlv_end(&m, around);
    if (at->type) {
        put_lsa_end(&m, lsa);
        put_end(&m);
    } else {
        put_u16_at(&m, lsa + 2, (m.used - lsa) / 4);
        put_u16_at(&m, lsa, put_sum_end(put_sum_of(m.bytes + lsa, m.used - lsa, 0)));
    }
    packet = put_read(&m);
}

/* ---- every row: some length of value fits it, and no length does harm ---- */

static const struct {
    enum block block;
    unsigned type;
    const char *name;
} rows[] = {
#define BLOCK(ident)
#define TLV(block, type, name, shape, inner) { BLOCK_##block, type, name },
#include "decode/ospf/tlv.def"
#undef BLOCK
#undef TLV
};

static void every_row(void)
{
    enum { LONGEST = 72 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned fits = 0;
        char want[64];
        snprintf(want, sizeof want, "\"name\":\"%s\"", rows[i].name);
        for (size_t n = 0; n <= LONGEST; n++) {
            const uint8_t zero[LONGEST] = { 0 };
            make_tlv(&places[rows[i].block], rows[i].type, zero, n);
            struct faults f = put_faults(&packet);
            CHECK_CASE(rows[i].name, strstr(put_told(&packet, &out), want) && put_balanced(buf_text(&out)));
            CHECK_CASE(rows[i].name, !f.count || f.list[0].code == FAULT_OSPF_TLV_LENGTH ||
                                         f.list[0].code == FAULT_OSPF_TLV_OVERRUN);
            fits += !f.count;
            if ((n == 4 || n == 36) && !f.count)
                CHECK_CASE(rows[i].name, put_every_cut(&m));
        }
        CHECK_CASE(rows[i].name, fits);
    }
}

/* ---- what values say ---- */

static const struct {
    enum block block;
    unsigned type;
    const uint8_t *value;
    size_t size;
    const char *told; /* behind the name */
    enum fault_code fault;
} values[] = {
    { BLOCK_TE, 1, BYTES(10, 0, 0, 1), ",\"address\":\"10.0.0.1\"}", FAULT_COUNT },
    { BLOCK_TE, 1, BYTES(10, 0, 0), ",\"value\":\"0a0000\"}", FAULT_OSPF_TLV_LENGTH },
    { BLOCK_TE, 1, BYTES(10, 0, 0, 1, 7), ",\"address\":\"10.0.0.1\",\"rest\":\"07\"}", FAULT_COUNT },
    { BLOCK_TE_LINK, 3, BYTES(10, 0, 0, 1, 10, 0, 0, 2), ",\"addresses\":[\"10.0.0.1\",\"10.0.0.2\"]}",
      FAULT_COUNT },
    { BLOCK_TE_LINK, 6, BYTES(0x4c, 0xee, 0x6b, 0x28), ",\"bandwidth\":125000000}", FAULT_COUNT },
    { BLOCK_TE_LINK, 6, BYTES(0x7f, 0x80, 0, 0), ",\"bandwidth\":null}", FAULT_COUNT }, /* infinite */
    { BLOCK_TE_LINK, 8,
      BYTES(0x3f, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0,
            0, 0),
      ",\"bandwidths\":[1,0,0,0,0,0,0,2]}", FAULT_COUNT },
    { BLOCK_TE_LINK, 28, BYTES(0x80, 0, 0, 5, 0, 0, 1, 0),
      ",\"flags\":128,\"flag_names\":[\"A\"],\"min_delay_us\":5,\"max_delay_us\":256}", FAULT_COUNT },
    { BLOCK_RI, 1, BYTES(0x60, 0, 0, 0),
      ",\"flags\":1610612736,\"flag_names\":[\"graceful-restart-helper\",\"stub-router\"]}", FAULT_COUNT },
    { BLOCK_RI, 7, BYTES('r', '"', '1'), ",\"hostname\":\"r\\\"1\"}", FAULT_COUNT },
    { BLOCK_RI, 8, BYTES(0, 1, 128), ",\"algorithms\":[0,1,128]}", FAULT_COUNT },
    { BLOCK_RI, 9, BYTES(0, 0x1f, 0x40, 0, 0, 1, 0, 3, 0, 0x3e, 0x80, 0),
      ",\"range_size\":8000,\"tlvs\":[{\"type\":1,\"name\":\"sid-label\",\"label\":16000}]}", FAULT_COUNT },
    { BLOCK_RI, 12, BYTES(1, 10, 41, 3), ",\"msds\":[{\"type\":1,\"value\":10},{\"type\":41,\"value\":3}]}",
      FAULT_COUNT },
    { BLOCK_RI, 12, BYTES(1, 10, 41), ",\"value\":\"010a29\"}", FAULT_OSPF_TLV_LENGTH },
    { BLOCK_RI, 16, BYTES(128, 1, 0, 200, 0, 1, 0, 4, 0, 0, 0, 5),
      ",\"algorithm\":128,\"metric_type\":1,\"calculation_type\":0,\"priority\":200,\"tlvs\":[{\"type\":1,"
      "\"name\":\"exclude-admin-group\",\"groups\":[5]}]}",
      FAULT_COUNT },
    { BLOCK_EXT_PREFIX, 1, BYTES(1, 24, 0, 0x40, 10, 1, 2, 0, 0, 2, 0, 8, 0x40, 0, 0, 0, 0, 0, 0, 7),
      ",\"route_type\":1,\"af\":0,\"flags\":64,\"flag_names\":[\"N\"],\"prefix\":\"10.1.2.0/24\",\"tlvs\":[{\"type\":2,"
      "\"name\":\"prefix-sid\",\"flags\":64,\"flag_names\":[\"NP\"],\"mt\":0,\"algorithm\":0,\"sid\":7}]}",
      FAULT_COUNT },
    { BLOCK_EXT_PREFIX, 1, BYTES(1, 33, 0, 0, 10, 1, 2, 0), ",\"value\":\"012100000a010200\"}",
      FAULT_OSPF_TLV_LENGTH },
    { BLOCK_EXT_LINK_SUB, 2, BYTES(0x60, 0, 0, 0, 0, 0x3e, 0x81),
      ",\"flags\":96,\"flag_names\":[\"V\",\"L\"],\"mt\":0,\"weight\":0,\"label\":16001}", FAULT_COUNT },
    { BLOCK_EXT_LINK_SUB, 3, BYTES(0x60, 0, 0, 0, 2, 2, 2, 2, 0, 0x3e, 0x81),
      ",\"flags\":96,\"flag_names\":[\"V\",\"L\"],\"mt\":0,\"weight\":0,\"neighbor\":\"2.2.2.2\",\"label\":16001}",
      FAULT_COUNT },
    { BLOCK_EXT_LINK_SUB, 10, BYTES(4, 0, 0, 0, 0x10, 0, 0, 0, 0, 22, 0, 4, 0, 0, 0, 9),
      ",\"standard_applications\":\"10000000\",\"user_applications\":\"\",\"tlvs\":[{\"type\":22,"
      "\"name\":\"te-metric\",\"metric\":9}]}",
      FAULT_COUNT },
    { BLOCK_EXT_LINK_SUB, 10, BYTES(8, 0, 0, 0, 0x10, 0, 0, 0), ",\"value\":\"0800000010000000\"}",
      FAULT_OSPF_TLV_LENGTH },
    { BLOCK_E, 1,
      BYTES(1, 0, 0, 10, 0, 0, 0, 5, 0, 0, 0, 6, 2, 2, 2, 2, 0, 5, 0, 7, 0x60, 0, 0, 0, 0, 0x3e, 0x82, 0),
      ",\"link_type\":1,\"metric\":10,\"interface_id\":5,\"neighbor_interface_id\":6,\"neighbor\":\"2.2.2.2\","
      "\"tlvs\":[{\"type\":5,\"name\":\"adjacency-sid\",\"flags\":96,\"flag_names\":[\"V\",\"L\"],\"weight\":0,"
      "\"label\":16002}]}",
      FAULT_COUNT },
    { BLOCK_E, 3, BYTES(0, 0, 0, 20, 64, 0x22, 0, 0, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1),
      ",\"metric\":20,\"prefix_options\":34,\"prefix_option_names\":[\"N\",\"LA\"],\"prefix\":\"2001:db8:0:1::/64\"}",
      FAULT_COUNT },
    { BLOCK_E, 4, BYTES(0, 0, 0, 0x13, 0, 0, 0, 20, 2, 2, 2, 2),
      ",\"options\":19,\"option_names\":[\"V6\",\"E\",\"R\"],\"metric\":20,\"router\":\"2.2.2.2\"}",
      FAULT_COUNT },
    { BLOCK_E, 5, BYTES(4, 0, 0, 20, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 99),
      ",\"flags\":4,\"flag_names\":[\"E\"],\"metric\":20,\"prefix_options\":0,\"prefix_option_names\":[],"
      "\"prefix\":\"::/0\",\"tlvs\":[{\"type\":3,\"name\":\"route-tag\",\"tag\":99}]}",
      FAULT_COUNT },
    { BLOCK_E, 9, BYTES(24, 0, 0, 5, 0, 0, 0, 0, 10, 1, 2, 0),
      ",\"af\":0,\"range_size\":5,\"flags\":0,\"flag_names\":[],\"prefix\":\"10.1.2.0/24\"}", FAULT_COUNT },
    { BLOCK_LOCATOR, 1,
      BYTES(1, 0, 48, 0, 0, 0, 0, 10, 0x20, 1, 0x0d, 0xb8, 0, 0xa, 0, 0, 0, 1, 0, 28, 0, 0, 0, 1, 0x20, 1,
            0x0d, 0xb8, 0, 0xa, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 10, 0, 4, 32, 16, 16, 0),
      ",\"route_type\":1,\"algorithm\":0,\"prefix_options\":0,\"prefix_option_names\":[],\"metric\":10,"
      "\"prefix\":\"2001:db8:a::/48\",\"tlvs\":[{\"type\":1,\"name\":\"srv6-end-sid\",\"flags\":0,\"behavior\":1,"
      "\"sid\":\"2001:db8:a::1\",\"tlvs\":[{\"type\":10,\"name\":\"srv6-sid-structure\",\"block\":32,\"node\":16,"
      "\"function\":16,\"argument\":0}]}]}",
      FAULT_COUNT },
    { BLOCK_LLS, 2, BYTES(0, 0, 0, 5, 0xaa, 0xbb), ",\"sequence\":5,\"digest\":\"aabb\"}", FAULT_COUNT },
    { BLOCK_LLS, 19, BYTES(0, 1, 0, 100), ",\"mt\":0,\"flags\":1,\"flag_names\":[\"H\"],\"metric\":100}",
      FAULT_COUNT },
};

static void all_values(void)
{
    for (size_t i = 0; i < COUNT(values); i++) {
        make_tlv(&places[values[i].block], values[i].type, values[i].value, values[i].size);
        CHECK_CASE(values[i].told, strstr(put_told(&packet, &out), values[i].told));
        CHECK_CASE(values[i].told, put_fault_is(&packet, values[i].fault));
        CHECK_CASE(values[i].told, values[i].fault != FAULT_COUNT || put_every_cut(&m));
    }
    make_tlv(&places[BLOCK_TE], NO_TYPE, (const uint8_t[]){ 1, 2, 3 }, 3);
    CHECK(strstr(put_told(&packet, &out), "\"tlvs\":[{\"type\":999,\"value\":\"010203\"}]"));
    CHECK(put_fault_is(&packet, FAULT_COUNT));
}

/* ---- lengths ---- */

static void lengths(void)
{
    make_tlv(&places[BLOCK_TE_LINK], 5, (const uint8_t[]){ 0, 0, 0, 9 }, 4);
    size_t inner = m.used - 8;
    m.bytes[inner + 3] = 5; /* longer than what is around it */
    put_lsa_end(&m, 28);
    put_end(&m);
    packet = put_read(&m);
    CHECK(put_fault_is(&packet, FAULT_OSPF_TLV_OVERRUN) && put_faults(&packet).list[0].offset == inner);
    CHECK(put_faults(&packet).list[0].detail == 5);
    CHECK(strstr(put_told(&packet, &out), "\"name\":\"link\",\"tlvs\":[]}]"));

    make_tlv(&places[BLOCK_RI], 8, (const uint8_t[]){ 0 }, 1); /* the last padding may be missing */
    m.used -= 3;
    put_lsa_end(&m, 28);
    put_end(&m);
    packet = put_read(&m);
    CHECK(put_fault_is(&packet, FAULT_COUNT) && strstr(put_told(&packet, &out), "\"algorithms\":[0]}]"));
}

/* TLVs within TLVs within TLVs: followed for a while. */
static void deep(void)
{
    enum { LEVELS = 40 };
    size_t at[LEVELS];
    put_packet(&m, 3, OSPF_LSUPDATE, ROUTER, 0);
    put_u32(&m, 1);
    size_t lsa = put_lsa(&m, 0xa02a, 0, ROUTER);
    for (unsigned i = 0; i < LEVELS; i++) {
        at[i] = put_tlv(&m, 1);
        zeros(i ? 20 : 8);
    }
    for (unsigned i = LEVELS; i--;)
        put_tlv_end(&m, at[i]);
    put_lsa_end(&m, lsa);
    put_end(&m);
    packet = put_read(&m);
    CHECK(put_fault_is(&packet, FAULT_COUNT) && put_balanced(put_told(&packet, &out)));
    CHECK(strstr(buf_text(&out), "\"rest\":\"") && put_every_cut(&m));
}

/* ---- heads, opaque types ---- */

static void heads(void)
{
    put_packet(&m, 3, OSPF_LSUPDATE, ROUTER, 0);
    put_u32(&m, 1);
    size_t at = put_lsa(&m, 0xa029, 3, ROUTER);
    put_u32(&m, 0x2001);
    put_u32(&m, 0);
    put_u32(&m, 0x02020202);
    put_lsa_end(&m, at);
    put_end(&m);
    packet = put_read(&m);
    CHECK(strstr(put_told(&packet, &out), "\"referenced_type\":8193,\"referenced_id\":\"0.0.0.0\","
                                          "\"referenced_router\":\"2.2.2.2\",\"tlvs\":[]}]"));
    CHECK(put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));
    m.used -= 4;
    put_lsa_end(&m, at);
    put_end(&m);
    packet = put_read(&m);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_BODY));

    for (unsigned opaque = 0; opaque < 256; opaque += 5) {
        char want[120];
        put_packet(&m, 2, OSPF_LSUPDATE, ROUTER, 0);
        put_u32(&m, 1);
        at = put_lsa(&m, 11, opaque << 24 | 7, ROUTER);
        put_u32(&m, 0);
        put_lsa_end(&m, at);
        put_end(&m);
        packet = put_read(&m);
        const char *name = ospf_opaque_name(opaque);
        snprintf(want, sizeof want, "\"opaque_type\":%u,%s%s%s\"opaque_id\":7,", opaque,
                 name ? "\"opaque_name\":\"" : "", name ? name : "", name ? "\"," : "");
        CHECK_CASE(want, strstr(put_told(&packet, &out), want) && put_fault_is(&packet, FAULT_COUNT));
        snprintf(want, sizeof want, ": Opaque-LSA (AS)%s%s %u.0.0.7 from 1.1.1.1 0x80000001", name ? " " : "",
                 name ? name : "", opaque);
        CHECK_CASE(want, strstr(put_line(&packet, &out), want));
    }
}

/* ---- grace ---- */

static void grace(void)
{
    for (unsigned version = 2; version <= 3; version++) {
        struct ospf_grace g = { 0 };
        struct ospf_lsa lsa = { 0 };
        struct addr address = addr_parse("10.0.0.1");
        put_packet(&m, version, OSPF_LSUPDATE, ROUTER, 0);
        put_u32(&m, 1);
        size_t at = put_lsa(&m, version == 3 ? 0x000b : 9, 0x03000000, ROUTER), tlv = put_tlv(&m, 1);
        put_u32(&m, 120);
        put_tlv_end(&m, tlv);
        tlv = put_tlv(&m, 2);
        put_u8(&m, 1);
        put_tlv_end(&m, tlv);
        if (version == 2) {
            tlv = put_tlv(&m, 3);
            put_addr(&m, "10.0.0.1");
            put_tlv_end(&m, tlv);
        }
        put_lsa_end(&m, at);
        put_end(&m);
        packet = put_read(&m);
        struct ospf_lsa_iter it = ospf_lsas(&packet);
        CHECK(ospf_lsa_next(&it, &lsa) && ospf_grace_read(&lsa, &g) && g.period == 120 && g.reason == 1);
        CHECK(version == 2 ? addr_equal(&g.address, &address) : !g.address.size);
        CHECK(strstr(put_told(&packet, &out),
                     "\"tlvs\":[{\"type\":1,\"name\":\"grace-period\",\"seconds\":120},"
                     "{\"type\":2,\"name\":\"restart-reason\",\"reason\":1}"));
        CHECK(put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));
        m.bytes[at + 21] = 9; /* no period, no grace */
        CHECK(!ospf_grace_read(&lsa, &g));
        lsa.kind = OSPF_LSA_V2_OPAQUE_AREA;
        CHECK(!ospf_grace_read(&lsa, &g));
    }
}

int main(void)
{
    out = buf_init(1 << 20);
    every_row();
    all_values();
    lengths();
    deep();
    heads();
    grace();
    buf_free(&out);
    return CHECK_END();
}
