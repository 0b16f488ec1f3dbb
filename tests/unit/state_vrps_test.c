/* Validated payloads: files as they are written, and broken ones; RFC 6811's answers. */
#include "state/vrps.h"

#include "tests/check.h"
#include <stdlib.h>

static struct prefix prefix(const char *text, unsigned bits)
{
    return (struct prefix){ addr_parse(text), bits };
}

static const char json[] =
    "{ \"metadata\": { \"buildmachine\": \"x\", \"roas\": 3, \"counts\": [1, {\"roas\": []}] },\n"
    "  \"roas\": [\n"
    "    { \"asn\": 64496, \"prefix\": \"192.0.2.0/24\", \"maxLength\": 26, \"ta\": \"ap\\\"nic\", \"expires\": 1 },\n"
    "    { \"asn\": \"AS64497\", \"prefix\": \"192.0.2.0/25\", \"maxLength\": 25, \"extra\": { \"asn\": 1, \"a\": [ \"prefix\" ] } },\n"
    "    { \"prefix\": \"2001:db8::/32\", \"asn\": \"AS64498\", \"maxLength\": 48 },\n"
    "    { \"prefix\": \"203.0.113.0/24\", \"asn\": 0, \"maxLength\": 32 },\n"
    "    { \"prefix\": \"198.51.100.0/24\", \"asn\": 64496 }\n"
    "  ], \"bgpsec_keys\": [ { \"asn\": 1 } ] }\n";

static const char csv[] = "ASN,IP Prefix,Max Length,Trust Anchor,Expires\r\n"
                          "AS64496,192.0.2.0/24,26,apnic,1772359200\r\n"
                          "AS64497,192.0.2.0/25,25,apnic,1772359200\r\n"
                          "AS64498,2001:db8::/32,48,ripe,1772359200\r\n"
                          "AS0,203.0.113.0/24,32,arin,1772359200\r\n"
                          "AS64496,198.51.100.0/24,24,arin,1772359200\r\n";

/* Routinator's "csvext" has its columns elsewhere. */
static const char csv_other[] =
    "URI,ASN,IP Prefix,Max Length,Not Before,Not After\n"
    "rsync://a/b.roa, \"AS64496\",192.0.2.0/24,26,2026-01-01,2027-01-01\n"
    "x,AS64497,192.0.2.0/25,25,,\nx,AS64498,2001:db8::/32,48,,\nx,AS0,203.0.113.0/24,32,,\n"
    "x,AS64496,198.51.100.0/24,24,,";

static const struct {
    const char *words, *addr;
    unsigned bits;
    uint32_t origin;
    enum rpki_state want;
    uint32_t against;
} questions[] = {
    { "as it stands", "192.0.2.0", 24, 64496, RPKI_VALID, 0 },
    { "another AS", "192.0.2.0", 24, 64499, RPKI_INVALID, 64496 },
    { "as long as may be", "192.0.2.64", 26, 64496, RPKI_VALID, 0 },
    { "longer", "192.0.2.64", 27, 64496, RPKI_INVALID, 64496 },
    { "of one of two", "192.0.2.0", 25, 64497, RPKI_VALID, 0 },
    { "of the other", "192.0.2.128", 25, 64497, RPKI_INVALID, 64496 },
    { "too long for its own, whatever others say", "192.0.2.0", 26, 64497, RPKI_INVALID, 64497 },
    { "shorter than any", "192.0.0.0", 16, 64496, RPKI_NOT_FOUND, 0 },
    { "beside", "192.0.3.0", 24, 64496, RPKI_NOT_FOUND, 0 },
    { "an AS_SET", "192.0.2.0", 24, 0, RPKI_INVALID, 64496 },
    { "an AS_SET where nothing is said", "10.0.0.0", 8, 0, RPKI_NOT_FOUND, 0 },
    { "nobody may", "203.0.113.0", 24, 64496, RPKI_INVALID, 0 },
    { "AS 0 itself may not", "203.0.113.0", 24, 0, RPKI_INVALID, 0 },
    { "without a length of its own", "198.51.100.0", 24, 64496, RPKI_VALID, 0 },
    { "… that is its limit", "198.51.100.0", 25, 64496, RPKI_INVALID, 64496 },
    { "IPv6", "2001:db8:1::", 48, 64498, RPKI_VALID, 0 },
    { "IPv6, too long", "2001:db8:1:1::", 64, 64498, RPKI_INVALID, 64498 },
    { "IPv6, beside", "2001:db9::", 32, 64498, RPKI_NOT_FOUND, 0 },
    { "everything", "0.0.0.0", 0, 64496, RPKI_NOT_FOUND, 0 },
};

