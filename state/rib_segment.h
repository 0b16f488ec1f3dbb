/* Where entries stand in a segment, and which segment a hash belongs to: for rib_table.c and rib_segment.c. */
#ifndef STATE_RIB_SEGMENT_H
#define STATE_RIB_SEGMENT_H

#include "state/rib_table.h"

/* Words of an entry. */
static inline size_t rib_stride(const struct rib_table *t) { return 2u + t->words; }

/* Places for entries whose homes are near the end; the last one always stays empty, so that every search ends. */
static inline uint32_t rib_slots(uint32_t room) { return room + room / 64 + 4; }

/* stride: rib_stride of its table, which loops ask once. */
static inline struct rib_entry *rib_entry_at(const struct rib_segment *s, size_t stride, uint32_t at)
{
    return (struct rib_entry *)(void *)(s->words + at * stride);
}

/* By the leading bits of the hash. */
static inline uint32_t rib_directory_index(const struct rib_table *t, uint32_t hash)
{
    return (uint32_t)((uint64_t)hash >> (32 - t->depth));
}

static inline struct rib_segment *rib_segment_of(const struct rib_table *t, uint32_t hash)
{
    return &t->segments[t->directory[rib_directory_index(t, hash)]];
}

/* The segment of the hash grows or splits; entries move. False at the ceiling. */
bool rib_segment_grow(struct rib_table *, uint32_t hash);
/* All segments go, as they are: release long keys and attributes first. The table is empty then. */
void rib_segments_forget(struct rib_table *);

#endif
