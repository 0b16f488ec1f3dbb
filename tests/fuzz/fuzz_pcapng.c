/* Any bytes as a capture file, plain or compressed: whatever they are, reading ends, every byte that is lent
 * is there, and numbers, counts and times keep their promises. */
#include "capture/source_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool promise)
{
    if (!promise)
        abort();
}

static uint8_t look(const struct packet *p)
{
    uint8_t sum = 0;
    for (uint32_t i = 0; i < p->size; i++)
        sum = (uint8_t)(sum + p->bytes[i]);
    must(p->wire_size >= p->size);
    must(p->when.ns >= 0 && p->when.ns < INT64_MAX / 2); /* a difference of two never overflows */
    return sum;
}

static void read_all(const struct cursor *files, unsigned count, bool in_file_order)
{
    enum err why;
    char message[300];
    struct source_options options = { .in_file_order = in_file_order };
    struct source *s = source_open_memory(files, count, &options, &why, message);
    if (!s)
        return;
    struct packet p;
    uint64_t seen[2] = { 0 }, numbers[2] = { 0 };
    volatile uint8_t sum = 0;
    while (source_next(s, &p) == SOURCE_PACKET) {
        must(p.file < count);
        sum = (uint8_t)(sum + look(&p));
        seen[p.file]++;
        numbers[p.file] += p.number;
        must(!in_file_order || p.number == seen[p.file]);
        double progress = source_progress(s);
        must(progress >= 0 && progress <= 1);
    }
    for (unsigned i = 0; i < count; i++) {
        must(source_file(s, i)->packets == seen[i]);
        must(numbers[i] == seen[i] * (seen[i] + 1) / 2); /* each once */
    }
    must(source_next(s, &p) == SOURCE_END && source_progress(s) >= 1);
    source_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor whole = cur_over(data, size);
    read_all(&whole, 1, false);
    struct cursor twice[2] = { whole, whole };
    read_all(twice, 2, true);
    return 0;
}
