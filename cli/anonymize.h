/* Packets anonymised: the key of --anonymize-key or a new one, and what is told of it in the end. */
#ifndef CLI_ANONYMIZE_H
#define CLI_ANONYMIZE_H

#include "capture/packet.h"
#include "cli/options.h"

struct anonymize;
/* NULL after saying why. */
struct anonymize *anonymize_new(const struct options *);
void anonymize_free(struct anonymize *);

/* All packets, then anonymize_learned; then all of them again in the same order. */
void anonymize_learn(struct anonymize *, const struct packet *);
void anonymize_learned(struct anonymize *);
/* False if it is left out. Of one that is wanted, bytes are others then, borrowed until the next one. */
bool anonymize_packet(struct anonymize *, struct packet *, bool wanted);
/* What was left out, as notes. */
void anonymize_tell(const struct anonymize *);

#endif
