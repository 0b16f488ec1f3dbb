/* The header of OSPF packets: versions, types, lengths, checksums, authentication, what follows the packet; cuts. */
#include "tests/check.h"
#include "tests/make/make_ospf.h"

static struct ospf_made m;
static struct buf out;

enum { ROUTER = 0x01010101, AREA = 0x0a000000 };

/* A Hello with one neighbour, whole. */
static void hello(unsigned version, unsigned options)
{
    put_packet(&m, version, OSPF_HELLO, ROUTER, AREA);
    put_hello(&m, (struct ospf_hello_made){ .mask = 0xffffff00,
                                            .interface_id = 7,
                                            .hello = 10,
                                            .dead = 40,
                                            .options = options,
                                            .priority = 1,
                                            .dr = 0x0a000001 });
    put_u32(&m, 0x02020202);
    put_end(&m);
}

/* ---- what the header says ---- */

static void fields(void)
{
    for (unsigned version = 2; version <= 3; version++) {
        hello(version, 2);
        m.bytes[14] = 5; /* instance: RFC 6549 2.1, RFC 5340 A.3.1 */
        put_checksum(&m, m.used);
        struct ospf_packet p = put_read(&m);
        CHECK(p.version == version && p.type == OSPF_HELLO && p.length == m.used);
        CHECK(p.router_id == ROUTER && p.area == AREA && p.instance == 5);
        CHECK(p.auth == OSPF_AUTH_NULL && p.sum == OSPF_SUM_RIGHT && p.have == m.used);
        CHECK(p.has_options && p.options == 2 && !p.cut && !p.incomplete && !p.faults.count);
        CHECK(cur_left(&p.body) == m.used - (version == 3 ? OSPF_HEADER_V3 : OSPF_HEADER_V2));
    }
}

/* ---- one thing wrong ---- */

static const struct {
    const char *words;
    unsigned version;
    size_t at;  /* this byte … */
    uint8_t is; /* … has this value; the checksum is made right again */
    enum fault_code fault;
    size_t offset;
} rows[] = {
    { "as it should be", 2, 1, OSPF_HELLO, FAULT_COUNT, 0 },
    { "as it should be", 3, 1, OSPF_HELLO, FAULT_COUNT, 0 },
    { "no such type", 2, 1, 6, FAULT_OSPF_HEADER_TYPE, 1 },
    { "type 0", 3, 1, 0, FAULT_OSPF_HEADER_TYPE, 1 },
    { "AuType 4", 2, 15, 4, FAULT_OSPF_AUTH_TYPE, 14 },
    { "a digest that is not there", 2, 15, OSPF_AUTH_CRYPTO, FAULT_OSPF_AUTH_LENGTH, 19 },
    { "a wider one that is not there", 2, 15, OSPF_AUTH_EXTENDED, FAULT_OSPF_AUTH_LENGTH, 19 },
    { "L bit and no block", 2, 30, OSPF_V2_L, FAULT_OSPF_LLS_MISSING, 48 },
    { "L bit and no block", 3, 22, OSPF_V3_L >> 8, FAULT_OSPF_LLS_MISSING, 40 },
    { "AT bit and no trailer", 3, 22, OSPF_V3_AT >> 8, FAULT_OSPF_AUTH_MISSING, 40 },
    { "length one too long", 2, 3, 49, FAULT_OSPF_HEADER_LENGTH, 2 },
    { "length of a header alone", 2, 3, 24, FAULT_OSPF_HEADER_SHORT, 2 },
    { "length less than a header's", 3, 3, 15, FAULT_OSPF_HEADER_SHORT, 2 },
    { "no length", 2, 3, 0, FAULT_OSPF_HEADER_SHORT, 2 },
};

static void one_wrong(void)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        hello(rows[i].version, 2);
        m.bytes[rows[i].at] = rows[i].is;
        put_checksum(&m, m.used);
        struct ospf_packet p = put_read(&m);
        CHECK_CASE(rows[i].words, put_fault_is(&p, rows[i].fault));
        if (p.faults.count)
            CHECK_CASE(rows[i].words, p.faults.list[0].offset == rows[i].offset);
    }
}

