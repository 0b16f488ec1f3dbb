/* The bytes of a file in, its packets out: what all formats share. The read buffer, how a file is told to be
 * a capture, and what is said of one that ends badly. */
#include "capture/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_STEP = 64 << 10 };

enum { FOREIGN_MAGIC = 8 }; /* the longest below */

/* Files that people give us by mistake, and what they can do. */
static const struct foreign {
    const char *magic;
    unsigned size;
    const char *words;
} foreigners[] = {
#ifndef RT_BZIP2
    { "BZh", 3, "is compressed with bzip2, which is not read here; unpack it with bunzip2 first" },
#endif
#ifndef RT_XZ
    { "\xfd\x37zXZ", 5, "is compressed with xz, which is not read here; unpack it with unxz first" },
#endif
    { "\x04\x22\x4d\x18", 4, "is compressed with lz4, which is not read here; unpack it with unlz4 first" },
    { "PK\x03\x04", 4, "is a zip archive; unpack it and give the capture files in it" },
    { "snoop\0\0\0", 8, "is a snoop capture; turn it into pcap first: editcap -F pcap IN OUT" },
    { "RTSS", 4, "is a Sniffer capture; turn it into pcap first: editcap -F pcap IN OUT" },
    { "GMBU", 4, "is a Network Monitor capture; turn it into pcap first: editcap -F pcap IN OUT" },
    { "\177ELF", 4, "is a program and no capture; give a file that tcpdump, dumpcap or Wireshark wrote" },
};

static const char *foreign_words(struct reader *r)
{
    size_t have = reader_has(r, FOREIGN_MAGIC) ? FOREIGN_MAGIC : (size_t)(r->end - r->at);
    for (size_t i = 0; i < COUNT(foreigners); i++)
        if (have >= foreigners[i].size && !memcmp(r->at, foreigners[i].magic, foreigners[i].size))
            return foreigners[i].words;
    return "is no pcap or pcapng file; give a capture that tcpdump, dumpcap or Wireshark wrote";
}

static enum begun begin_failed(struct reader *r, enum err why, const char *name, const char *words)
{
    r->why = why;
    snprintf(r->words, sizeof r->words, "%.160s %s", name, words);
    return BEGUN_FAILED;
}

/* Not one byte can be had, or too few to tell anything. */
static enum begun begin_empty(struct reader *r, const char *name)
{
    if (input_end(r->input) == INPUT_FAILED)
        return begin_failed(r, ERR_READ, name, input_words(r->input));
    if (input_end(r->input) == INPUT_DAMAGED) {
        snprintf(r->words, sizeof r->words, "%.160s is damaged from its beginning on: %s; get it anew", name,
                 input_words(r->input));
        reader_damage(r, 0, "%s", input_words(r->input));
    } else {
        snprintf(
            r->words, sizeof r->words,
            "%.160s is empty; see that the capture was stopped properly, so that its packets get written",
            name);
        reader_damage(r, 0, "is empty");
    }
    return BEGUN_EMPTY;
}

enum begun reader_begin(struct reader *r, struct input *input, const char *name,
                        struct source_file_facts *facts, struct window *window, uint32_t file)
{
    *r = (struct reader){ .input = input, .facts = facts, .window = window, .file = file };
    r->read_size = READ_FIRST;
    if (!reader_has(r, 4)) {
        if (r->why)
            return begin_failed(r, r->why, name, "cannot be read: out of memory");
        if (r->at == r->end || input_end(input) != INPUT_WELL)
            return begin_empty(r, name);
        return begin_failed(r, ERR_FORMAT, name, foreign_words(r));
    }
    if (pcap_begin(r) || pcapng_begin(r))
        return BEGUN;
    if (input_spoiled(input))
        return begin_empty(r, name);
    return begin_failed(r, ERR_FORMAT, name, foreign_words(r));
}

void reader_close(struct reader *r)
{
    if (r->free_form)
        r->free_form(r);
    free(r->buffer);
    input_close(r->input);
    *r = (struct reader){ 0 };
}

