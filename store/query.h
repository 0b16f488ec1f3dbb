/* The read side: each question gives its rows one at a time.
 *
 *     struct query q = query_peerings(store, PEERINGS_BY_TIME, NULL);
 *     struct peering_row p;
 *     while (query_peering(&q, &p)) …
 *
 * Texts and bytes of a row are borrowed until the next row, or until the same question is asked again. One question of
 * each kind may be open at a time: walk peerings, and within one its sides. -1 and NULL: not known. A failure ends the
 * rows; query_begin and query_end say whether there was one. */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "base/stamp.h"
#include "state/finding.h"
#include "store/store.h"

struct sqlite3_stmt;

struct query {
    struct store *store;
    struct sqlite3_stmt *stmt;
};

/* All questions between the two see the store at one moment. What the writer still holds is flushed first. */
MUST_USE enum err query_begin(struct store *);
MUST_USE enum err query_end(struct store *);

struct capture_row {
    struct stamp first, last; /* STAMP_NEVER: no packets */
    unsigned digits;
    bool complete;
    uint64_t packets, bytes, bgp_packets, ospf_packets, icmp_errors, truncated, copies, damaged_frames,
        encrypted, fragments_lost, messages, announced, withdrawn, stepped_back, passed_over;
};
void query_capture(struct store *, struct capture_row *);
/* The word under a key of store_note, NULL if there is none. */
const char *query_note(struct store *, const char *key);

struct file_row {
    uint32_t number;
    const char *path, *link_type, *damage;
    uint64_t packets, bytes, dropped, damage_offset;
};
struct query query_files(struct store *);
bool query_file(struct query *, struct file_row *);

struct totals_row {
    uint64_t peerings, up; /* both sides Established */
};
void query_totals(struct store *, const char *address, struct totals_row *);

enum peering_order { PEERINGS_BY_TIME, PEERINGS_WORST_FIRST };

struct peering_row {
    uint32_t id;
    const char *name, *type;
    int64_t hold_time;
    bool midway;
    uint64_t connections, packets;
    struct stamp first, last;
    int worst;         /* of PEERINGS_WORST_FIRST: the worst severity of its findings, -1: none */
    bool up;           /* likewise */
    unsigned findings; /* likewise; those of the capture do not count */
};
/* address: one side has to have it; NULL: any. */
struct query query_peerings(struct store *, enum peering_order, const char *address);
bool query_peering(struct query *, struct peering_row *);

struct side_row {
    int side;
    const char *address, *router_id, *state;
    int64_t asn, hold_time, min_margin_ns;
    bool asn_inferred;
    struct stamp state_since, min_margin_at, last_heard;
    uint64_t established_count, lost_count;
    uint64_t opens, updates, notifications, keepalives, route_refreshes, other_messages, message_bytes;
    uint64_t announced, withdrawn;
    uint64_t segments, segment_bytes, retransmissions, retransmitted_bytes, zero_windows;
    int64_t zero_window_ns, rtt_min_ns, rtt_mean_ns, mss, largest_delivered, ttl;
    bool md5, ao;
    uint64_t missed_bytes, copies;
    uint64_t routes; /* of all families, that the other side has from it */
};
struct query query_sides(struct store *, uint32_t peering);
/* Likewise, with their routes left at 0: counting them takes its time. */
struct query query_sides_alone(struct store *, uint32_t peering);
bool query_side(struct query *, struct side_row *);

struct route_row {
    int side;
    const char *family;
    uint64_t routes;
};
/* Of both sides, in their order. */
struct query query_routes(struct store *, uint32_t peering);
bool query_route(struct query *, struct route_row *);

/* The latest OPEN of a side, header included; false if none was seen. */
bool query_open(struct store *, uint32_t peering, int side, const uint8_t **bytes, size_t *size, bool *cut);

struct connection_row {
    uint32_t id;
    int active, ended_by; /* sides */
    uint16_t ports[2];
    struct stamp opened, closed;
    const char *ended;
    int established;
};
struct query query_connections(struct store *, uint32_t peering);
bool query_connection(struct query *, struct connection_row *);

struct transition_row {
    int64_t number; /* the place among all events */
    uint32_t connection;
    int side;
    const char *from, *to, *cause;
    struct stamp when;
    int64_t file;
    uint64_t frame; /* 0: a timer, no packet */
};
struct query query_transitions(struct store *, uint32_t peering);
bool query_transition(struct query *, struct transition_row *);

struct notification_row {
    int64_t number;
    uint32_t connection;
    int side; /* who sent it */
    struct stamp when;
    int64_t file;
    uint64_t frame;
    int code, subcode, inner_code, inner_subcode;
    const char *name, *inner_name, *text;
    const uint8_t *data;
    size_t data_size;
};
struct query query_notifications(struct store *, uint32_t peering);
bool query_notification(struct query *, struct notification_row *);

struct finding_row {
    uint32_t id;
    const char *code_name;
    enum finding_code code; /* CODE_COUNT: of another version of routetap */
    enum severity severity;
    const char *severity_name, *confidence;
    int64_t peering, adjacency; /* -1: of none */
    const char *peering_name, *adjacency_name, *at, *peer;
    uint32_t at_as, peer_as; /* 0: not known */
    struct stamp first, last;
    uint64_t count, evidence_lost;
    const char *title, *explanation;
    struct stamp over; /* it was so until then; STAMP_NEVER: it is so */
};
struct query query_findings(struct store *, const char *address, enum severity least);
struct query query_findings_of_peering(struct store *, uint32_t peering, enum severity least);
/* Those of the capture itself, or else those that belong to no single peering. */
struct query query_findings_of_all(struct store *, bool capture, const char *address, enum severity least);
bool query_finding(struct query *, struct finding_row *);

struct evidence_row {
    int64_t file;
    const char *path; /* NULL: that file is not in the store */
    uint64_t frame;
    struct stamp when;
    const char *note;
};
struct query query_evidence(struct store *, uint32_t finding);
bool query_evidence_row(struct query *, struct evidence_row *);

/* The worst severity of all findings, -1 if there are none: for --fail-on. */
int query_worst(struct store *);

#endif