/* Nothing that can be read: no packet. */
static void no_packet(void)
{
    struct ospf_packet p;
    struct addr a = put_src(2);
    hello(2, 2);
    m.bytes[0] = 4;
    CHECK(!ospf_read(cur_over(m.bytes, m.used), (uint32_t)m.used, &a, &a, &p));
    CHECK(p.faults.count == 1 && p.faults.list[0].code == FAULT_OSPF_HEADER_VERSION);
    CHECK(!ospf_read(cur_over(m.bytes, 0), 0, &a, &a, &p) && p.faults.count == 1);
    CHECK(!ospf_read(cur_over(m.bytes, 0), 48, &a, &a, &p) && !p.faults.count && p.cut);
}

/* ---- checksums ---- */

static void sums(void)
{
    struct addr none = { 0 }, src = put_src(3), dst = put_dst(3), other = addr_parse("ff02::6");
    struct ospf_packet p;
    for (unsigned version = 2; version <= 3; version++)
        for (unsigned odd = 0; odd < 2; odd++) {
            hello(version, 2);
            if (odd) { /* a byte of zero is thought behind it: RFC 1071 */
                put_u8(&m, 0xab);
                put_end(&m);
            }
            p = put_read(&m);
            CHECK(p.sum == OSPF_SUM_RIGHT);
            m.bytes[12] ^= 0x40;
            p = put_read(&m);
            CHECK(p.sum == OSPF_SUM_WRONG && p.faults.list[0].code == FAULT_OSPF_HEADER_CHECKSUM);
            CHECK(p.faults.list[0].offset == 12);
            m.bytes[12] ^= 0x40;
            m.bytes[m.used - 1] ^= 1;
            p = put_read(&m);
            CHECK(p.sum == OSPF_SUM_WRONG);
        }
    hello(3, 2);
    CHECK(ospf_read(cur_over(m.bytes, m.used), (uint32_t)m.used, &none, &none, &p) &&
          p.sum == OSPF_SUM_UNKNOWN);
    CHECK(ospf_read(cur_over(m.bytes, m.used), (uint32_t)m.used, &src, &other, &p) &&
          p.sum == OSPF_SUM_WRONG);
    CHECK(ospf_read(cur_over(m.bytes, m.used - 1), (uint32_t)m.used, &src, &dst, &p) &&
          p.sum == OSPF_SUM_UNKNOWN);
    CHECK(!p.faults.count && p.cut && p.incomplete);

    hello(2, 2); /* a password: neither the checksum nor anybody's report has it */
    put_u16_at(&m, 14, OSPF_AUTH_SIMPLE);
    put_checksum(&m, m.used);
    memcpy(m.bytes + 16, "secret\0", 8);
    p = put_read(&m);
    CHECK(p.sum == OSPF_SUM_RIGHT && p.auth == OSPF_AUTH_SIMPLE && !p.faults.count);
    CHECK(cur_left(&p.password) == 8 && !memcmp(p.password.at, "secret\0", 8));
    CHECK(strstr(put_told(&p, &out), "\"authentication\":\"simple\""));
    CHECK(!strstr(buf_text(&out), "secret") && !strstr(put_line(&p, &out), "secret"));
}

/* Over IPv4 the pseudo-header has its addresses: RFC 7949 3.3 */
static void v3_over_ipv4(void)
{
    struct addr src = put_src(2), dst = put_dst(2);
    struct ospf_packet p;
    hello(3, 2);
    put_u16_at(&m, 12, 0);
    uint32_t sum = put_sum_of(src.b, 4, put_sum_of(dst.b, 4, (uint32_t)m.used + 89));
    put_u16_at(&m, 12, put_sum_end(put_sum_of(m.bytes, m.used, sum)));
    CHECK(ospf_read(cur_over(m.bytes, m.used), (uint32_t)m.used, &src, &dst, &p) && p.sum == OSPF_SUM_RIGHT);
}

/* ---- digests ---- */

