/* Questions of the web: filtered, sorted, and never more rows than were asked for. The rules of query.h hold.
 *
 *     struct peerings_asked asked = { .order = ORDER_WORST, .limit = 100 };
 *     struct query q = pages_peerings(store, &asked);
 *     struct peering_line l;
 *     while (pages_peering(&q, &l)) … */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include "store/query.h"

/* Changes when another connection has committed something, never otherwise. */
uint64_t pages_version(struct store *);

/* ---- peerings ---- */

enum peerings_order {
#define ORDER(ident, name) ORDER_##ident,
#include "store/orders.def"
#undef ORDER
    ORDER_COUNT
};
enum peerings_order pages_order(const char *name); /* ORDER_COUNT if there is none */

enum peerings_up { PEERINGS_ANY, PEERINGS_UP, PEERINGS_DOWN, PEERINGS_LOST };

struct peerings_asked {
    const char *text;     /* a part of an address or of a router ID; NULL: any */
    int64_t asn;          /* of one side; below 0: any. With `text`, one of both has to fit */
    enum peerings_up up;  /* DOWN: not both sides Established; LOST: a session was lost */
    int least;            /* its worst finding is that grave; below 0: any */
    const char *type;     /* "ebgp"; NULL: any */
    const char *code;     /* it has such a finding; NULL: any */
    struct stamp changed; /* it had a packet since; STAMP_NEVER: any */
    enum peerings_order order;
    bool reverse;
    uint32_t limit, offset;
};

/* What a line about one side shows. -1: not known. */
struct side_line {
    const char *address, *router_id, *state;
    int64_t asn, hold_time, min_margin_ns;
    bool margin_known;
    struct stamp state_since, last_heard;
    uint64_t established_count, lost_count, routes, updates, retransmissions;
};

struct peering_line {
    struct peering_row p; /* worst, up, findings as with PEERINGS_WORST_FIRST */
    struct side_line side[2];
    int64_t finding; /* its worst one, -1: none */
    const char *code, *title;
    uint64_t matched; /* peerings in all that fit */
};

/* Texts in `asked` must live until the last row. */
struct query pages_peerings(struct store *, const struct peerings_asked *);
bool pages_peering(struct query *, struct peering_line *);

/* By its name ("10.0.12.1-10.0.12.2"). False: there is none. */
bool pages_peering_named(struct store *, const char *name, struct peering_row *);

/* ---- what happened in a peering, the latest first ---- */

struct page {
    int64_t before;            /* only what stands before this number; below 0: from the latest on */
    struct stamp since, until; /* STAMP_NEVER: any */
    uint32_t limit;
};

struct query pages_transitions(struct store *, uint32_t peering, const struct page *); /* query_transition */
struct query pages_notifications(struct store *, uint32_t peering,
                                 const struct page *); /* query_notification */
struct query pages_connections(struct store *, uint32_t peering, const struct page *); /* query_connection */

/* The latest OPEN of a side. False if none was seen. */
struct open_row {
    const uint8_t *bytes; /* header included */
    size_t size;
    bool cut;
    uint32_t connection;
    struct stamp when;
    int64_t file;
    uint64_t frame;
};
bool pages_open(struct store *, uint32_t peering, int side, struct open_row *);

/* ---- findings ---- */

enum findings_order { FINDINGS_NEWEST, FINDINGS_WORST };

struct findings_asked {
    int least;                 /* severity; below 0: any */
    const char *code;          /* NULL: any; likewise below */
    const char *text;          /* a part of title, explanation or peering */
    const char *peering;       /* its name */
    struct stamp since, until; /* it was true in between */
    enum findings_order order;
    uint32_t limit, offset;
};

struct query pages_findings(struct store *, const struct findings_asked *); /* query_finding */
uint64_t pages_findings_count(struct store *, const struct findings_asked *);
bool pages_finding(struct store *, uint32_t id, struct finding_row *);
/* Those with a higher id, the lowest first. */
struct query pages_findings_after(struct store *, uint32_t id, uint32_t limit); /* query_finding */

/* How often each code was found. */
struct tally_row {
    const char *code, *severity;
    uint64_t findings, peerings, down; /* of these peerings, how many are not up */
    struct stamp last;
    int64_t latest; /* id, title and peering of the latest one; NULL: of none */
    const char *title, *peering;
};
struct query pages_tally(struct store *);
bool pages_tally_row(struct query *, struct tally_row *);

/* ---- for metrics and live pages ---- */

/* Sides whose state changed after that moment. */
struct changed_row {
    const char *peering, *address, *state;
    struct stamp when;
};
struct query pages_changed(struct store *, struct stamp after, uint32_t limit);
bool pages_changed_row(struct query *, struct changed_row *);

/* NOTIFICATIONs by peering, sender and cause ("Cease/Administrative Shutdown"; "other" where none has a name). */
struct notified_row {
    uint32_t peering;
    int side;
    const char *cause;
    uint64_t count;
};
struct query pages_notified(struct store *);
bool pages_notified_row(struct query *, struct notified_row *);

/* Routes that the other side has from this one. */
struct advertised_row {
    uint32_t peering;
    int side;
    const char *family;
    uint64_t routes;
};
struct query pages_advertised(struct store *);
bool pages_advertised_row(struct query *, struct advertised_row *);

/* Findings of peerings by peering, code and sides. */
struct found_row {
    uint32_t peering;
    const char *code, *severity, *at, *peer;
    uint64_t count;
    struct stamp last;
};
struct query pages_found(struct store *);
bool pages_found_row(struct query *, struct found_row *);

#endif
