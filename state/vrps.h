/* Validated ROA payloads: which AS may announce which prefix, and how finely (RFC 6811). */
#ifndef STATE_VRPS_H
#define STATE_VRPS_H

#include "base/addr.h"
#include "base/macros.h"

struct vrps;

enum rpki_state { RPKI_UNKNOWN, RPKI_NOT_FOUND, RPKI_VALID, RPKI_INVALID };
const char *rpki_state_name(enum rpki_state); /* "not-found" */

struct vrps *vrps_new(void); /* NULL without memory */
void vrps_free(struct vrps *);
/* False without memory, or if `most` is no length of a prefix within this one. */
MUST_USE bool vrps_add(struct vrps *, const struct prefix *, unsigned most, uint32_t asn);
/* All are there: before the first question. */
void vrps_seal(struct vrps *);
size_t vrps_count(const struct vrps *);

/* What is written of an answer of RPKI_INVALID: the payload that comes nearest. */
struct vrps_against {
    struct prefix prefix;
    unsigned most;
    uint32_t asn;
};
/* origin 0: an AS_SET stands at the end of the path, or AS 0: no payload fits that (RFC 6811 2, RFC 7607). NULL vrps:
 * unknown. */
enum rpki_state vrps_check(const struct vrps *, const struct prefix *, uint32_t origin,
                           struct vrps_against *);

/* Those that only one of the two has; sealed. NULL without memory. */
struct vrps *vrps_changes(const struct vrps *, const struct vrps *);

/* What was read. */
struct vrps_told {
    size_t read, bad;          /* payloads; entries that are none */
    size_t bad_at;             /* offset of the first of those */
    bool short_of_memory, cut; /* cut: the text ends before its end */
};
/* JSON or CSV as rpki-client and Routinator write it. False: it is neither, or there is nothing in it. */
bool vrps_read(struct vrps *, const char *text, size_t size, struct vrps_told *);

#endif
