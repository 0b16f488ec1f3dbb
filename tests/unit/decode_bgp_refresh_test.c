/* ROUTE-REFRESH: families, subtypes, and filters for outbound routes. */
#include "tests/check.h"
#include "tests/make/make_bgp.h"

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define NOTHING    NULL, 0

static struct made m;

static void tell(const struct bgp_msg *msg, struct buf *out)
{
    struct writer w = writer_init(&writer_json, out);
    buf_clear(out);
    write_object(&w, NULL);
    bgp_tell(&w, msg, &(struct bgp_ctx){ 0 });
    write_end(&w);
}

static const struct {
    const char *words;
    unsigned afi, subtype, safi;
    const uint8_t *orf;
    size_t size;
    enum fault_code fault;
    size_t offset;
    const char *told; /* in "route_refresh" */
} rows[] = {
    { "plain", 1, 0, 1, NOTHING, FAULT_COUNT, 0,
      "\"family\":\"ipv4-unicast\",\"subtype\":0,\"name\":\"normal\"" },
    { "begins", 2, 1, 1, NOTHING, FAULT_COUNT, 0,
      "\"family\":\"ipv6-unicast\",\"subtype\":1,\"name\":\"BoRR\"" },
    { "ends", 25, 2, 70, NOTHING, FAULT_COUNT, 0,
      "\"family\":\"l2vpn-evpn\",\"subtype\":2,\"name\":\"EoRR\"" },
    { "unknown family", 500, 0, 77, NOTHING, FAULT_COUNT, 0,
      "\"family\":\"500/77\",\"subtype\":0,\"name\":\"normal\"" },
    { "unknown subtype", 1, 3, 1, NOTHING, FAULT_BGP_REFRESH_SUBTYPE, 21,
      "\"family\":\"ipv4-unicast\",\"subtype\":3" },
    { "begins, too long", 1, 1, 1, BYTES(1), FAULT_BGP_REFRESH_LENGTH, 23,
      "\"family\":\"ipv4-unicast\",\"subtype\":1,\"name\":\"BoRR\",\"orf\":{\"when\":\"immediate\",\"types\":[]}" },
    { "filters by prefix", 1, 0, 1,
      BYTES(1, 64, 0, 20, 0, 0, 0, 0, 5, 0, 0, 8, 10, 0x80, 0, 0, 0, 0, 10, 16, 24, 12, 172, 16), FAULT_COUNT,
      0,
      "\"family\":\"ipv4-unicast\",\"subtype\":0,\"name\":\"normal\",\"orf\":{\"when\":\"immediate\",\"types\":["
      "{\"type\":64,\"name\":\"address-prefix\",\"entries\":["
      "{\"action\":\"add\",\"match\":\"permit\",\"sequence\":5,\"prefix\":\"10.0.0.0/8\"},"
      "{\"action\":\"remove-all\"},{\"action\":\"add\",\"match\":\"permit\",\"sequence\":10,"
      "\"prefix\":\"172.16.0.0/12\",\"min_length\":16,\"max_length\":24}]}]}" },
    { "remove and deny, later", 2, 0, 1,
      BYTES(2, 128, 0, 12, 0x60, 0, 0, 0, 1, 0, 0, 32, 0x20, 1, 0x0d, 0xb8), FAULT_COUNT, 0,
      "\"family\":\"ipv6-unicast\",\"subtype\":0,\"name\":\"normal\",\"orf\":{\"when\":\"defer\",\"types\":["
      "{\"type\":128,\"name\":\"address-prefix (prestandard)\",\"entries\":[{\"action\":\"remove\",\"match\":\"deny\","
      "\"sequence\":1,\"prefix\":\"2001:db8::/32\"}]}]}" },
    { "other filters", 1, 0, 1, BYTES(3, 2, 0, 2, 9, 9, 77, 0, 0), FAULT_COUNT, 0,
      "\"family\":\"ipv4-unicast\",\"subtype\":0,\"name\":\"normal\",\"orf\":{\"when\":3,\"types\":[{\"type\":2,"
      "\"name\":\"communities\",\"data\":\"0909\"},{\"type\":77,\"data\":\"\"}]}" },
    { "filters by prefix of a family without prefixes", 25, 0, 70, BYTES(1, 64, 0, 1, 0x80), FAULT_COUNT, 0,
      "\"family\":\"l2vpn-evpn\",\"subtype\":0,\"name\":\"normal\",\"orf\":{\"when\":\"immediate\",\"types\":["
      "{\"type\":64,\"name\":\"address-prefix\",\"data\":\"80\"}]}" },
    { "prefix longer than an address", 1, 0, 1, BYTES(1, 64, 0, 13, 0, 0, 0, 0, 5, 0, 0, 33, 1, 2, 3, 4, 5),
      FAULT_BGP_REFRESH_ORF, 24,
      "\"family\":\"ipv4-unicast\",\"subtype\":0,\"name\":\"normal\",\"orf\":{\"when\":\"immediate\",\"types\":["
      "{\"type\":64,\"name\":\"address-prefix\",\"entries\":[]}]}" },
    { "prefix longer than its entries", 1, 0, 1, BYTES(1, 64, 0, 9, 0, 0, 0, 0, 5, 0, 0, 16, 1),
      FAULT_BGP_REFRESH_ORF, 24,
      "\"family\":\"ipv4-unicast\",\"subtype\":0,\"name\":\"normal\",\"orf\":{\"when\":\"immediate\",\"types\":["
      "{\"type\":64,\"name\":\"address-prefix\",\"entries\":[]}]}" },
    { "entries longer than the message", 1, 0, 1, BYTES(1, 64, 0, 9, 0x80), FAULT_BGP_REFRESH_ORF, 24,
      "\"family\":\"ipv4-unicast\",\"subtype\":0,\"name\":\"normal\",\"orf\":{\"when\":\"immediate\","
      "\"types\":[]}" },
};

