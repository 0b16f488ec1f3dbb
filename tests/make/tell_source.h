/* What a source gives, told as a line of text, so that a test is a table of what goes in and what comes out.
 *
 *     "1@10.000000500 2@11.000000000/1*60"
 *
 * is packet 1 ten seconds and 500 ns after the epoch, then packet 2 of link type 1 that had 60 bytes on the
 * wire; how much is told, the caller says. */
#ifndef TESTS_TELL_SOURCE_H
#define TESTS_TELL_SOURCE_H

#include "base/buf.h"
#include "capture/source_internal.h"

enum { TELL_FILE = 1, TELL_LINK = 2, TELL_WIRE = 4, TELL_BYTES = 8, TELL_TIME = 16, TELL_ENDS = 32 };

static inline void tell_packet(struct buf *b, const struct packet *p, unsigned what)
{
    if (b->used)
        buf_char(b, ' ');
    if (what & TELL_FILE)
        buf_printf(b, "%c", (char)('a' + p->file % 26));
    buf_u64(b, p->number);
    if (what & TELL_TIME)
        buf_printf(b, "@%lld.%09lld", (long long)(p->when.ns / NS_PER_S), (long long)(p->when.ns % NS_PER_S));
    if (what & TELL_LINK)
        buf_printf(b, "/%u", p->link);
    if (what & TELL_WIRE)
        buf_printf(b, "*%u", p->wire_size);
    if (what & TELL_BYTES)
        buf_printf(b, "=%.*s", (int)p->size, (const char *)p->bytes);
}

/* Reads the source to its end and closes it. Damage is told with TELL_ENDS. */
static inline struct buf tell_source(struct source *s, unsigned what)
{
    struct buf b = buf_init(64 << 20);
    struct packet p;
    enum source_got got;
    while ((got = source_next(s, &p)) == SOURCE_PACKET)
        tell_packet(&b, &p, what);
    if (got == SOURCE_ERROR)
        buf_printf(&b, " ERROR %s", source_why(s));
    for (unsigned i = 0; what & TELL_ENDS && i < source_file_count(s); i++) {
        const struct source_file_facts *f = source_file(s, i);
        if (f->damaged)
            buf_printf(&b, " | at %llu: %s", (unsigned long long)f->damage_offset, f->damage);
    }
    source_close(s);
    return b;
}

/* The same over one file in memory; what source_open_files would say if it does not open. */
static inline struct buf tell_bytes(struct cursor bytes, const struct source_options *options, unsigned what)
{
    enum err why;
    char message[300];
    struct source *s = source_open_memory(&bytes, 1, options, &why, message);
    if (s)
        return tell_source(s, what);
    struct buf b = buf_init(1 << 20);
    buf_printf(&b, "%s%s", why == ERR_FORMAT ? "FORMAT " : "", message);
    return b;
}

#endif
