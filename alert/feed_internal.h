/* What feed.c and feed_before.c share: what fires, by what it is about. */
#ifndef ALERT_FEED_INTERNAL_H
#define ALERT_FEED_INTERNAL_H

#include "alert/feed.h"
#include "base/table.h"

/* What was said of a finding; in its subject's chain. */
struct said {
    struct said *next;
    uint64_t key; /* of its alert, while it fires */
    uint32_t id;  /* of this run; 0: an earlier run said it, and it was not found again yet */
    uint32_t number, count, earlier; /* earlier: how often it was true in earlier runs */
    enum finding_code code;
    enum severity severity, least; /* least: an earlier run said it was as grave as that */
    struct addr at;
    struct stamp first, told;
    bool firing;
    bool while_down; /* it happened while its subject was not up */
    char *title;     /* that an earlier run said; owned, or NULL */
};

/* A peering or an adjacency. */
struct subject {
    uint32_t id;
    enum alert_about about;
    char name[160];
    struct addr addr[2]; /* of a peering; of an adjacency the router IDs */
    bool side_up[2], up, down_firing, up_firing;
    bool remembered;    /* an earlier run says that it is up; packets don't yet */
    struct stamp doubt; /* … but that it is not; STAMP_NEVER: they don't */
    uint64_t key;       /* of what fires */
    struct stamp since; /* likewise */
    struct said *said;
};

/* Alerts of an earlier run whose subject was not seen yet. */
struct before {
    struct before *next;
    struct alert alert;
};

struct alert_feed {
    struct alert_feed_options options;
    struct table subjects; /* by key_of_subject */
    struct table said;     /* by the finding's id */
    struct subject capture;
    uint64_t key;     /* given last */
    uint32_t numbers; /* of findings, that earlier runs gave */
    struct before *before;
    struct stamp since; /* this run listens; STAMP_NEVER: it heard nothing yet */
    bool remembers;     /* something of an earlier run that is not settled */
};

/* ---- feed.c ---- */

void feed_resolve(struct alert_feed *, const struct subject *, struct said *, struct stamp when);
/* It is known to be up, or down, since then: what was the case before is over. */
void feed_turn(struct alert_feed *, struct subject *, bool up, struct stamp when, const char *words,
               const char *cause);

/* ---- feed_before.c ---- */

/* What earlier runs left of a subject that is seen for the first time becomes its own. */
void feed_claim(struct alert_feed *, struct subject *);
/* What an earlier run said and this finding says again, out of its subject's chain; NULL: nothing. The caller's. */
struct said *feed_again(struct subject *, const struct finding *);
void feed_free_said(struct said *);
void feed_free_before(struct alert_feed *);

#endif
