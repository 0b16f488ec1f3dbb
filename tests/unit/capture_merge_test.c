/* Several files in; their packets out, merged in order of time. A capture cut into pieces gives what the one
 * file gives. */
#include "tests/check.h"
#include "tests/make/make_capture.h"
#include "tests/make/tell_source.h"
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static uint32_t dice = 1;
static uint32_t roll(uint32_t sides)
{
    dice = dice * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)dice * sides >> 32);
}

static void put(struct buf *b, uint32_t ms, const char *bytes)
{
    uint32_t n = (uint32_t)strlen(bytes);
    make_pcap_packet(b, &PCAP_LITTLE, ms / 1000, ms % 1000 * 1000, bytes, n, n);
}

/* ---- what comes first ---- */

static void check_merging(void)
{
    static const struct {
        const char *words;
        uint32_t ms[3][6];
        const char *want;
        bool in_file_order;
    } cases[] = {
        { "one after the other", { { 1, 2 }, { 5000, 5001 }, { 9000 } }, "a1 a2 b1 b2 c1", false },
        { "given the other way round", { { 9000 }, { 5000, 5001 }, { 1, 2 } }, "c1 c2 b1 b2 a1", false },
        { "side by side",
          { { 1000, 4000, 7000 }, { 2000, 5000, 8000 }, { 3000, 6000, 9000 } },
          "a1 b1 c1 a2 b2 c2 a3 b3 c3",
          false },
        { "at once: as given",
          { { 1000, 2000 }, { 1000, 2000 }, { 1000, 2000 } },
          "a1 b1 c1 a2 b2 c2",
          false },
        { "one within the other", { { 1000, 900000 }, { 50000, 60000 } }, "a1 b1 b2 a2", false },
        { "a late packet at the border", { { 1000, 2000, 2003 }, { 2002, 2004 } }, "a1 a2 b1 a3 b2", false },
        { "late behind the border",
          { { 1000, 2000, 2003 }, { 2004, 2002, 2005 } },
          "a1 a2 b2 a3 b1 b3",
          false },
        { "late across three", { { 1000, 1005 }, { 1004 }, { 1003, 1006 } }, "a1 c1 b1 a2 c2", false },
        { "each file in its own order",
          { { 1000, 1004, 1002 }, { 1001, 1003, 1005 } },
          "a1 b1 b2 a2 a3 b3",
          true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b[3];
        struct cursor bytes[3];
        unsigned count = 0;
        for (; count < 3 && cases[i].ms[count][0]; count++) {
            b[count] = make_capture();
            make_pcap(&b[count], &PCAP_LITTLE, 1);
            for (unsigned k = 0; k < 6 && cases[i].ms[count][k]; k++)
                put(&b[count], cases[i].ms[count][k], "x");
            bytes[count] = made(&b[count]);
        }
        enum err why;
        char message[300];
        struct source_options options = { .in_file_order = cases[i].in_file_order };
        struct source *s = source_open_memory(bytes, count, &options, &why, message);
        CHECK(s != NULL);
        struct buf told = tell_source(s, TELL_FILE | TELL_ENDS);
        CHECK_CASE(cases[i].words, !strcmp(buf_text(&told), cases[i].want));
        CHECK_TEXT(buf_text(&told), cases[i].want);
        buf_free(&told);
        while (count)
            buf_free(&b[--count]);
    }
}

/* One file's damage is its own; an empty one is damaged; one without packets is well. */
static void check_damage_of_one(void)
{
    struct buf b[4];
    struct cursor bytes[4];
    for (unsigned i = 0; i < 4; i++) {
        b[i] = make_capture();
        if (i == 2)
            continue;
        make_pcap(&b[i], &PCAP_LITTLE, i);
        for (uint32_t k = 0; k < 3 && i < 3; k++)
            put(&b[i], 1000 * (k + 1) + i, "xyz");
    }
    b[0].used -= 2;
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = made(&b[i]);
    enum err why;
    char message[300];
    struct source *s = source_open_memory(bytes, 4, NULL, &why, message);
    CHECK(s && source_file_count(s) == 4 && source_file(s, 3)->link == 3 && source_file(s, 1)->link == 1);
    struct buf told = tell_source(s, TELL_FILE | TELL_ENDS);
    CHECK_TEXT(buf_text(&told), "a1 b1 a2 b2 b3 | at 62: ends in the middle of packet 3 | at 0: is empty");
    buf_free(&told);

    bytes[1] = cur_over((const uint8_t *)"hello", 5);
    CHECK(!source_open_memory(bytes, 4, NULL, &why, message) && why == ERR_FORMAT);
    for (unsigned i = 0; i < 4; i++)
        buf_free(&b[i]);
}

/* ---- pieces of a capture ---- */

enum { PIECES = 10 };

struct pieces {
    struct buf whole, part[PIECES];
    struct cursor bytes[PIECES];
};

/* Packets some of which are late by a few places, whole and cut where it hurts or anywhere. */
static struct pieces pieces_of(unsigned packets, unsigned lateness)
{
    struct pieces p;
    unsigned cut[PIECES + 1] = { 0 };
    p.whole = make_capture();
    make_pcap(&p.whole, &PCAP_LITTLE, 1);
    for (unsigned i = 0; i < PIECES; i++) {
        p.part[i] = make_capture();
        make_pcap(&p.part[i], &PCAP_LITTLE, 1);
        cut[i + 1] = i + 1 < PIECES ? cut[i] + 1 + roll(2 * packets / PIECES - 1) : UINT32_MAX;
    }
    for (unsigned i = 0, part = 0; i < packets; i++) {
        while (i >= cut[part + 1])
            part++;
        char number[12];
        snprintf(number, sizeof number, "%u", i);
        uint32_t ms = 5000 + 3 * i - 3 * roll(lateness) + roll(2);
        put(&p.whole, ms, number);
        put(&p.part[part], ms, number);
    }
    for (unsigned i = 0; i < PIECES; i++)
        p.bytes[i] = made(&p.part[i]);
    return p;
}

static void pieces_free(struct pieces *p)
{
    buf_free(&p->whole);
    for (unsigned i = 0; i < PIECES; i++)
        buf_free(&p->part[i]);
}

/* The packets' own bytes, one after the other. */
static struct buf contents(struct source *s, unsigned *count)
{
    struct buf b = buf_init(64 << 20);
    struct packet p;
    *count = 0;
    while (s && source_next(s, &p) == SOURCE_PACKET) {
        buf_add(&b, (const char *)p.bytes, p.size);
        buf_char(&b, ' ');
        ++*count;
    }
    source_close(s);
    return b;
}

static void check_pieces(void)
{
    static const struct {
        const char *words;
        unsigned packets, lateness;
    } cases[] = {
        { "in order", 3000, 1 },     { "neighbours late", 3000, 2 }, { "late by up to 20", 3000, 20 },
        { "by up to 30", 3000, 31 }, { "short pieces", 100, 15 },    { "shorter", 30, 9 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (unsigned round = 0; round < 20; round++) {
            struct pieces p = pieces_of(cases[i].packets, cases[i].lateness);
            struct cursor whole = made(&p.whole);
            enum err why;
            char message[300];
            unsigned n, m;
            struct buf want = contents(source_open_memory(&whole, 1, NULL, &why, message), &n);
            struct buf got = contents(source_open_memory(p.bytes, PIECES, NULL, &why, message), &m);
            CHECK_CASE(cases[i].words, n == cases[i].packets && m == n);
            CHECK_CASE(cases[i].words, !strcmp(buf_text(&got), buf_text(&want)));
            buf_free(&got);
            buf_free(&want);
            pieces_free(&p);
        }
}

/* Two captures of the same hour, each in pieces, in any order: all packets, each once, in order of time. */
static void check_two_in_pieces(void)
{
    for (unsigned round = 0; round < 20; round++) {
        struct pieces p[2] = { pieces_of(2000, 10), pieces_of(500, 25) };
        struct cursor bytes[2 * PIECES];
        memcpy(bytes, p[0].bytes, sizeof p[0].bytes);
        memcpy(bytes + PIECES, p[1].bytes, sizeof p[1].bytes);
        for (unsigned i = 2 * PIECES - 1; i; i--) {
            unsigned k = roll(i + 1);
            struct cursor swap = bytes[i];
            bytes[i] = bytes[k];
            bytes[k] = swap;
        }
        enum err why;
        char message[300];
        struct source *s = source_open_memory(bytes, 2 * PIECES, NULL, &why, message);
        struct packet got;
        struct stamp last = { 0 };
        unsigned count = 0;
        bool good = true;
        while (s && source_next(s, &got) == SOURCE_PACKET) {
            good = good && !stamp_before(got.when, last);
            last = got.when;
            count++;
        }
        CHECK(good && count == 2500);
        for (unsigned i = 0; s && i < 2 * PIECES; i++)
            CHECK(!source_file(s, i)->damaged);
        source_close(s);
        pieces_free(&p[0]);
        pieces_free(&p[1]);
    }
}

/* ---- on the disk ---- */

static char folder[] = "/tmp/capture_merge_XXXXXX";

static char *put_file(unsigned number, const struct buf *b)
{
    char *path = malloc(100);
    if (!path)
        exit(1);
    snprintf(path, 100, "%s/%u.pcap", folder, number);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(buf_text(b), 1, b->used, f) == b->used);
    if (f)
        fclose(f);
    return path;
}

/* More files than may be open at a time. */
static void check_many_files(void)
{
    enum { FILES = 500 };
    char *paths[FILES];
    for (uint32_t i = 0; i < FILES; i++) {
        struct buf b = make_capture();
        make_pcap(&b, &PCAP_LITTLE, 1);
        for (uint32_t k = 0; k < 40; k++)
            put(&b, 10000 + i * 400 + k * 10, "x");
        paths[i] = put_file(i, &b);
        buf_free(&b);
    }
    struct rlimit limit = { 64, 64 };
    CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
    enum err why;
    char message[300];
    struct source *s = source_open_files((const char *const *)paths, FILES, NULL, &why, message);
    CHECK(s && source_progress(s) >= 0 && source_progress(s) < 0.01);
    struct packet p;
    uint32_t n = 0;
    bool good = true;
    while (s && source_next(s, &p) == SOURCE_PACKET) {
        good = good && p.file == n / 40 && p.number == n % 40 + 1 &&
               p.when.ns == (10000 + n * 10) * INT64_C(1000000);
        n++;
    }
    CHECK(good && n == FILES * 40);
    CHECK(s && source_progress(s) >= 1);
    source_close(s);
    for (unsigned i = 0; i < FILES; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
}

/* A file that goes away before its turn: the others are read, and its loss is told. */
static void check_file_gone(void)
{
    char *paths[3];
    for (unsigned i = 0; i < 3; i++) {
        struct buf b = make_capture();
        make_pcap(&b, &PCAP_LITTLE, 1);
        put(&b, 10000 + i * 5000, "x");
        paths[i] = put_file(i, &b);
        buf_free(&b);
    }
    enum err why;
    char message[300], want[300];
    struct source *s = source_open_files((const char *const *)paths, 3, NULL, &why, message);
    unlink(paths[1]);
    struct packet p;
    CHECK(s && source_next(s, &p) == SOURCE_PACKET && p.file == 0);
    CHECK(s && source_next(s, &p) == SOURCE_ERROR);
    snprintf(want, sizeof want, "cannot open %s: No such file or directory", paths[1]);
    if (s)
        CHECK_TEXT(source_why(s), want);
    CHECK(s && source_next(s, &p) == SOURCE_PACKET && p.file == 2);
    CHECK(s && source_next(s, &p) == SOURCE_END);
    source_close(s);
    for (unsigned i = 0; i < 3; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    check_merging();
    check_damage_of_one();
    check_pieces();
    check_two_in_pieces();
    check_file_gone();
    check_many_files();
    rmdir(folder);
    return CHECK_END();
}
