/* The kernel's filter, as text that pcap_compile reads: what BGP and OSPF need and nothing else, so that a busy span
 * port costs little. Ports and carriers in, text out. */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum filter_carrier {
#define CARRIER(ident, name, link, ip, in_fragments) FILTER_##ident,
#include "capture/filter.def"
#undef CARRIER
    FILTER_CARRIERS
};

struct filter_options {
    uint16_t ports[8]; /* TCP ports of BGP; none: 179 */
    unsigned port_count;
    unsigned carriers; /* bit per enum filter_carrier: everything that such a carrier holds comes through */
};

/* How much of it a link can express. */
enum filter_reach {
    FILTER_TAGGED, /* as it is, and behind one and two VLAN tags */
    FILTER_BARE,   /* for links without EtherTypes or VLAN tags (raw IP, PPP) */
};

enum { FILTER_ROOM = 8192 };

/* False if it does not fit. */
MUST_USE bool filter_text(const struct filter_options *, enum filter_reach, char text[FILTER_ROOM]);
/* "mpls,gre" to bits; false for a word that is none. */
MUST_USE bool filter_carriers(const char *words, unsigned *carriers);

#endif