static void make_row(size_t i)
{
    make_refresh(&m, rows[i].afi, rows[i].subtype, rows[i].safi);
    make_bytes(&m, rows[i].orf, rows[i].size);
    make_end(&m);
}

static void all_rows(void)
{
    struct buf got = buf_init(1 << 16), want = buf_init(1 << 16);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bgp_refresh r;
        make_row(i);
        struct bgp_msg msg = make_msg(&m);
        bgp_refresh_read(&msg, &r);
        CHECK_CASE(rows[i].words,
                   r.afi == rows[i].afi && r.safi == rows[i].safi && r.subtype == rows[i].subtype);
        CHECK_CASE(rows[i].words, r.family == bgp_family_of(r.afi, r.safi));
        CHECK_CASE(rows[i].words, cur_left(&r.orf) == rows[i].size);
        CHECK_CASE(rows[i].words, r.faults.count == (rows[i].fault != FAULT_COUNT));
        if (r.faults.count) {
            CHECK_CASE(rows[i].words, r.faults.list[0].code == rows[i].fault);
            CHECK_CASE(rows[i].words, r.faults.list[0].offset == rows[i].offset);
        }
        tell(&msg, &got);
        buf_clear(&want);
        buf_printf(&want, "{\"type\":\"ROUTE-REFRESH\",\"length\":%zu,\"route_refresh\":{%s}", m.used,
                   rows[i].told);
        if (r.faults.count) {
            CHECK_CASE(rows[i].words, !strncmp(buf_text(&got), buf_text(&want), want.used));
            CHECK_CASE(rows[i].words, strstr(buf_text(&got), ",\"faults\":[{\"code\":\"bgp.refresh."));
        } else {
            buf_char(&want, '}');
            CHECK_TEXT(buf_text(&got), buf_text(&want));
        }
    }
    buf_free(&got);
    buf_free(&want);
}

static void lines(void)
{
    static const char *const want[] = {
        "ROUTE-REFRESH ipv4-unicast", "ROUTE-REFRESH ipv6-unicast BoRR", "ROUTE-REFRESH l2vpn-evpn EoRR",
        "ROUTE-REFRESH 500/77", "ROUTE-REFRESH ipv4-unicast subtype 3 [unknown message subtype (3)]"
    };
    struct buf out = buf_init(1 << 16);
    for (size_t i = 0; i < COUNT(want); i++) {
        make_row(i);
        struct bgp_msg msg = make_msg(&m);
        buf_clear(&out);
        bgp_line(&msg, &(struct bgp_ctx){ 0 }, &out);
        CHECK_TEXT(buf_text(&out), want[i]);
    }
    buf_free(&out);
}

static void look_at_cut(const uint8_t *bytes, size_t size, void *with)
{
    struct bgp_msg msg;
    enum bgp_got got = bgp_next(bytes, size, BGP_LARGEST, &msg);
    if (size < BGP_HEADER)
        return;
    msg.cut = got == BGP_MORE;
    tell(&msg, with);
    CHECK(!strstr(buf_text(with), "faults"));
    CHECK(!!strstr(buf_text(with), "\"family\":") == (size >= 23));
    CHECK(!!strstr(buf_text(with), "\"truncated\":true") == msg.cut);
}

static void look_at_end(const uint8_t *bytes, size_t size, void *with)
{
    if (size < BGP_HEADER)
        return;
    struct bgp_msg msg = { .type = BGP_ROUTE_REFRESH,
                           .length = (uint16_t)size,
                           .body = cur_over(bytes + BGP_HEADER, size - BGP_HEADER),
                           .raw = bytes,
                           .fault = FAULT_COUNT };
    tell(&msg, with);
    CHECK(size >= 23 || strstr(buf_text(with), "bgp.refresh.length"));
}

int main(void)
{
    struct buf out = buf_init(1 << 16);
    all_rows();
    lines();
    for (size_t i = 0; i < COUNT(rows); i++) {
        make_row(i);
        if (rows[i].fault == FAULT_COUNT)
            make_every_cut(&m, look_at_cut, &out);
        make_every_cut(&m, look_at_end, &out);
    }
    buf_free(&out);
    return CHECK_END();
}
