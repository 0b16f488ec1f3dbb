/* Both OPENs of a peering side by side: what each side offers, what is in use of it, and where they do not fit. */
#ifndef STORE_OFFERS_H
#define STORE_OFFERS_H

#include "store/telling.h"

/* Tells "opens", one object a side, and "offers", one row for each thing that may be offered:
 * { "key", "name", "offers": [text or null, text or null], "use": text or null, "fit": "agreed" | "one-sided" |
 *   "conflict" | "plain" }. A row is "plain" where nothing is to be agreed, or where one of the OPENs was not seen. */
void offers_tell(struct telling *, const struct telling_sides *);

#endif