static const struct {
    const char *words;
    unsigned autype, announced, there; /* bytes of authentication data */
    enum ospf_digest kind;
    enum fault_code fault;
    size_t offset;
} digests[] = {
    { "MD5", OSPF_AUTH_CRYPTO, 16, 16, OSPF_DIGEST_MD5, FAULT_COUNT, 0 },
    { "SHA-1", OSPF_AUTH_CRYPTO, 20, 20, OSPF_DIGEST_SHA1, FAULT_COUNT, 0 },
    { "SHA-256", OSPF_AUTH_CRYPTO, 32, 32, OSPF_DIGEST_SHA256, FAULT_COUNT, 0 },
    { "SHA-384", OSPF_AUTH_CRYPTO, 48, 48, OSPF_DIGEST_SHA384, FAULT_COUNT, 0 },
    { "SHA-512", OSPF_AUTH_CRYPTO, 64, 64, OSPF_DIGEST_SHA512, FAULT_COUNT, 0 },
    { "of no digest's length", OSPF_AUTH_CRYPTO, 17, 17, OSPF_DIGEST_UNKNOWN, FAULT_OSPF_AUTH_LENGTH, 19 },
    { "shorter than it says", OSPF_AUTH_CRYPTO, 32, 31, OSPF_DIGEST_UNKNOWN, FAULT_OSPF_AUTH_MISSING, 48 },
    { "not there", OSPF_AUTH_CRYPTO, 16, 0, OSPF_DIGEST_UNKNOWN, FAULT_OSPF_AUTH_MISSING, 48 },
    { "with a sequence number in front", OSPF_AUTH_EXTENDED, 40, 40, OSPF_DIGEST_SHA256, FAULT_COUNT, 0 },
    { "which is not there", OSPF_AUTH_EXTENDED, 7, 7, OSPF_DIGEST_UNKNOWN, FAULT_OSPF_AUTH_LENGTH, 19 },
};

static void put_digest(size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_u8(&m, (unsigned)i);
}

static void v2_digests(void)
{
    for (size_t i = 0; i < COUNT(digests); i++) {
        bool wide = digests[i].autype == OSPF_AUTH_EXTENDED;
        hello(2, 2);
        put_crypto(&m, digests[i].autype, 9, digests[i].announced, 0x01020304);
        put_digest(digests[i].there);
        struct ospf_packet p = put_read(&m);
        CHECK_CASE(digests[i].words, put_fault_is(&p, digests[i].fault));
        CHECK_CASE(digests[i].words, p.digest_kind == digests[i].kind && p.sum == OSPF_SUM_NONE);
        CHECK_CASE(digests[i].words, p.key_id == 9 && p.auth_length == digests[i].announced);
        CHECK_CASE(digests[i].words, p.length == 48 && cur_left(&p.body) == 24);
        if (p.faults.count) {
            CHECK_CASE(digests[i].words, p.faults.list[0].offset == digests[i].offset);
            continue;
        }
        CHECK_CASE(digests[i].words, p.auth_sequence == (wide ? 0x0001020304050607 : 0x01020304));
        CHECK_CASE(digests[i].words, p.digest.at == m.bytes + (wide ? 56 : 48));
        CHECK_CASE(digests[i].words, cur_left(&p.digest) == ospf_digest_size(p.digest_kind));
        CHECK_CASE(digests[i].words, put_every_cut(&m));
    }
}

static void v3_trailers(void)
{
    struct ospf_packet p;
    hello(3, OSPF_V3_V6 | OSPF_V3_AT);
    size_t trailer = m.used;
    put_trailer(&m, 300, 32, 0x0000000100000002);
    put_digest(32);
    p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_COUNT) && p.auth == OSPF_AUTH_TRAILER && p.sum == OSPF_SUM_NONE);
    CHECK(p.key_id == 300 && p.auth_sequence == 0x0000000100000002 && p.digest_kind == OSPF_DIGEST_SHA256);
    CHECK(p.digest.at == m.bytes + trailer + 16 && cur_left(&p.digest) == 32);
    CHECK(put_every_cut(&m));
    m.bytes[trailer + 1] = 2;
    p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_OSPF_AUTH_TYPE) && p.faults.list[0].offset == trailer);
    m.bytes[trailer + 1] = 1;
    m.bytes[trailer + 3]++;
    p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_OSPF_AUTH_MISSING));
    m.bytes[trailer + 3] = 15;
    p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_OSPF_AUTH_LENGTH));

    /* packets without options: what looks like a trailer is one, what does not is not looked at */
    put_packet(&m, 3, OSPF_LSREQ, ROUTER, AREA);
    put_request(&m, 0x2001, 0, ROUTER);
    put_end(&m);
    put_trailer(&m, 1, 20, 5);
    put_digest(20);
    p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_COUNT) && p.auth == OSPF_AUTH_TRAILER && p.digest_kind == OSPF_DIGEST_SHA1);
    CHECK(put_every_cut(&m));
    put_u8(&m, 0);
    put_checksum(&m, 28);
    p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_COUNT) && p.auth == OSPF_AUTH_NULL && p.sum == OSPF_SUM_RIGHT);
}

