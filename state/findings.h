/* Open, repeat, close: a rule fires often, a finding is told once and counted.
 *
 * Most rules speak when something happens, and what they say stays said. Some look at the whole when the capture ends;
 * while it goes on (live) they are asked again and again, in reviews. What a review says holds until the next one: it
 * is put on top of what happened, and taken off again. So the last words are the same with reviews and without. */
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
    uint32_t peering, adjacency,
        subject; /* subject tells apart findings of one code, peering and side; 0 else */
    struct addr at, peer;
    uint32_t at_as, peer_as;
    struct stamp when;
    bool once; /* do not count it again when it is already open: only refresh its words */
    unsigned evidence_count;
    struct evidence evidence[EVIDENCE_MAX];
    struct buf title, explanation;
};

struct kept;
struct review;

struct findings {
    struct table open;     /* by finding_key */
    struct finding **list; /* in the order of their first time */
    uint32_t count, room;
    uint32_t ids;          /* given so far */
    struct table reviewed; /* by group: what its last review said */
    bool reviewing;
    struct review *former; /* while reviewing: what this group's last one said */
    struct kept **latest;  /* … and this one */
    uint32_t latest_count, latest_room;
    unsigned ceiling;
    uint64_t lost;
    struct outbox *outbox; /* borrowed: where changes are told */
    struct draft draft;    /* the one that a rule is writing */
};

/* ceiling: findings that are kept; beyond it they are counted. The outbox is borrowed: what is found goes there. */
void findings_init(struct findings *, unsigned ceiling, struct outbox *);
void findings_free(struct findings *);
struct draft *draft_begin(struct findings *, enum finding_code, enum confidence, struct stamp when);
/* frame 0 is passed over; so is a frame that is there already. */
void draft_evidence(struct draft *, struct stream_ref, const char *note, ...) PRINTF_LIKE(3, 4);
void draft_title(struct draft *, const char *format, ...) PRINTF_LIKE(2, 3);
/* Adds a sentence. */
void draft_say(struct draft *, const char *format, ...) PRINTF_LIKE(2, 3);
/* Opens the finding, or counts it and takes the newer words, if there are any. */
void draft_end(struct findings *, struct draft *);
/* The open finding of this code for the peering (0: any), or NULL. */
const struct finding *findings_about(const struct findings *, enum finding_code, uint32_t peering);

/* Between these two, drafts are what a review of this group says: a peering (its id), or the capture (0). What it said
 * the last time and does not say now is taken back: `over` if there is nothing else in it. */
void findings_review_begin(struct findings *, uint32_t group);
void findings_review_end(struct findings *, uint32_t group, struct stamp now);
/* That group has something in review. */
bool findings_in_review(const struct findings *, uint32_t group);
/* All reviews are taken back, for the rules are about to have their last word; and after that: what they did not say
 * again is over. */
void findings_undo_reviews(struct findings *);
void findings_close_reviews(struct findings *, struct stamp now);
/* What has not been so since then is history (over, old), and forgotten the next time: when it happens again it is a
 * new finding. */
void findings_forget(struct findings *, struct stamp before);

#endif