static void check_answers(const char *form, const char *text)
{
    struct vrps *v = vrps_new();
    struct vrps_told told;
    CHECK_CASE(form, vrps_read(v, text, strlen(text), &told));
    CHECK_CASE(form, told.read == 5 && !told.bad && !told.cut && vrps_count(v) == 5);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        struct prefix p = prefix(questions[i].addr, questions[i].bits);
        struct vrps_against against = { .asn = 1 };
        CHECK_CASE(questions[i].words, vrps_check(v, &p, questions[i].origin, &against) == questions[i].want);
        if (questions[i].want == RPKI_INVALID)
            CHECK_CASE(questions[i].words, against.asn == questions[i].against);
    }
    struct prefix none = { 0 };
    CHECK(vrps_check(v, &none, 1, NULL) == RPKI_UNKNOWN);
    vrps_free(v);
}

static const struct {
    const char *words, *text;
    bool known;
    size_t read, bad;
    bool cut;
} files[] = {
    { "nothing", "", false, 0, 0, false },
    { "blanks", " \n", false, 0, 0, false },
    { "another program's JSON", "{ \"a\": [ 1 ] }", false, 0, 0, false },
    { "no list", "{ \"roas\": 3 }", false, 0, 0, false },
    { "an empty list", "{ \"roas\": [] }", false, 0, 0, false },
    { "another table", "a,b,c\n1,2,3\n", false, 0, 0, false },
    { "a head alone", "ASN,IP Prefix,Max Length\n", false, 0, 0, false },
    { "entries that are none",
      "ASN,IP Prefix,Max Length\nAS1,10.0.0.0/8,8\nAS1,10.0.0.0/8,7\nAS1,10.0.0.0/8,33\nASx,10.0.0.0/8,8\n"
      "AS1,10.0.0.0/33,33\nAS1,10.0.0.0,8\nAS4294967296,10.0.0.0/8,8\n\nAS1\n",
      true, 1, 7, false },
    { "the same in JSON",
      "{\"roas\":[{\"asn\":1,\"prefix\":\"10.0.0.0/8\"},{\"asn\":-1,\"prefix\":\"10.0.0.0/8\"},3,{},[1,[2]]]}",
      true, 1, 4, false },
    { "cut in an entry", "{\"roas\":[{\"asn\":1,\"prefix\":\"10.0.0.0/8\"},{\"asn\":1", true, 1, 0, true },
    { "cut in a string", "{\"roas\":[{\"asn\":1,\"prefix\":\"10.0.0.0/8\"},{\"asn\":\"AS", true, 1, 0, true },
    { "cut behind an entry", "{\"roas\":[{\"asn\":1,\"prefix\":\"10.0.0.0/8\"}", true, 1, 0, true },
};

static struct vrps *of_text(const char *text)
{
    struct vrps *v = vrps_new();
    struct vrps_told told;
    CHECK(vrps_read(v, text, strlen(text), &told));
    return v;
}

/* What only one of the two has, whichever it is; what both have is no change. */
static void check_changes(void)
{
    struct vrps *a =
        of_text("ASN,IP Prefix,Max Length\nAS1,10.0.0.0/8,8\nAS2,10.0.0.0/8,8\nAS3,12.0.0.0/8,8\n"
                "AS4,2001:db8::/32,48\n");
    struct vrps *b =
        of_text("ASN,IP Prefix,Max Length\nAS1,10.0.0.0/8,8\nAS2,10.0.0.0/8,9\nAS3,12.0.0.0/8,8\n"
                "AS5,11.0.0.0/8,8\n");
    struct vrps *ways[] = { vrps_changes(a, b), vrps_changes(b, a), vrps_changes(a, a) };
    for (int i = 0; i < 2; i++) {
        struct prefix touched[] = { prefix("10.1.0.0", 16), prefix("11.0.0.0", 8),
                                    prefix("2001:db8:1::", 48) };
        struct prefix same = prefix("12.0.0.0", 8);
        CHECK(vrps_count(ways[i]) == 4);
        for (size_t k = 0; k < sizeof touched / sizeof *touched; k++)
            CHECK(vrps_check(ways[i], &touched[k], 0, NULL) == RPKI_INVALID);
        CHECK(vrps_check(ways[i], &same, 0, NULL) == RPKI_NOT_FOUND);
    }
    CHECK(vrps_count(ways[2]) == 0);
    for (int i = 0; i < 3; i++)
        vrps_free(ways[i]);
    vrps_free(a);
    vrps_free(b);
}

int main(void)
{
    check_changes();
    check_answers("JSON", json);
    check_answers("CSV", csv);
    check_answers("CSV with other columns", csv_other);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct vrps *v = vrps_new();
        struct vrps_told told;
        bool known = vrps_read(v, files[i].text, strlen(files[i].text), &told);
        CHECK_CASE(files[i].words, known == files[i].known && told.read == files[i].read);
        CHECK_CASE(files[i].words, told.bad == files[i].bad && told.cut == files[i].cut);
        vrps_free(v);
    }
    struct prefix p = prefix("10.0.0.0", 8);
    CHECK(vrps_check(NULL, &p, 1, NULL) == RPKI_UNKNOWN);
    return CHECK_END();
}
