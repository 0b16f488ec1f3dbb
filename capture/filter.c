/* Ports and carriers in, the text of a filter out.
 *
 *     WANTED or (vlan and (WANTED or (vlan and (WANTED))))
 *
 * The word "vlan" moves all that is written behind it past one tag, so the nesting above is what looks at no tag, one
 * and two (IEEE 802.1Q, 802.1ad). */
#include "capture/filter.h"

#include "base/buf.h"
#include <string.h>

static const struct {
    const char *name, *link, *ip, *fragments;
} carriers[FILTER_CARRIERS] = {
#define CARRIER(ident, name, link, ip, in_fragments) { name, link, ip, in_fragments },
#include "capture/filter.def"
#undef CARRIER
};

/* Only the first fragment has the ports, and which protocol it is of stands in all (RFC 791 3.1, RFC 8200 4.5). Of
 * those, ours: TCP, OSPF, ICMP, and what carriers use. */
static void add_fragments(struct buf *b, unsigned asked)
{
    char protos[64] = " 6 89 1 58";
    for (unsigned i = 0; i < FILTER_CARRIERS; i++)
        if (asked >> i & 1 && !strstr(protos, carriers[i].fragments))
            strncat(protos, carriers[i].fragments, sizeof protos - strlen(protos) - 1);
    const char *before = "(ip[6:2] & 0x3fff != 0 and (";
    for (int v6 = 0; v6 < 2; v6++) {
        buf_str(b, before);
        const char * or = "";
        for (const char *at = protos; (at = strchr(at, ' ')) != NULL; or = " or ") {
            at++;
            buf_printf(b, v6 ? "%sip6[40] = %.*s" : "%sip proto %.*s", or, (int)strcspn(at, " "), at);
        }
        buf_str(b, "))");
        before = " or (ip6 proto 44 and (";
    }
}

static void add_wanted(struct buf *b, const struct filter_options *o, enum filter_reach reach)
{
    static const uint16_t usual = 179;
    const uint16_t *ports = o->port_count ? o->ports : &usual;
    for (unsigned i = 0; i < (o->port_count ? o->port_count : 1); i++)
        buf_printf(b, "tcp port %u or ", (unsigned)ports[i]);
    buf_str(b, "ip proto 89 or ip6 proto 89 or ");
    /* OSPFv3 behind an authentication header, or in ESP that may not encrypt (RFC 4552) */
    buf_str(b, "ip proto 51 or ip6 proto 51 or (ip6 proto 50 and (ip6 dst ff02::5 or ip6 dst ff02::6)) or ");
    /* extension headers of IPv6 are rare, and what follows them may be ours */
    buf_str(b, "ip6 proto 0 or ip6 proto 43 or ip6 proto 60 or ");
    /* errors: unreachable, quench, redirect, time exceeded, parameter problem; of ICMPv6 all below 128 (RFC 4443) */
    buf_str(b, "(icmp and (icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 5 or icmp[0] = 11 or icmp[0] = 12)) or ");
    buf_str(b, "(ip6 proto 58 and ip6[40] < 128) or ");
    add_fragments(b, o->carriers);
    for (unsigned i = 0; i < FILTER_CARRIERS; i++) {
        const char *how[] = { reach == FILTER_TAGGED ? carriers[i].link : NULL, carriers[i].ip };
        for (unsigned k = 0; k < COUNT(how) && o->carriers >> i & 1; k++)
            if (how[k])
                buf_printf(b, " or %s", how[k]);
    }
}

bool filter_text(const struct filter_options *o, enum filter_reach reach, char text[FILTER_ROOM])
{
    struct buf b = buf_init(FILTER_ROOM - 1);
    int tags = reach == FILTER_TAGGED ? 2 : 0;
    for (int i = 0; i <= tags; i++) {
        buf_str(&b, i ? " or (vlan and (" : "");
        add_wanted(&b, o, reach);
    }
    buf_str(&b, tags ? "))))" : "");
    bool whole = !b.lost;
    memcpy(text, buf_text(&b), b.used + 1);
    buf_free(&b);
    return whole;
}

bool filter_carriers(const char *words, unsigned *out)
{
    *out = 0;
    while (*words) {
        size_t n = strcspn(words, ",");
        unsigned i = 0;
        while (i < FILTER_CARRIERS &&
               (strlen(carriers[i].name) != n || memcmp(carriers[i].name, words, n) != 0))
            i++;
        if (i == FILTER_CARRIERS)
            return false;
        *out |= 1u << i;
        words += n + (words[n] == ',');
    }
    return *out != 0;
}
