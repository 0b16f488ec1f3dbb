/* What the files of decode/bgp share and nobody outside may see. */
#ifndef DECODE_BGP_BGP_INTERNAL_H
#define DECODE_BGP_BGP_INTERNAL_H

#include "decode/bgp/bgp.h"

/* Where `at`, which points into the message, stands: counted from the message's header, as faults want it. */
static inline size_t bgp_offset(const struct bgp_msg *msg, const uint8_t *at)
{
    return at ? (size_t)(at - msg->raw) : 0;
}

/* ---- names.c ---- */

/* The family's name; "AFI/SAFI" in numbers for one that has no row. Returns `text`. */
const char *bgp_afi_safi_name(uint16_t afi, uint8_t safi, char text[32]);

/* ---- decode.c: what every message is told with ---- */

/* "faults": array of { code, offset, text }; nothing at all when there are none. */
void bgp_faults_tell(struct writer *, const struct faults *);
/* Bytes of the wire that should be UTF-8, as a string: what is not UTF-8 or not printable becomes U+FFFD. */
void bgp_text_tell(struct writer *, const char *key, struct cursor text);
void bgp_text_add(struct buf *, struct cursor text);

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

/* ---- caps.c ---- */

/* Takes one capability into the summary; `msg` for the offsets of faults. */
void bgp_cap_absorb(struct bgp_open *, const struct bgp_msg *, const struct bgp_cap *);

#endif
