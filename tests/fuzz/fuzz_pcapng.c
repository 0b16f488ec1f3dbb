/* Any bytes as a capture file, plain or compressed: whatever they are, reading ends, every byte that is lent
 * is there, numbers, counts and times keep their promises, and order changes nothing but the order. */
#include "capture/source_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool promise)
{
    if (!promise)
        abort();
}

/* A number that another packet is not likely to have. */
static uint64_t look(const struct packet *p)
{
    uint64_t sum = p->number * UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t i = 0; i < p->size; i++)
        sum = sum * 31 + p->bytes[i];
    must(p->number >= 1 && p->wire_size >= p->size);
    must(p->when.ns >= 0 && p->when.ns < INT64_MAX / 2); /* a difference of two never overflows */
    return sum;
}

/* The sum of all packets' looks. */
static uint64_t read_all(const struct cursor *files, unsigned count, bool in_file_order)
{
    enum err why;
    char message[300];
    struct source_options options = { .in_file_order = in_file_order };
    struct source *s = source_open_memory(files, count, &options, &why, message);
    if (!s)
        return 0;
    struct packet p;
    uint64_t seen[2] = { 0 }, last[2] = { 0 }, sum = 0;
    while (source_next(s, &p) == SOURCE_PACKET) {
        must(p.file < count);
        must(!in_file_order || p.number > last[p.file]);
        last[p.file] = p.number;
        seen[p.file]++;
        sum += look(&p);
        double progress = source_progress(s);
        must(progress >= 0 && progress <= 1);
    }
    for (unsigned i = 0; i < count; i++)
        must(source_file(s, i)->packets == seen[i]);
    must(source_next(s, &p) == SOURCE_END && source_progress(s) >= 1);
    source_close(s);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor whole = cur_over(data, size), twice[2] = { whole, whole };
    uint64_t once = read_all(&whole, 1, false);
    must(read_all(twice, 2, true) == 2 * once);
    return 0;
}