/* ---- LLS (RFC 5613) ---- */

/* A block with the extended options LR and RS, its checksum right. */
static size_t put_lls(void)
{
    size_t at = put_u16(&m, 0);
    put_u16(&m, 3);
    size_t tlv = put_tlv(&m, 1);
    put_u32(&m, 3);
    put_tlv_end(&m, tlv);
    put_u16_at(&m, at, put_sum_end(put_sum_of(m.bytes + at, 12, 0)));
    return at;
}

static void lls(void)
{
    static const char *told =
        "\"lls\":{\"words\":3,\"tlvs\":[{\"type\":1,\"name\":\"extended-options\",\"flags\":3,"
        "\"flag_names\":[\"RS\",\"LR\"]}]}";
    struct ospf_packet p;
    for (unsigned version = 2; version <= 3; version++) {
        hello(version, version == 3 ? OSPF_V3_L : OSPF_V2_L);
        size_t at = put_lls();
        p = put_read(&m);
        CHECK(put_fault_is(&p, FAULT_COUNT) && p.lls.at == m.bytes + at && cur_left(&p.lls) == 12);
        CHECK(strstr(put_told(&p, &out), told));
        CHECK(put_every_cut(&m));
        m.bytes[at] ^= 1;
        p = put_read(&m);
        CHECK(put_fault_is(&p, FAULT_OSPF_LLS_CHECKSUM) && p.faults.list[0].offset == at);
        m.bytes[at] ^= 1;
        m.bytes[at + 3] = 4;
        p = put_read(&m);
        CHECK(put_fault_is(&p, FAULT_OSPF_LLS_LENGTH) && !cur_left(&p.lls));
        m.bytes[at + 3] = 0;
        p = put_read(&m);
        CHECK(put_fault_is(&p, FAULT_OSPF_LLS_LENGTH));
    }
    hello(2, OSPF_V2_L); /* behind the digest, and then without a checksum */
    put_crypto(&m, OSPF_AUTH_CRYPTO, 1, 16, 1);
    put_digest(16);
    size_t at = put_lls();
    put_u16_at(&m, at, 0);
    p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_COUNT) && p.lls.at == m.bytes + 64 && p.digest.at == m.bytes + 48);
    CHECK(put_every_cut(&m));

    hello(3, OSPF_V3_L | OSPF_V3_AT); /* before the trailer */
    at = put_lls();
    put_u16_at(&m, at, 0);
    put_trailer(&m, 1, 32, 1);
    put_digest(32);
    p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_COUNT) && p.lls.at == m.bytes + at && p.auth == OSPF_AUTH_TRAILER);
    CHECK(p.digest.at == m.bytes + at + 12 + 16);
    CHECK(put_every_cut(&m));
}

/* ---- the whole, told ---- */

