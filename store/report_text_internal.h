/* What the files of the text report share. */
#ifndef STORE_REPORT_TEXT_INTERNAL_H
#define STORE_REPORT_TEXT_INTERNAL_H

#include "store/layout.h"
#include "store/query_ospf.h"
#include "store/report.h"

enum { INDENT = 4, WORDS_AT = 13 }; /* columns of a finding: its severity, its words */

struct story {
    struct store *store;
    const struct report_options *options;
    const char *address; /* of options->peer, or NULL */
    struct layout l;
    struct capture_row capture;
    struct totals_row totals;
    struct ospf_totals_row ospf;
    unsigned files;
    bool dated; /* the capture goes on over midnight: times need their date */
    uint64_t infos_left_out;
};

/* ---- report_text.c ---- */

/* "10:00:03.184" */
void story_moment(const struct story *, struct buf *, struct stamp);

/* ---- report_finding.c ---- */

enum { FINDING_FULL, FINDING_SHORT };

/* FINDING_SHORT: what was found and where, without the why. `whose` goes before the title, or is "". */
void tell_finding(struct story *, const struct finding_row *, int how, const char *whose);

/* ---- report_peering.c ---- */

/* All peerings, the worst first. */
void tell_peerings(struct story *);

/* ---- report_episode.c ---- */

/* Losses of routes, and how long it took until the routing had settled. */
void tell_episodes(struct story *);

/* ---- report_ospf.c ---- */

/* All adjacencies, the worst first, and what the databases hold. */
void tell_ospf(struct story *);

#endif
