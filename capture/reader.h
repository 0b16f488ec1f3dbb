/* The packets of one capture file, in the order of the file. Private to capture/.
 *
 * Packets are borrowed from the read buffer, or the mapped piece of the file, until the reader needs another; then the window that still holds
 * some of them is told to keep their bytes. */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include "base/macros.h"
#include "capture/input.h"
#include "capture/source.h"
#include "capture/window.h"

enum {
    /* What tcpdump and dumpcap allow a packet at most; a bigger one means that the length is not a length. */
    PACKET_MAX = 256 << 10,
    BUFFER_MAX = 1 << 20, /* and so the most that reader_fill can be asked for */
    /* Read at a time. Small, so that what was read is still in the cache when it is looked at. */
    READ_SIZE = 256 << 10,
    MAP_SIZE = 2 << 20,    /* mapped at a time; a copy is saved, and so is the cache for others */
    READ_FIRST = 64 << 10, /* at first: of many files only the first packets are looked at */
};

enum got {
    GOT_PACKET,
    GOT_NOTHING, /* a record that is no packet; ask again */
    GOT_END,     /* no more; the facts tell whether all was well */
    GOT_FAILED,  /* the machine failed; `why` tells */
};

struct pcap_form {
    uint32_t link;
    uint32_t unit;   /* nanoseconds in one of the fraction's */
    uint32_t header; /* bytes in front of each packet */
};

struct interface;
struct pcapng_form {
    bool big;             /* the section's byte order */
    struct interface *at; /* the section's interfaces; owned */
    uint32_t count, room;
    struct stamp last;
    bool linked; /* facts.link is set */
};

struct reader {
    const uint8_t *at, *end; /* what is in the buffer, or mapped, and was not read yet */
    const uint8_t *expected; /* up to here the memory is on its way; `end` if it was read, and is here */
    enum got (*next)(struct reader *, struct packet *out);
    struct source_file_facts *facts;
    struct window *window; /* that borrows from the buffer */
    uint64_t
        number; /* of the last packet; more than facts->packets where other tools count other records, too */
    uint32_t file;
    size_t read_size;
    struct input *input;
    uint8_t *buffer;
    size_t room;
    uint64_t end_offset; /* in the uncompressed file, of `end` */
    union {
        struct pcap_form pcap;
        struct pcapng_form pcapng;
    } as;
    void (*free_form)(struct reader *); /* or NULL */
    enum err why;
    char words[MESSAGE_ROOM];
};

enum begun {
    BEGUN,
    BEGUN_EMPTY,  /* no byte, or none that could be uncompressed; `words` tell */
    BEGUN_FAILED, /* `why` and `words` tell */
};

/* Takes the input over, whatever comes of it; facts, window and `name` stay the caller's. */
enum begun reader_begin(struct reader *, struct input *, const char *name, struct source_file_facts *,
                        struct window *, uint32_t file);
/* What it lent is gone. */
void reader_close(struct reader *);

/* At least n bytes stand at `at`, n up to BUFFER_MAX; false at the end. `at` and `end` may move. */
MUST_USE bool reader_fill(struct reader *, size_t n);
static inline bool reader_has(struct reader *r, size_t n)
{
    return LIKELY((size_t)(r->end - r->at) >= n) || reader_fill(r, n);
}
/* Records are a chain: the next one's place is known when this one's size is, so a walk through mapped bytes would
 * wait for memory at each. All of it is asked for a little ahead instead, as a copy would. */
static inline void reader_expect(struct reader *r)
{
    enum { AHEAD = 8 << 10, STEP = 1 << 10, LINE = 64 };
    if (LIKELY(r->expected >= r->end) || r->expected - r->at >= AHEAD)
        return;
    if (r->expected < r->at)
        r->expected = r->at;
    const uint8_t *to = r->end - r->expected > STEP ? r->expected + STEP : r->end;
    for (; r->expected < to; r->expected += LINE)
        WILL_READ(r->expected);
}
/* Passes over n bytes; false at the end. */
MUST_USE bool reader_skip(struct reader *, uint64_t n);
static inline uint64_t reader_offset(const struct reader *r)
{
    return r->end_offset - (uint64_t)(r->end - r->at);
}

/* Notes that the record at this offset makes no sense; GOT_END. */
enum got reader_damage(struct reader *, uint64_t offset, const char *format, ...) PRINTF_LIKE(3, 4);
/* There was no more where a record should go on, or begin: what does that mean? `what` names the record. */
enum got reader_ends(struct reader *, uint64_t offset, const char *what);
enum got reader_ends_in_packet(struct reader *, uint64_t offset);

/* Of pcap_file.c and pcapng_file.c: the file's beginning is at `at`; false if it is not of that format. */
bool pcap_begin(struct reader *);
bool pcapng_begin(struct reader *);

/* Compilers make one load of each. */
static inline uint16_t get16(const uint8_t *p, bool big)
{
    return (uint16_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}
static inline uint32_t get32(const uint8_t *p, bool big)
{
    return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
               : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}
static inline uint64_t get64(const uint8_t *p, bool big)
{
    uint64_t first = get32(p, big), second = get32(p + 4, big);
    return big ? first << 32 | second : second << 32 | first;
}

#endif
