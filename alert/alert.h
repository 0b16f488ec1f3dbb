/* An alert: something that people should hear of who are not looking. A value, without pointers: it crosses from the
 * process that listens to the one that rings. */
#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H

#include "base/addr.h"
#include "base/stamp.h"
#include "state/finding.h"

enum alert_about { ALERT_CAPTURE, ALERT_PEERING, ALERT_ADJACENCY };

struct alert {
    uint64_t
        key; /* the same when it is told again, and when it is over; another one the next time that it fires */
    enum severity severity;
    enum alert_about about;
    bool firing;     /* false: it is over, since `last` */
    bool again;      /* it fires already, and is only refreshed */
    bool while_down; /* a finding: over as soon as its subject is up */
    uint32_t finding,
        count; /* its number, in the database if there is one; 0: a change of state, no finding */
    struct stamp first, last;
    char name[64];      /* a finding's code, or "bgp-session-down" */
    char subject[160];  /* the peering's or adjacency's name; "" for the capture as a whole */
    char at[ADDR_TEXT]; /* "" when the packets don't tell */
    char called[200];   /* what people call the routers: "10.0.12.1 is edge1"; "" */
    char places[600];   /* who and where they are: "192.0.2.1: AS 64496 Example, DE"; "" */
    char confidence[16];
    char summary[400], description[2000], advice[800];
};

enum alert_kind { ALERT_WEBHOOK, ALERT_SYSLOG, ALERT_COMMAND };
enum alert_group { GROUP_SUBJECT, GROUP_CODE, GROUP_ALL, GROUP_NONE };

/* Who is rung, as the user said it. */
struct alert_sink {
    enum alert_kind kind;
    const char *target; /* a URL, or the words of a command; borrowed */
    const char *ca;     /* certificates to trust, PEM; NULL: the system's. Borrowed */
    char *token;        /* for the webhook's Authorization; owned, or NULL */
    enum severity least;
    enum alert_group group;
    struct span wait, resend;
};

enum { ALERT_SINKS = 8 };

/* ---- over restarts ---- */

/* A sink took it, by the wall clock. */
struct alert_told {
    uint64_t key, sink; /* alert_sink_id */
    bool firing;
    struct stamp when;
};

/* What an earlier run left: an alert that fires, or one that is over (not `firing`), which is no news to those that were
 * told of it. */
struct alert_before {
    struct alert alert;
    uint32_t told_count;
    struct alert_told told[ALERT_SINKS];
};

#endif
