/* What the files of decode/bgp share and nobody outside may see. */
#ifndef DECODE_BGP_BGP_INTERNAL_H
#define DECODE_BGP_BGP_INTERNAL_H

#include "decode/bgp/bgp.h"

/* Where `at`, which points into the message, stands: counted from the message's header, as faults want it. */
static inline size_t bgp_offset(const struct bgp_msg *msg, const uint8_t *at)
{
    return at ? (size_t)(at - msg->raw) : 0;
}

/* Whether bytes missing behind `in` may only be missing because the packet was cut: no fault of the sender then. */
static inline bool bgp_cut_here(const struct bgp_msg *msg, const struct cursor *in)
{
    return msg->cut && in->end == msg->body.end;
}

/* ---- names.c ---- */

/* The family's name; "AFI/SAFI" in numbers for one that has no row. Returns `text`. */
const char *bgp_afi_safi_name(uint16_t afi, uint8_t safi, char text[32]);

/* ---- decode.c: what every message is told with ---- */

/* "faults": array of { code, offset, text }; nothing at all when there are none. */
void bgp_faults_tell(struct writer *, const struct faults *);
/* For people, behind a line: " [capability of a length that it cannot have (ADD-PATH); 1 more]". */
void bgp_faults_line(const struct faults *, struct buf *);
/* Bytes of the wire that should be UTF-8, as a string: what is not UTF-8, or not harmless on a terminal,
 * becomes U+FFFD. */
void bgp_text_tell(struct writer *, const char *key, struct cursor text);
void bgp_text_add(struct buf *, struct cursor text);
/* Whether it is UTF-8 all through, and nothing in it needs replacing but line ends and tabs. */
bool bgp_text_plain(struct cursor text);

/* ---- open.c, notification.c, refresh.c: into the object that is open, faults included ---- */

void bgp_open_tell(struct writer *, const struct bgp_msg *);
void bgp_open_line(const struct bgp_msg *, struct buf *);
void bgp_notification_tell(struct writer *, const struct bgp_msg *);
void bgp_notification_line(const struct bgp_msg *, struct buf *);
void bgp_refresh_tell(struct writer *, const struct bgp_msg *);
void bgp_refresh_line(const struct bgp_msg *, struct buf *);

/* ---- update.c ---- */

/* Tells "withdrawn", "announced", "attributes" and "faults" of an UPDATE into the object that is open. */
void bgp_update_tell(struct writer *, const struct bgp_msg *, const struct bgp_ctx *);
/* Behind the word "UPDATE", a blank first: " 3 announced, 1 withdrawn, AS path 65001 65002, next hop 10.0.0.1". */
void bgp_update_line(const struct bgp_msg *, const struct bgp_ctx *, struct buf *);

/* ---- caps.c, caps_tell.c ---- */

/* How the value of a capability is laid out: CAP rows name one each. Every function may be NULL. */
struct bgp_cap_shape {
    uint8_t fixed, unit;         /* bytes: `fixed`, then any number of times `unit` */
    bool (*fits)(struct cursor); /* what the two numbers cannot say */
    /* what it changes in a session; FAULT_COUNT if all is well */
    enum fault_code (*absorb)(struct bgp_open *, struct cursor *);
    void (*tell)(struct writer *, struct cursor *);
};
/* The shape, if the value has it; NULL for what cannot be read, and for unknown codes. */
const struct bgp_cap_shape *bgp_cap_shape(const struct bgp_cap *);
/* Takes one capability into the summary; `offset` and the capability's code for its fault. */
void bgp_cap_absorb(struct bgp_open *, const struct bgp_cap *, size_t offset);
/* The next capability of a list; false at the end, or at one that runs past it (then *in is spent). */
bool bgp_cap_next(struct cursor *in, struct bgp_cap *out);

#define CAP_TELLER(name) void bgp_cap_tell_##name(struct writer *w, struct cursor *in)
CAP_TELLER(family);
CAP_TELLER(orf);
CAP_TELLER(next_hop);
CAP_TELLER(bgpsec);
CAP_TELLER(labels);
CAP_TELLER(role);
CAP_TELLER(graceful);
CAP_TELLER(asn);
CAP_TELLER(codes);
CAP_TELLER(multisession);
CAP_TELLER(modes);
CAP_TELLER(llgr);
CAP_TELLER(fqdn);
CAP_TELLER(software);
CAP_TELLER(paths_limit);

/* ---- refresh.c ---- */

const char *bgp_orf_name(unsigned type); /* "address-prefix", or NULL */

#endif
