/* Captures of real routers, if they are beside the repository, in; the same story from each of their forms, out.
 * `X-bigendian.pcap` and the like hold the packets of `X.pcap`, written another way. */
#include "tests/check.h"
#include "tests/make/make_capture.h"
#include "tests/make/tell_source.h"
#include <stdlib.h>
#include <unistd.h>

#define LAB TESTS_DIR "/../../shared/captures/lab/"

/* Stamps to microseconds, and every byte of every packet. */
static struct buf story(const char *name)
{
    char path[300];
    snprintf(path, sizeof path, LAB "%s.pcap", name);
    const char *one = path;
    enum err why;
    char message[300];
    struct source *s = source_open_files(&one, 1, NULL, &why, message);
    CHECK_CASE(name, s != NULL);
    struct buf b = buf_init(256 << 20);
    struct packet p;
    while (s && source_next(s, &p) == SOURCE_PACKET) {
        buf_printf(&b, "%lld/%u*%u ", (long long)(p.when.ns / 1000), p.link, p.wire_size);
        buf_hex(&b, p.bytes, p.size);
        buf_char(&b, '\n');
    }
    source_close(s);
    return b;
}

static void check_forms(void)
{
    static const struct {
        const char *name, *form;
    } cases[] = {
        { "healthy-frr-bird", "healthy-frr-bird-bigendian" },
        { "healthy-frr-bird", "healthy-frr-bird-nano" },
        { "healthy-frr-bird", "healthy-frr-bird-pcapng" },
        { "healthy-frr-bird", "healthy-frr-bird-reorder" },
        { "ospf-healthy-lan-bird-bird", "ospf-healthy-lan-bird-bird-bigendian" },
        { "ospf-healthy-lan-frr6-frr6", "ospf-healthy-lan-frr6-frr6-pcapng" },
        { "hold-sigstop-frr-bird", "hold-sigstop-frr-bird-reorder" },
        { "ospf-flapping-frr-frr", "ospf-flapping-frr-frr-reorder" },
        { "table-bird-frr", "table-bird-frr-reorder" },
        { "mixed-hub-frr", "mixed-hub-frr-reorder" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf want = story(cases[i].name), got = story(cases[i].form);
        CHECK_CASE(cases[i].form, want.used > 1000 && !want.lost);
        CHECK_CASE(cases[i].form, !strcmp(buf_text(&want), buf_text(&got)));
        buf_free(&want);
        buf_free(&got);
    }
}

static struct source *opened(const char *const *paths, unsigned count, bool in_file_order)
{
    enum err why;
    char message[300];
    struct source_options options = { .in_file_order = in_file_order };
    struct source *s = source_open_files(paths, count, &options, &why, message);
    if (!s)
        printf("%s\n", message);
    return s;
}

enum { PIECES = 10 };

/* The next `count` packets of s, as a file of their own. */
static void write_piece(const char *path, struct source *s, uint64_t count)
{
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 1);
    struct packet p;
    while (count-- && source_next(s, &p) == SOURCE_PACKET)
        make_pcap_packet(&b, &PCAP_LITTLE, (uint32_t)(p.when.ns / NS_PER_S),
                         (uint32_t)(p.when.ns % NS_PER_S / 1000), p.bytes, p.size, p.wire_size);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(buf_text(&b), 1, b.used, f) == b.used);
    if (f)
        fclose(f);
    buf_free(&b);
}

/* A capture with packets out of order, whole, and in pieces as a rotating capture writes them. */
static void check_rotated(const char *name)
{
    char path[300], folder[] = "/tmp/capture_lab_XXXXXX", names[PIECES][60];
    snprintf(path, sizeof path, LAB "%s.pcap", name);
    const char *one = path, *parts[PIECES];
    struct source *s = opened(&one, 1, true);
    struct packet p, q;
    uint64_t count = 0, n = 0;
    while (s && source_next(s, &p) == SOURCE_PACKET)
        count++;
    source_close(s);
    s = opened(&one, 1, true);
    if (!s || !mkdtemp(folder)) {
        CHECK_CASE(name, false);
        source_close(s);
        return;
    }
    for (unsigned i = 0; i < PIECES; i++) {
        snprintf(names[i], sizeof names[i], "%s/%u", folder, i);
        write_piece(parts[i] = names[i], s, count * (i + 1) / PIECES - count * i / PIECES);
    }
    source_close(s);
    struct source *whole = opened(&one, 1, false), *cut = opened(parts, PIECES, false);
    bool same = whole && cut, moved = false;
    while (same && source_next(whole, &p) == SOURCE_PACKET) {
        same = source_next(cut, &q) == SOURCE_PACKET && p.when.ns == q.when.ns && p.size == q.size &&
               !memcmp(p.bytes, q.bytes, p.size);
        n++;
        moved = moved || p.number != n;
    }
    CHECK_CASE(name, same && moved && n == count && source_next(cut, &q) == SOURCE_END);
    source_close(whole);
    source_close(cut);
    for (unsigned i = 0; i < PIECES; i++)
        unlink(parts[i]);
    rmdir(folder);
}

static void check_torn(void)
{
    const char *path = LAB "healthy-frr-bird-torn.pcap";
    enum err why;
    char message[300];
    struct source *s = source_open_files(&path, 1, NULL, &why, message);
    struct packet p;
    while (s && source_next(s, &p) == SOURCE_PACKET)
        ;
    CHECK(s && source_file(s, 0)->packets == 36);
    if (s)
        CHECK_TEXT(source_file(s, 0)->damage, "ends in the middle of packet 37");
    source_close(s);
}

int main(void)
{
    if (access(LAB, R_OK)) {
        printf("skipped: no folder of captures beside the repository (" LAB ")\n");
        return 0;
    }
    check_forms();
    check_rotated("table-bird-frr-reorder");
    check_rotated("mixed-hub-frr-reorder");
    check_rotated("healthy-frr-bird-reorder");
    check_torn();
    return CHECK_END();
}
