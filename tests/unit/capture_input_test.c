/* Files on the disk, compressed, damaged, piped, foreign or missing, in; packets, or the sentence that is
 * said instead, out. */
#include "tests/check.h"
#include "tests/make/make_capture.h"
#include "tests/make/make_packed.h"
#include "tests/make/tell_source.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/capture_input_XXXXXX";

static const char *put_file(const char *name, struct cursor bytes)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (f) {
        CHECK(fwrite(bytes.at, 1, cur_left(&bytes), f) == cur_left(&bytes));
        fclose(f);
    }
    return path;
}

static struct buf tell_path(const char *path, unsigned what)
{
    enum err why;
    char message[300];
    struct source *s = source_open_files(&path, 1, NULL, &why, message);
    if (s)
        return tell_source(s, what);
    struct buf b = buf_init(1 << 20);
    buf_printf(&b, "%s%s", why == ERR_FORMAT ? "FORMAT " : why == ERR_OPEN ? "OPEN " : "", message);
    return b;
}

enum { PACKETS = 2000 };

static struct buf some_capture(void)
{
    static uint8_t bytes[1500];
    struct buf b = make_capture();
    uint32_t r = 1;
    make_pcap(&b, &PCAP_LITTLE, 1);
    for (uint32_t i = 1; i <= PACKETS; i++) {
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] =
                (uint8_t)((r = r * 1664525 + 1013904223) >> 28); /* 4 bits of 8: it can be compressed */
        make_pcap_packet(&b, &PCAP_LITTLE, i, 0, bytes, 40 + r % 1400, 1500);
    }
    return b;
}

static void make_plain(struct buf *to, struct cursor bytes)
{
    buf_add(to, (const char *)bytes.at, cur_left(&bytes));
}

static const struct packing {
    const char *name;
    void (*make)(struct buf *, struct cursor);
} packings[] = {
    { "plain", make_plain }, { "gzip", make_gzip }, { "zstd", make_zstd },
#ifdef RT_BZIP2
    { "bzip2", make_bzip2 },
#endif
#ifdef RT_XZ
    { "xz", make_xz },
#endif
};
enum { PLAIN, GZIP };

static struct buf packed(unsigned how, struct cursor bytes, bool in_two)
{
    struct buf b = make_capture();
    struct cursor first = in_two ? cur_sub(&bytes, cur_left(&bytes) / 3) : cur_over(NULL, 0);
    for (unsigned i = in_two ? 0 : 1; i < 2; i++) {
        struct cursor part = i ? bytes : first;
        packings[how].make(&b, part);
    }
    return b;
}

static void check_whole(const char *words, const struct buf *file, const struct buf *want)
{
    struct buf told = tell_path(put_file(words, made(file)), TELL_WIRE | TELL_TIME | TELL_ENDS);
    CHECK_CASE(words, told.used == want->used && !strcmp(buf_text(&told), buf_text(want)));
    buf_free(&told);
}