/* What is left moves to the front, and behind it there is room for `more`. Nobody borrows from the buffer. */
static bool make_room(struct reader *r, size_t more)
{
    size_t have = (size_t)(r->end - r->at), need = have + more;
    if (need > r->room) {
        size_t room = need > BUFFER_MAX - BUFFER_STEP ? BUFFER_MAX : (need / BUFFER_STEP + 1) * BUFFER_STEP;
        uint8_t *buffer = malloc(room);
        if (!buffer)
            return false;
        if (have)
            memcpy(buffer, r->at, have);
        free(r->buffer);
        r->buffer = buffer;
        r->room = room;
    } else if (have)
        memmove(r->buffer, r->at, have);
    r->at = r->buffer;
    r->end = r->buffer + have;
    r->expected = r->buffer + r->room;
    return true;
}

/* The piece of the file that begins with what was not read yet; false if it cannot be mapped. */
static bool map_more(struct reader *r, size_t n)
{
    uint64_t offset = reader_offset(r);
    size_t step = r->read_size == READ_FIRST ? READ_FIRST : MAP_SIZE, size;
    const uint8_t *bytes;
    if (!input_map(r->input, offset, r->end_offset, n > step ? n : step, &bytes, &size))
        return false;
    if (size) {
        r->at = r->expected = bytes;
        r->end = bytes + size;
        r->end_offset = offset + size;
        r->read_size = READ_SIZE;
    }
    return true;
}

bool reader_fill(struct reader *r, size_t n)
{
    size_t have = (size_t)(r->end - r->at);
    if (have >= n)
        return true;
    if (!r->why && !window_keep(r->window))
        r->why = ERR_MEMORY;
    if (r->why)
        return false;
    if (map_more(r, n))
        return (size_t)(r->end - r->at) >= n;
    size_t more = n - have > r->read_size ? n - have : r->read_size;
    if (more > BUFFER_MAX - have)
        more = BUFFER_MAX - have;
    if (!make_room(r, more)) {
        r->why = ERR_MEMORY;
        return false;
    }
    while (have < n) {
        size_t got = input_read(r->input, r->buffer + have, more);
        if (!got)
            return false;
        have += got;
        more -= got;
        r->end += got;
        r->end_offset += got;
    }
    r->read_size = READ_SIZE;
    return true;
}

bool reader_skip(struct reader *r, uint64_t n)
{
    for (;;) {
        size_t have = (size_t)(r->end - r->at);
        if (n <= have) {
            r->at += n;
            return true;
        }
        r->at = r->end;
        n -= have;
        if (!reader_fill(r, 1))
            return false;
    }
}

enum got reader_damage(struct reader *r, uint64_t offset, const char *format, ...)
{
    struct source_file_facts *f = r->facts;
    f->damaged = true;
    f->damage_offset = offset;
    va_list args;
    va_start(args, format);
    vsnprintf(f->damage, sizeof f->damage, format, args);
    va_end(args);
    return GOT_END;
}

enum got reader_ends(struct reader *r, uint64_t offset, const char *what)
{
    if (r->why)
        return GOT_FAILED;
    bool border = offset == r->end_offset;
    switch (input_end(r->input)) {
    case INPUT_FAILED: r->why = ERR_READ; return GOT_FAILED;
    case INPUT_DAMAGED:
        if (border)
            return reader_damage(r, offset, "%s, after packet %llu", input_words(r->input),
                                 (unsigned long long)r->number);
        return reader_damage(r, offset, "%s, in the middle of %s", input_words(r->input), what);
    case INPUT_WELL: break;
    }
    return border ? GOT_END : reader_damage(r, offset, "ends in the middle of %s", what);
}

enum got reader_ends_in_packet(struct reader *r, uint64_t offset)
{
    char what[40];
    snprintf(what, sizeof what, "packet %llu", (unsigned long long)r->number + 1);
    return reader_ends(r, offset, what);
}
