/* Codes in; words out, with the names of both routers put where the rows have {at}, {peer}, {at_as}, {peer_as}. */
#include "state/rules/explain.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum rank rank;
    const char *meaning, *proof, *fix;
} explained[CODE_COUNT] = {
#define EXPLAIN(ident, rank, meaning, proof, fix) [CODE_##ident] = { RANK_##rank, meaning, proof, fix },
#include "state/rules/explain.def"
#undef EXPLAIN
};

static const char *const advised[CODE_COUNT][VENDORS] = {
#define ADVICE(ident, vendor, text) [CODE_##ident][VENDOR_##vendor] = text,
#include "state/rules/advice.def"
#undef ADVICE
};

static const struct {
    const char *name, *title;
} vendors[VENDORS] = {
    [VENDOR_GENERIC] = { "generic", "any router" },
    [VENDOR_FRR] = { "frr", "FRR" },
    [VENDOR_BIRD] = { "bird", "BIRD" },
    [VENDOR_IOS] = { "ios", "Cisco IOS" },
    [VENDOR_JUNOS] = { "junos", "Junos" },
};

const char *vendor_name(enum vendor v) { return v < VENDORS ? vendors[v].name : "?"; }
const char *vendor_title(enum vendor v) { return v < VENDORS ? vendors[v].title : "?"; }

enum vendor vendor_parse(const char *name)
{
    unsigned v = 0;
    while (v < VENDORS && strcmp(vendors[v].name, name) != 0)
        v++;
    return (enum vendor)v;
}

static bool known(enum finding_code code) { return code < CODE_COUNT && explained[code].meaning; }

enum rank explain_rank(enum finding_code code) { return known(code) ? explained[code].rank : RANK_EVENT; }

const char *explain_meaning(enum finding_code code)
{
    return known(code) ? explained[code].meaning : "Something in the packets deserves an operator's look.";
}

const char *explain_proof(enum finding_code code)
{
    return known(code) ? explained[code].proof : "The frames that are named with the finding.";
}

const char *explain_fix(enum finding_code code)
{
    return known(code) ? explained[code].fix
                       : "Compare the configuration and the log of both routers at that time.";
}

/* The word for a place in a row. What is not known is told in words to a reader, and as a gap in a command. */
static void fill(const char *place, size_t n, enum vendor vendor, const struct advice_words *with,
                 struct buf *out)
{
    const struct {
        const char *name, *address, *unknown, *gap;
        uint32_t as;
    } places[] = {
        { "at", with->at, "either side", "<router>", 0 },
        { "peer", with->peer, "the other side", "<peer>", 0 },
        { "at_as", NULL, "its own AS", "<AS>", with->at_as },
        { "peer_as", NULL, "the other side's AS", "<AS>", with->peer_as },
    };
    for (size_t i = 0; i < COUNT(places); i++) {
        if (strlen(places[i].name) != n || memcmp(places[i].name, place, n) != 0)
            continue;
        if (places[i].address && *places[i].address)
            buf_str(out, places[i].address);
        else if (places[i].as)
            buf_printf(out, vendor == VENDOR_GENERIC ? "AS %u" : "%u", (unsigned)places[i].as);
        else
            buf_str(out, vendor == VENDOR_GENERIC ? places[i].unknown : places[i].gap);
        return;
    }
    buf_printf(out, "{%.*s}", (int)n, place); /* braces of the vendor's own */
}

bool explain_advice(enum finding_code code, enum vendor vendor, const struct advice_words *with,
                    struct buf *out)
{
    const char *row = code < CODE_COUNT && vendor < VENDORS ? advised[code][vendor] : NULL;
    if (!row && vendor == VENDOR_GENERIC)
        row = "Look at {at}: its log at that time, and what it has configured for {peer}.";
    if (!row)
        return false;
    while (*row) {
        size_t plain = strcspn(row, "{");
        buf_add(out, row, plain);
        row += plain;
        const char *end = *row ? strchr(row, '}') : NULL;
        if (!end) {
            buf_str(out, row);
            break;
        }
        fill(row + 1, (size_t)(end - row - 1), vendor, with, out);
        row = end + 1;
    }
    return true;
}