static void check_packings(void)
{
    struct buf plain = some_capture();
    struct buf want = tell_bytes(made(&plain), NULL, TELL_WIRE | TELL_TIME | TELL_ENDS);
    CHECK(want.used > PACKETS * 10);
    for (unsigned how = PLAIN; how < COUNT(packings); how++)
        for (unsigned in_two = 0; in_two < 2; in_two++) {
            struct buf b = packed(how, made(&plain), in_two);
            check_whole(packings[how].name, &b, &want);
            buf_free(&b);
        }

    struct buf b = packed(GZIP, made(&plain), false);
    static const char zeros[1000];
    buf_add(&b, zeros, sizeof zeros);
    check_whole("gzip and zeros, as from a tape", &b, &want);
    buf_free(&b);

    b = make_capture(); /* RFC 8878 3.1.2 */
    buf_add(&b, "\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
    make_zstd(&b, made(&plain));
    check_whole("zstd behind a skippable frame", &b, &want);
    buf_free(&b);

#ifdef RT_XZ
    b = make_capture(); /* .xz 2.2 */
    make_xz(&b, made(&plain));
    buf_add(&b, zeros, 8);
    check_whole("xz and its padding", &b, &want);
    buf_free(&b);
#endif
    buf_free(&want);
    buf_free(&plain);
}

/* Cut or changed anywhere, compressed data give packets 1, 2, 3 … up to some number and then say so. */
static void check_damaged_packing(void)
{
    struct buf plain = some_capture();
    for (unsigned how = GZIP; how < COUNT(packings); how++) {
        struct buf whole[2] = { packed(how, made(&plain), false), packed(how, made(&plain), true) };
        char said[40];
        snprintf(said, sizeof said, "%s data", packings[how].name);
        for (unsigned i = 0; i < 40; i++) {
            struct buf b = make_capture();
            make_plain(&b, made(&whole[i & 1]));
            size_t at = 100 + (b.used - 200) / 20 * (i / 2);
            if (i % 4 < 2)
                b.used = at;
            else
                for (unsigned k = 0; k < 40; k++)
                    b.text[at + k] ^= (char)(0x5a + k);
            struct cursor bytes = made(&b);
            enum err why;
            char message[300];
            /* a stamp may be what is damaged */
            struct source *s = source_open_memory(
                &bytes, 1, &(struct source_options){ .in_file_order = true }, &why, message);
            /* nothing at all could be had: also an answer */
            CHECK(s || (why == ERR_FORMAT && strstr(message, "damaged from its beginning on")));
            struct packet p;
            uint64_t n = 0;
            bool good = true;
            while (s && source_next(s, &p) == SOURCE_PACKET)
                good = good && p.number == ++n;
            CHECK(!s ||
                  (good && n <= PACKETS && source_file(s, 0)->damaged && source_file(s, 0)->packets == n));
            CHECK(!s || strstr(source_file(s, 0)->damage, said) ||
                  strstr(source_file(s, 0)->damage, "makes no sense"));
            source_close(s);
            buf_free(&b);
        }
        buf_free(&whole[0]);
        buf_free(&whole[1]);
    }
    buf_free(&plain);
}

/* Spoils one bit so many bytes before the end; again, and it is whole. */
static void flip(struct buf *b, size_t before_end)
{
    CHECK(b->text && b->used >= before_end);
    if (b->text)
        b->text[b->used - before_end] ^= 1;
}

static void check_words_of_damage(void)
{
    struct buf plain = make_capture();
    make_pcap(&plain, &PCAP_LITTLE, 1);
    make_pcap_packet(&plain, &PCAP_LITTLE, 10, 0, "abc", 3, 3);
    make_pcap_packet(&plain, &PCAP_LITTLE, 11, 0, "def", 3, 3);
    struct buf b = make_capture();
    make_gzip(&b, made(&plain));
    b.used -= 4; /* the data are whole; their check is not */
    struct buf told = tell_path(put_file("x.pcap.gz", made(&b)), TELL_ENDS);
    CHECK_TEXT(buf_text(&told), "1 2 | at 62: the gzip data end too early, after packet 2");
    buf_free(&told);

    b.used += 4;
    flip(&b, 8);
    told = tell_path(put_file("x.pcap.gz", made(&b)), TELL_ENDS);
    CHECK_TEXT(buf_text(&told), "1 2 | at 62: the gzip data make no sense, after packet 2");
    buf_free(&told);
    flip(&b, 8);

    buf_str(&b, "something else");
    told = tell_path(put_file("x.pcap.gz", made(&b)), TELL_ENDS);
    CHECK_TEXT(buf_text(&told), "1 2 | at 62: the gzip data make no sense, after packet 2");
    buf_free(&told);

    buf_clear(&b);
    plain.used -= 1;
    make_zstd(&b, made(&plain));
    make_zstd(&b, made(&plain)); /* reads as the missing byte, and as nonsense behind it */
    b.used -= 1;
    told = tell_path(put_file("x.pcap.zst", made(&b)), TELL_ENDS);
    CHECK(strstr(buf_text(&told), "zstd data end too early") || strstr(buf_text(&told), "makes no sense"));
    buf_free(&told);
    buf_free(&b);
    buf_free(&plain);
}

/* What standard input gives must be what the file gives. */
static void check_standard_input(void)
{
    struct buf plain = some_capture();
    struct buf want = tell_bytes(made(&plain), NULL, TELL_WIRE | TELL_TIME | TELL_ENDS);
    for (unsigned how = PLAIN; how < COUNT(packings); how++) {
        struct buf b = packed(how, made(&plain), false);
        char command[300];
        snprintf(command, sizeof command, "cat %s", put_file("piped", made(&b)));
        FILE *pipe = popen(command, "r");
        CHECK(pipe && dup2(fileno(pipe), STDIN_FILENO) == STDIN_FILENO);
        enum err why;
        char message[300];
        const char *path = "-";
        struct source *s = source_open_files(&path, 1, NULL, &why, message);
        CHECK(s && source_progress(s) < 0);
        if (s) {
            struct buf told = tell_source(s, TELL_WIRE | TELL_TIME | TELL_ENDS);
            CHECK(!strcmp(buf_text(&told), buf_text(&want)));
            buf_free(&told);
        }
        if (pipe)
            pclose(pipe);
        buf_free(&b);
    }
    buf_free(&want);
    buf_free(&plain);
}

/* `want` begins with the code, then the file's path is left out. */
static void check_refused(const char *name, struct cursor bytes, const char *code, const char *want)
{
    const char *path = put_file(name, bytes);
    struct buf told = tell_path(path, 0);
    const char *got = buf_text(&told);
    CHECK_CASE(want, !strncmp(got, code, strlen(code)));
    const char *found = strstr(got, path);
    CHECK_CASE(want, found != NULL);
    CHECK_TEXT(found ? found + strlen(path) : got, want);
    buf_free(&told);
}

static void check_no_capture(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *want;
    } cases[] = {
        { "", 0, " is empty; see that the capture was stopped properly, so that its packets get written" },
        { "a", 1, " is no pcap or pcapng file; give a capture that tcpdump, dumpcap or Wireshark wrote" },
        { "hello, world", 12,
          " is no pcap or pcapng file; give a capture that tcpdump, dumpcap or Wireshark wrote" },
        { "\n\r\r\nhello, world", 16,
          " is no pcap or pcapng file; give a capture that tcpdump, dumpcap or Wireshark wrote" },
#ifdef RT_BZIP2
        { "BZh91AY", 7, " is damaged from its beginning on: the bzip2 data end too early; get it anew" },
        { "BZh91AY&SYxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 39,
          " is damaged from its beginning on: the bzip2 data make no sense; get it anew" },
        { "BZhello, world", 14,
          " is no pcap or pcapng file; give a capture that tcpdump, dumpcap or Wireshark wrote" },
#else
        { "BZh91AY", 7, " is compressed with bzip2, which is not read here; unpack it with bunzip2 first" },
#endif
#ifdef RT_XZ
        { "\xfd"
          "7zXZ\0",
          6, " is damaged from its beginning on: the xz data end too early; get it anew" },
        { "\xfd"
          "7zXZ\0hello, world",
          18, " is damaged from its beginning on: the xz data make no sense; get it anew" },
#else
        { "\xfd"
          "7zXZ\0",
          6, " is compressed with xz, which is not read here; unpack it with unxz first" },
#endif
        { "PK\3\4....", 8, " is a zip archive; unpack it and give the capture files in it" },
        { "\x1f\x8b", 2, " is damaged from its beginning on: the gzip data end too early; get it anew" },
        { "\x1f\x8b\x08\xff....", 8,
          " is damaged from its beginning on: the gzip data make no sense; get it anew" },
        { "\x28\xb5\x2f\xfd", 4,
          " is damaged from its beginning on: the zstd data end too early; get it anew" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        check_refused("x", cur_over((const uint8_t *)cases[i].bytes, cases[i].size), "FORMAT ",
                      cases[i].want);
    struct buf b = make_capture();
    make_gzip(&b, cur_over((const uint8_t *)"hello, world", 12));
    check_refused("x", made(&b), "FORMAT ",
                  " is no pcap or pcapng file; give a capture that tcpdump, dumpcap or Wireshark wrote");
    buf_free(&b);
}

/* A few bytes must not take all memory. */
static void check_large(void)
{
#ifdef RT_XZ
    struct buf plain = some_capture(), b = make_capture();
    make_xz_with(&b, made(&plain), 256 << 20);
    check_refused("x", made(&b), "",
                  " cannot be read: its xz data want more than 128 MiB of memory; unpack it first");
    buf_clear(&b);
    make_xz(&b, made(&plain));
    make_xz_with(&b, made(&plain), 256 << 20);
    struct buf told = tell_path(put_file("x.pcap.xz", made(&b)), TELL_ENDS);
    CHECK(strstr(buf_text(&told), "cannot be read: its xz data want more"));
    buf_free(&told);
    buf_free(&b);
    buf_free(&plain);
#endif
}

static void check_not_opened(void)
{
    char path[200], want[300];
    snprintf(path, sizeof path, "%s/missing", folder);
    struct buf told = tell_path(path, 0);
    snprintf(want, sizeof want, "OPEN cannot open %s: No such file or directory", path);
    CHECK_TEXT(buf_text(&told), want);
    buf_free(&told);

    told = tell_path(folder, 0);
    snprintf(want, sizeof want, "OPEN cannot read %s: it is a directory; give the capture files in it",
             folder);
    CHECK_TEXT(buf_text(&told), want);
    buf_free(&told);

    enum err why;
    char message[300];
    static const char *const twice[] = { "-", "-" };
    CHECK(!source_open_files(twice, 2, NULL, &why, message) && why == ERR_USAGE);
    CHECK_TEXT(message, "standard input (-) can be given only once");
    CHECK(!source_open_files(NULL, 0, NULL, &why, message) && why == ERR_USAGE);
}

/* Somebody truncates the file while it is read: what stood there was read, and it is told; nothing falls over. */
static void check_shrinks(off_t left)
{
    struct buf b = make_capture();
    static const uint8_t zeros[1400], ones[1400] = { 1 };
    make_pcap(&b, &PCAP_LITTLE, 1);
    for (uint32_t i = 1; i <= PACKETS; i++)
        make_pcap_packet(&b, &PCAP_LITTLE, i, 0, i % 2 ? ones : zeros, sizeof ones, sizeof ones);
    const char *path = put_file("shrinks.pcap", made(&b));
    enum err why;
    char message[300];
    struct source *s = source_open_files(&path, 1, NULL, &why, message);
    CHECK(s);
    struct packet p;
    unsigned long long packets = 0, bytes = 0;
    enum source_got got = SOURCE_END;
    while (s && (got = source_next(s, &p)) == SOURCE_PACKET) {
        if (++packets == 500)
            CHECK(truncate(path, left) == 0);
        for (uint32_t i = 0; i < p.size; i++)
            bytes += p.bytes[i];
    }
    CHECK(packets >= 500 && packets < PACKETS && bytes >= 250);
    CHECK(got == SOURCE_ERROR || (s && source_file(s, 0)->damaged));
    source_close(s);
    unlink(path);
    buf_free(&b);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    check_packings();
    check_damaged_packing();
    check_words_of_damage();
    check_standard_input();
    check_no_capture();
    check_large();
    check_not_opened();
    check_shrinks(200001);
    check_shrinks(1000001);
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) || CHECK_END();
}