static void told(void)
{
    hello(2, 2);
    struct ospf_packet p = put_read(&m);
    char want[700];
    snprintf(
        want, sizeof want,
        "{\"protocol\":\"ospf\",\"version\":2,\"type\":\"Hello\",\"length\":48,\"router_id\":\"1.1.1.1\","
        "\"area\":\"10.0.0.0\",\"checksum\":\"0x%04x\",\"instance\":0,\"authentication\":\"none\",\"hello\":{"
        "\"mask\":\"255.255.255.0\",\"hello_interval\":10,\"dead_interval\":40,\"options\":2,"
        "\"option_names\":[\"E\"],\"priority\":1,\"dr\":\"10.0.0.1\",\"bdr\":\"0.0.0.0\","
        "\"neighbors\":[\"2.2.2.2\"]}}",
        p.checksum);
    CHECK_TEXT(put_told(&p, &out), want);
    CHECK_TEXT(put_line(&p, &out),
               "Hello 1.1.1.1 area 10.0.0.0 hello 10 dead 40 DR 10.0.0.1 neighbours 2.2.2.2");

    m.bytes[1] = 9;
    put_checksum(&m, m.used);
    p = put_read(&m);
    CHECK(strstr(put_told(&p, &out), "\"type\":\"9\",\"length\":48"));
    CHECK(strstr(buf_text(&out),
                 "\"faults\":[{\"code\":\"ospf.header.type\",\"offset\":1,\"text\":\"unknown packet "
                 "type (9)\"}]"));
    CHECK_TEXT(put_line(&p, &out), "OSPF type 9 1.1.1.1 area 10.0.0.0 [unknown packet type]");

    hello(2, 2);
    put_crypto(&m, OSPF_AUTH_CRYPTO, 9, 16, 77);
    put_digest(16);
    p = put_read(&m);
    CHECK(strstr(put_told(&p, &out),
                 "\"authentication\":\"cryptographic\",\"key_id\":9,\"auth_sequence\":77,"
                 "\"auth_algorithm\":\"md5\",\"digest\":\"000102030405060708090a0b0c0d0e0f\""));
    CHECK(strstr(put_line(&p, &out), "Hello 1.1.1.1 area 10.0.0.0 md5 key 9 hello 10"));
}

/* What is told of a packet cut after so many bytes. */
static void told_cut(void)
{
    static const struct {
        size_t from;
        const char *key;
    } keys[] = { { 1, "\"version\":2" },  { 2, "\"type\":" },  { 4, "\"length\":48" },
                 { 8, "\"router_id\":" }, { 12, "\"area\":" }, { 14, "\"checksum\":" },
                 { 24, "\"instance\":" }, { 44, "\"dr\":" },   { 48, "[\"2.2.2.2\"]" } };
    struct addr src = put_src(2), dst = put_dst(2);
    struct ospf_packet p;
    hello(2, 2);
    for (size_t n = 1; n <= m.used; n++) {
        CHECK(ospf_read(cur_over(m.bytes, n), (uint32_t)m.used, &src, &dst, &p));
        const char *text = put_told(&p, &out);
        for (size_t i = 0; i < COUNT(keys); i++)
            CHECK_CASE(keys[i].key, !!strstr(text, keys[i].key) == (n >= keys[i].from));
        CHECK(!!strstr(text, "\"truncated\":true") == (n < m.used));
        CHECK(!!strstr(put_line(&p, &out), " (cut)") == (n < m.used));
    }
}

static void names(void)
{
    char text[OSPF_OPTIONS_TEXT];
    CHECK_TEXT(ospf_options_text(2, 0xff, text), "MT E MC N/P L DC O DN");
    CHECK_TEXT(ospf_options_text(3, 0xffffff, text), "V6 E x N R DC AF L AT");
    CHECK_TEXT(ospf_options_text(3, 0, text), "none");
    CHECK_TEXT(ospf_type_name(OSPF_LSACK), "Link State Acknowledgment");
    CHECK(!ospf_type_name(0) && !ospf_type_name(6) && !ospf_opaque_name(0));
    CHECK_TEXT(ospf_kind_name(OSPF_LSA_UNKNOWN), "Unknown");
    CHECK_TEXT(ospf_digest_name(OSPF_DIGEST_SHA512), "hmac-sha-512");
    CHECK(ospf_digest_size(OSPF_DIGEST_UNKNOWN) == 0);
}

int main(void)
{
    out = buf_init(1 << 20);
    fields();
    one_wrong();
    no_packet();
    sums();
    v3_over_ipv4();
    v2_digests();
    v3_trailers();
    lls();
    told();
    told_cut();
    names();
    hello(2, 2);
    CHECK(put_every_cut(&m));
    hello(3, 2);
    CHECK(put_every_cut(&m));
    buf_free(&out);
    return CHECK_END();
}
