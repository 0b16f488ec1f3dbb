/* How a row of the store is told, once: by the document of `analyze --json` and by whoever answers about single things.
 * Each verb tells into the object or array that is open in the writer; keys are those of the document.
 *
 *     struct telling t = telling_begin(store, &writer_json, &buf, VENDOR_GENERIC);
 *     while (query_finding(&q, &f))
 *         telling_finding(&t, NULL, &f, true);
 *     telling_end(&t); */
#ifndef STORE_TELLING_H
#define STORE_TELLING_H

#include "base/writer.h"
#include "state/geo.h"
#include "state/rules/explain.h"
#include "store/query.h"

struct telling {
    struct store *store;
    struct writer w;
    unsigned digits;    /* of times, behind the point */
    enum vendor vendor; /* whose commands stand with the advice; VENDOR_GENERIC: nobody's */
    char **paths;       /* of files, by number; owned */
    uint32_t path_count;
    struct stamp said; /* the second that was told last, and its text: many rows share one */
    char said_text[40];
};

/* The sides of the peering that is being told: rows name sides by number. */
struct telling_sides {
    uint32_t peering;
    char address[2][ADDR_TEXT];
};

/* Reads what times and frames need to be told. `out` is borrowed. */
struct telling telling_begin(struct store *, const struct writer_ops *, struct buf *out, enum vendor);
void telling_end(struct telling *);

/* ---- small words ---- */

/* RFC 3339; borrowed until the next one. */
const char *telling_moment(struct telling *, struct stamp);
void telling_time(struct telling *, const char *key, struct stamp);  /* null when not known */
void telling_or_null(struct telling *, const char *key, int64_t);    /* null below zero */
void telling_seconds(struct telling *, const char *key, int64_t ns); /* null below zero */
void telling_address(struct telling *, const char *key, const struct telling_sides *, int side);
/* "frame", and "file" where there are several. */
void telling_frame(struct telling *, int64_t file, uint64_t frame);

/* ---- who and where ---- */

/* "AS 1221 Telstra Pty Ltd, AU"; "unknown". */
void telling_place_text(const struct geo_place *, struct buf *out);
void telling_place(struct writer *, const char *key, const struct geo_place *);
/* False if the store was given no database (store_set_geo). */
bool telling_find_place(const struct store *, const char *address, struct geo_place *out);
/* The object "geo" of an address; nothing without a database. */
void telling_geo(struct telling *, const char *address);

/* ---- rows ---- */

/* An object without a key: path, packets, link type, damage. */
void telling_file(struct telling *, const struct file_row *);
/* What is known of the capture besides its files. */
void telling_capture(struct telling *, const struct capture_row *);
/* The array "sides"; also gives their addresses. */
void telling_both(struct telling *, uint32_t peering, struct telling_sides *out);
void telling_connection(struct telling *, const struct telling_sides *, const struct connection_row *);
void telling_transition(struct telling *, const struct telling_sides *, const struct transition_row *);
void telling_notification(struct telling *, const struct telling_sides *, const struct notification_row *);
/* What stands of a peering before its sides' rows: "id", "type"; and behind them: hold time, times, counts. */
void telling_peering_name(struct telling *, const struct peering_row *);
void telling_peering_facts(struct telling *, const struct peering_row *);
/* With advice and evidence; false: without them, for lists. */
void telling_finding(struct telling *, const char *key, const struct finding_row *, bool whole);

#endif
