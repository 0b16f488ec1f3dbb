/* A finding: one named fact worth an operator's time, with the frames that prove it. */
#ifndef STATE_FINDING_H
#define STATE_FINDING_H

#include "base/addr.h"
#include "decode/stream.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

enum finding_code {
#define CODE(ident, code, severity) CODE_##ident,
#include "state/codes.def"
#undef CODE
    CODE_COUNT
};

/* How sure: the wire says it; all else is ruled out; it fits, and so does something else (the explanation names it). */
enum confidence { CONFIDENCE_POSSIBLE, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN };

const char *code_name(enum finding_code);       /* "bgp-open-bad-peer-as" */
enum finding_code code_parse(const char *name); /* CODE_COUNT if there is none */
enum severity code_severity(enum finding_code);
const char *severity_name(enum severity);     /* "error" */
const char *confidence_name(enum confidence); /* "certain" */

struct evidence {
    struct stream_ref ref; /* frame, file, when */
    char note[96];         /* "NOTIFICATION 2/2 from 10.0.12.2" */
};

enum { EVIDENCE_MAX = 12 };

/* Owned by findings.c; whoever gets one borrows it until the next feed. */
struct finding {
    uint32_t id; /* 1, 2, 3 … within one run */
    enum finding_code code;
    enum severity severity;
    enum confidence confidence;
    uint32_t peering;        /* id of the peering, 0 for none */
    uint32_t adjacency;      /* id of the OSPF adjacency, 0 for none */
    struct addr at;          /* the side to look at first; size 0 when the packets don't tell */
    struct addr peer;        /* the other side */
    uint32_t at_as, peer_as; /* 0 when not known */
    struct stamp first, last;
    uint32_t count; /* how often it was true */
    bool over;      /* while live: it was so until `last`, and is no longer */
    bool several;   /* there may be others of its code and side, told apart by their titles */
    bool old;       /* … and not taken back: it did not happen again for long, and is history */
    uint32_t evidence_count, evidence_lost;
    struct evidence evidence[EVIDENCE_MAX]; /* the first ones and the latest */
    char *title;                            /* one line */
    char *explanation;                      /* two or three sentences with the values seen */
};

#endif
