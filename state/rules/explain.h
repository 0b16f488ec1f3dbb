/* What each code means, what on the wire proves it, how to mend it; and one line for whoever stands at the router.
 *
 * A finding carries the values that were seen; here stands what is true of its code in every capture. Texts are
 * rows of explain.def and advice.def. A code without a row gets words that hold for any. */
#ifndef STATE_RULES_EXPLAIN_H
#define STATE_RULES_EXPLAIN_H

#include "base/buf.h"
#include "state/finding.h"

enum vendor { VENDOR_GENERIC, VENDOR_FRR, VENDOR_BIRD, VENDOR_IOS, VENDOR_JUNOS, VENDORS };
const char *vendor_name(enum vendor);       /* "frr": as options spell it */
const char *vendor_title(enum vendor);      /* "FRR": as people do */
enum vendor vendor_parse(const char *name); /* VENDORS if there is none */

/* Where a code stands in the chain of cause and effect; of two findings the lower is told first. */
enum rank { RANK_CAUSE, RANK_EVENT, RANK_CONSEQUENCE };
enum rank explain_rank(enum finding_code);

const char *explain_meaning(enum finding_code); /* a sentence or two */
const char *explain_proof(enum finding_code); /* what the packets show, and which look-alikes are ruled out */
const char *explain_fix(enum finding_code);   /* what to check */

/* What advice is filled with. Addresses as text, NULL or "" when the packets don't tell; AS 0 likewise. */
struct advice_words {
    const char *at, *peer;
    uint32_t at_as, peer_as;
};

/* One line: where to look, or the vendor's statement. False, and nothing is added, if that vendor has no row
 * (generic always has one). */
bool explain_advice(enum finding_code, enum vendor, const struct advice_words *, struct buf *out);

#endif
