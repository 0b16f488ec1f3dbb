/* What a capability's value says, in words of a line, where the general form for it would be a list of brackets. */
#ifndef STORE_OFFER_WORDS_H
#define STORE_OFFER_WORDS_H

#include "base/buf.h"
#include "decode/bgp/bgp.h"

/* False: it has no words of its own. */
bool offer_words(const struct bgp_cap *, struct buf *text);
/* Extended Next Hop: what both offer, and so may send (RFC 8950 4); nothing if they have none in common. */
void offer_common_next_hops(struct cursor, struct cursor, struct buf *text);

#endif
