/* Routes of one side and one family: key to entry, in segments that grow and split one at a time, so that a table of
 * a million routes never needs twice its memory to grow.
 * An entry that was withdrawn stays as a ghost: it remembers flaps and the last origin. */
#ifndef STATE_RIB_TABLE_H
#define STATE_RIB_TABLE_H

#include "decode/bgp/bgp.h"
#include "state/rib_memory.h"

enum rib_state {
    RIB_NONE,      /* no entry */
    RIB_LIVE,      /* announced; value: its attributes, 0 unknown */
    RIB_STALE,     /* live, likewise, but to be announced again, or to be swept: RFC 4724 4.2, 7313 4.2 */
    RIB_SPARED,    /* live, and the UPDATE at hand announces it again: what it withdraws does not count */
    RIB_WITHDRAWN, /* ghost; value: the last origin AS, 0 unknown */
    RIB_LOST,      /* ghost, likewise; not by a withdrawal: with the session, or with a faulty UPDATE */
};

/* In a segment's memory, one behind another; all zero where there is none. */
struct rib_entry {
    uint32_t value;
    uint8_t bits;   /* prefix length */
    uint8_t flaps;  /* announced again after a withdrawal; stays at 255 */
    uint8_t state;  /* enum rib_state */
    uint8_t era;    /* of the last flap, or of a ghost's end (rib_era) */
    uint32_t key[]; /* table->words of them; the first one is the hash */
};

/* What a route is found by, from a message. Borrows from the message where the key is long. */
struct rib_key {
    uint32_t word[5]; /* [0]: hash. The others of short keys: the rest of the address, path identifier */
    uint8_t bits;
    uint8_t type;
    uint8_t last;  /* the last of the `size` bytes, without bits behind the prefix */
    uint8_t aside; /* bytes behind the RD that do not count */
    uint32_t path_id;
    uint32_t size; /* long keys: bytes at `at` */
    const uint8_t *at;
    struct cursor raw; /* … and all of the NLRI, around them */
};

/* A long key in a block of its own, with what else its NLRI says: labels, an ESI. */
struct rib_long_key {
    uint16_t size, key_at, key_size; /* of bytes; where the key is in it */
    uint8_t type, aside;
    uint8_t bytes[]; /* the NLRI as announced, path identifier in front, without bits behind the prefix */
};

/* Entries in the order of their hashes, each at its home or behind it, without a gap between. */
struct rib_segment {
    uint32_t *words; /* of the entries; NULL while there is none */
    uint32_t room;   /* homes; a few places more are behind them */
    uint32_t used;   /* entries, ghosts too */
    uint32_t depth;  /* how many leading bits of the hash its entries share */
};

/* Where in the segment the search for a hash begins; never falls as the hash rises. */
static inline uint32_t rib_home(const struct rib_segment *s, uint32_t hash)
{
    return (uint32_t)((uint64_t)(uint32_t)(hash << s->depth) * s->room >> 32);
}

struct rib_table {
    struct rib_table *next; /* of its side */
    struct rib_memory *memory;
    uint64_t seed;
    uint32_t *directory; /* 1 << depth: by leading bits of the hash, which segment; &zero when depth is 0 */
    struct rib_segment *segments; /* &first while there is but one */
    uint32_t segment_count, segment_room;
    struct rib_segment first;
    uint32_t zero;
    enum bgp_family family;
    bool path_ids; /* its routes have path identifiers */
    bool is_long;  /* keys of any length: key[1] is the handle of a rib_long_key */
    uint8_t words; /* of an entry's key */
    uint8_t depth;
    uint32_t live, ghosts;
    uint32_t keep; /* ghosts that may stay, after a session's end */
};

/* NULL at the ceiling. */
struct rib_table *rib_table_new(struct rib_memory *, enum bgp_family, bool path_ids, uint64_t seed);
/* Its entries go as they are: release attributes first. */
void rib_table_free(struct rib_table *);

/* Words of an address of the family, 1 or 4; 0: its keys are long. */
unsigned rib_address_words(enum bgp_family);
/* The NLRI as this table's key; false if it is none of this family. */
bool rib_table_key(const struct rib_table *, const struct bgp_nlri *, struct rib_key *out);
/* Of short keys: what stands for the prefix in every table, and in every run; *mark: the first word that the key has
 * without its path identifier. */
uint64_t rib_table_prefix(const struct rib_table *, const uint32_t *words, unsigned bits, uint32_t *mark);
/* What stands around the key in the NLRI (labels, an ESI) is to be that of this one, of an entry that is there. True if it
 * was another; what it was stays at the ceiling. */
bool rib_table_renew(struct rib_table *, struct rib_entry *, const struct rib_key *);
/* An entry as NLRI, with the labels it was announced with; `room` is what its cursors may point to. */
void rib_table_nlri(const struct rib_table *, const struct rib_entry *, uint8_t room[16],
                    struct bgp_nlri *out);

/* Where the search for the key begins, to be asked for ahead of it; NULL if there is nothing to search. (A function
 * that only prefetches is optimised away by gcc 12, which takes it for one without effect.) */
static inline const uint32_t *rib_table_home(const struct rib_table *t, const struct rib_key *k)
{
    const struct rib_segment *s = &t->segments[t->directory[(uint64_t)k->word[0] >> (32 - t->depth)]];
    return s->words ? s->words + (size_t)rib_home(s, k->word[0]) * (2u + t->words) : NULL;
}
/* The entry may stand a little behind its home, in the next line of memory. */
#define RIB_TABLE_EXPECT(home)                                                                               \
    do {                                                                                                     \
        RIB_PREFETCH(home, 0);                                                                               \
        RIB_PREFETCH(home, 64);                                                                              \
    } while (0)
/* The entry, or NULL. Entries move at the next put or sweep. */
struct rib_entry *rib_table_find(const struct rib_table *, const struct rib_key *);
/* The entry; a new one has state RIB_NONE, and the caller sets its state and counts it. NULL at the ceiling. */
struct rib_entry *rib_table_put(struct rib_table *, const struct rib_key *);
/* Ghosts of another era go, or all of them, and memory that is not needed without them. */
void rib_table_sweep(struct rib_table *, bool all, uint8_t era);

/* A place that lasts whatever is put in or swept: start with zeros. */
struct rib_place {
    uint32_t hash, same; /* of the entry that was given out last, and how many of that hash were */
    bool past;           /* behind the last one */
};
/* The next entry, ghosts too; NULL at the end. One that stays from the first call to the last comes once. */
struct rib_entry *rib_table_after(const struct rib_table *, struct rib_place *);

struct rib_cursor {
    uint32_t segment, at;
};
/* Entries one at a time, ghosts too, in no order that means anything; NULL at the end. Start with zeros. */
struct rib_entry *rib_table_next(const struct rib_table *, struct rib_cursor *);

#endif
