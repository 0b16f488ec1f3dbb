/* What findings.c and findings_review.c share. */
#ifndef STATE_FINDINGS_INTERNAL_H
#define STATE_FINDINGS_INTERNAL_H

#include "state/findings.h"

/* A finding, and what reviews did to it. */
struct kept {
    struct finding f;     /* first: a pointer to one is a pointer to the other */
    uint32_t subject;     /* of its key */
    struct finding *base; /* what it is without the review that spoke; NULL: nothing. Owned, words too */
    struct stamp since;   /* a review says it since then */
    uint64_t told;        /* digest of what was told last; 0: not known */
    bool reviewed;        /* a review spoke, on top of base */
    bool listed;          /* in the list of a review */
    bool void_;           /* holds nothing but old words: whoever speaks next begins anew */
};

/* What makes it the same finding. No padding: it is hashed whole. */
struct finding_key {
    uint32_t code, peering, adjacency, subject;
    struct addr at;
};
_Static_assert(sizeof(struct finding_key) == 16 + sizeof(struct addr), "padding would be hashed");

void finding_tell(struct findings *, struct kept *);
/* The words are freed, and what was counted is forgotten. */
void finding_wipe(struct kept *);
/* Before a draft goes on top of it: saves what is there, if a review is about to speak; takes off what one said, if not. */
void finding_make_ready(struct findings *, struct kept *, bool fresh);
/* … and after it: it is told, or waits for the review's end. */
void finding_drafted(struct findings *, struct kept *);
/* It is forgotten and freed; the list is the caller's to mend. */
void finding_drop(struct findings *, struct kept *);
void finding_free_review(struct kept *);
void findings_free_reviews(struct findings *);

#endif
