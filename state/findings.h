/* Open, repeat: a rule fires often, a finding is told once and counted. */
#ifndef STATE_FINDINGS_H
#define STATE_FINDINGS_H

#include "base/buf.h"
#include "base/table.h"
#include "state/finding.h"
#include "state/outbox.h"

/* What a rule is about to say. One at a time: draft_begin … draft_end. */
struct draft {
    enum finding_code code;
    enum severity severity;
    enum confidence confidence;
    uint32_t peering, subject; /* subject tells apart findings of one code, peering and side; 0 else */
    struct addr at, peer;
    uint32_t at_as, peer_as;
    struct stamp when;
    bool once; /* do not count it again when it is already open: only refresh its words */
    unsigned evidence_count;
    struct evidence evidence[EVIDENCE_MAX];
    struct buf title, explanation;
};

struct findings {
    struct table open;     /* by finding_key */
    struct finding **list; /* in the order of their first time */
    uint32_t count, room;
    unsigned ceiling;
    uint64_t lost;
    struct outbox *outbox; /* borrowed: where changes are told */
    struct draft draft;    /* the one that a rule is writing */
};

void findings_init(struct findings *, unsigned ceiling, struct outbox *);
void findings_free(struct findings *);
struct draft *draft_begin(struct findings *, enum finding_code, enum confidence, struct stamp when);
/* frame 0 is passed over; so is a frame that is there already. */
void draft_evidence(struct draft *, struct stream_ref, const char *note, ...) PRINTF_LIKE(3, 4);
void draft_title(struct draft *, const char *format, ...) PRINTF_LIKE(2, 3);
/* Adds a sentence. */
void draft_say(struct draft *, const char *format, ...) PRINTF_LIKE(2, 3);
/* Opens the finding, or counts it and takes the newer words. */
void draft_end(struct findings *, struct draft *);
/* The open finding of this code for the peering (0: any), or NULL. */
const struct finding *findings_about(const struct findings *, enum finding_code, uint32_t peering);

#endif
