/* What the report tells of peerings and of adjacencies alike: two routers and what is between them, the worst first; a
 * block for each that has something to tell, a line for each that is well. */
#ifndef STORE_REPORT_BOND_H
#define STORE_REPORT_BOND_H

#include "store/report_sheet.h"
#include "store/report_text_internal.h"

enum mood {
    TROUBLED, /* a warning or an error was found */
    QUIET,    /* nothing was found, and it is not up */
    HEALTHY,
    MOODS
};

/* The first member of what a kind keeps of its own. */
struct bond {
    uint32_t id;
    bool up, was_up; /* was_up: of either side */
    bool at_least;   /* it was there before the capture */
    enum mood mood;
    uint64_t losses, routes;
    struct buf name;
    struct end {
        char name[ADDR_TEXT], state[16];
        struct stamp since; /* state */
    } end[2];
    int64_t margin_ns; /* the least of both */
    bool margin_known;
};

struct bond_kind {
    const char *top;                                           /* the state in which it does its work */
    const char *healthy, *more_quiet, *more_troubled, *margin; /* words of lines that stand for many */
    bool has_routes;
    /* Walks them: `next` gives a bond's number, up and mood, `read` the rest. */
    struct query (*ask)(struct story *);
    bool (*next)(struct query *, struct bond *);
    void (*read)(struct story *, struct bond *);
    struct query (*steps)(struct store *, uint32_t id);
    bool (*step)(struct query *, struct transition_row *);
    struct query (*findings)(struct store *, uint32_t id, enum severity least);
    void (*add_label)(const struct bond *, struct buf *);     /* what stands behind its name */
    void (*tell_rest)(struct story *, const struct bond *);   /* behind the states of its ends */
    void (*tell_places)(struct story *, const struct bond *); /* a line of its own; NULL: none */
    struct sheet_plan sheet;
};

/* worst: enum severity of the worst finding, or -1. */
enum mood bond_mood(int worst, bool up);
/* Keeps it if it is the least. */
void bond_margin(struct bond *, int64_t margin_ns);
/* How long both ends are in the state in which it does its work. */
void bond_add_age(const struct story *, const struct bond *, struct buf *);
/* "5.9 of 9 s"; of < 1: "5.9 s" */
void bond_add_margin(const struct bond *, int64_t of, struct buf *);

/* All of them. `b` is the kind's own, with a name that is ready to be written. */
void tell_bonds(struct story *, const struct bond_kind *, struct bond *b);

#endif
