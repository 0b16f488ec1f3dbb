/* Packets in; what the pcapng files of the ring hold, how big they get, and what a failing disk does, out. */
#include "tests/check.h"
#include "tests/make/make_capture.h"
#include "tests/make/tell_source.h"

#include "capture/ring.h"
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct pcapng_interface two[] = { { "eth0", 1, 0 }, { "tun0", 101, 96 } };
static char folder[] = "/tmp/routetap-ring-XXXXXX";

static struct packet packet(uint64_t number, uint32_t file, int64_t ns, const char *bytes, uint32_t wire)
{
    return (struct packet){ .when = { ns },
                            .number = number,
                            .file = file,
                            .link = two[file].link,
                            .bytes = (const uint8_t *)bytes,
                            .size = (uint32_t)strlen(bytes),
                            .wire_size = wire };
}

static void check_blocks(void)
{
    struct buf b = make_capture();
    struct packet first = packet(17, 0, 1700000000123456789, "abc", 60),
                  second = packet(3, 1, 1700000001000000000, "defgh", 5);
    pcapng_put_section(&b, "a comment");
    for (unsigned i = 0; i < COUNT(two); i++)
        pcapng_put_interface(&b, &two[i]);
    pcapng_put_packet(&b, 0, &first, 17, "opened");
    pcapng_put_packet(&b, 1, &second, 0, NULL);
    pcapng_put_packet(&b, 0, &first, UINT64_MAX, NULL);
    CHECK(!b.lost && b.used % 4 == 0);
    struct buf told = tell_bytes(made(&b), NULL, TELL_TIME | TELL_LINK | TELL_WIRE | TELL_BYTES | TELL_ENDS);
    CHECK_TEXT(buf_text(&told), "1@1700000000.123456789/1*60=abc 3@1700000000.123456789/1*60=abc "
                                "2@1700000001.000000000/101*5=defgh");
    buf_free(&told);
    buf_free(&b);
}

/* The files of the folder: how many, how big together, the first and the last number. */
struct seen {
    unsigned count;
    uint64_t size, first, last;
};
static struct seen look(void)
{
    struct seen s = { 0 };
    DIR *d = opendir(folder);
    for (const struct dirent *e; d && (e = readdir(d));) {
        static const char stem[] = "evidence-";
        struct stat facts;
        char path[400], *end = NULL;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (strncmp(e->d_name, stem, sizeof stem - 1) != 0 || stat(path, &facts))
            continue;
        unsigned long long n = strtoull(e->d_name + sizeof stem - 1, &end, 10);
        if (strcmp(end, ".pcapng") != 0)
            continue;
        s.count++;
        s.size += (uint64_t)facts.st_size;
        s.first = !s.first || n < s.first ? n : s.first;
        s.last = n > s.last ? n : s.last;
    }
    if (d)
        closedir(d);
    return s;
}

static void clear(void)
{
    struct seen all = look();
    for (uint64_t n = all.first; all.count && n <= all.last; n++) {
        char path[400];
        snprintf(path, sizeof path, "%s/evidence-%08llu.pcapng", folder, (unsigned long long)n);
        unlink(path);
    }
}

static struct ring *open_ring(uint64_t size)
{
    enum err why;
    char message[300];
    struct ring *r = ring_open(folder, size, two, COUNT(two), &why, message);
    CHECK_CASE(message, r != NULL);
    return r;
}

static void check_rotates(void)
{
    enum { SIZE = 2 << 20, EACH = 1000 };
    static char bytes[EACH + 1];
    memset(bytes, 'x', EACH);
    struct ring *r = open_ring(SIZE);
    for (uint64_t i = 1; r && i <= 10000; i++) {
        struct packet p = packet(i, 0, (int64_t)i * 1000000, bytes, EACH);
        ring_put(r, &p, i);
        if (i % 100)
            continue;
        ring_flush(r);
        CHECK(look().size <= SIZE + EACH + 200);
    }
    ring_close(r);
    struct seen s = look();
    CHECK(s.count > 8 && s.count <= 17);
    CHECK(s.size > SIZE / 2);
    CHECK(s.last > s.count && s.first == s.last - s.count + 1);
    /* another run goes on behind the last one */
    r = open_ring(SIZE);
    struct packet p = packet(1, 1, 0, "again", 5);
    ring_put(r, &p, 1);
    ring_close(r);
    CHECK(look().last == s.last + 1);
}

/* What stands in the folder is a capture that can be read. */
static void check_reads(void)
{
    struct seen s = look();
    char path[400];
    const char *paths[] = { path };
    snprintf(path, sizeof path, "%s/evidence-%08llu.pcapng", folder, (unsigned long long)s.last);
    enum err why;
    char message[300] = "";
    struct source *in = source_open_files(paths, 1, NULL, &why, message);
    CHECK_CASE(message, in != NULL);
    struct buf told = in ? tell_source(in, TELL_LINK | TELL_BYTES | TELL_ENDS) : buf_init(1);
    CHECK_TEXT(buf_text(&told), "1/101=again");
    buf_free(&told);
}

/* Something that is no folder stands in its place: told, packets are counted, and it works again when it is gone. */
static void check_fails_and_mends(void)
{
    char command[600];
    struct ring *r = open_ring(1 << 20);
    struct packet p = packet(1, 0, 0, "lost", 4);
    snprintf(command, sizeof command, "rm -rf '%s' && touch '%s'", folder, folder);
    CHECK(system(command) == 0);
    ring_put(r, &p, 1);
    ring_flush(r);
    CHECK(ring_lost(r) == 1 && *ring_why(r));
    for (int i = 0; i < 20; i++)
        ring_flush(r);
    CHECK(!*ring_why(r)); /* to be tried again */
    ring_put(r, &p, 2);
    CHECK(ring_lost(r) == 2 && *ring_why(r));
    unlink(folder);
    for (int i = 0; i < 20; i++)
        ring_flush(r);
    ring_put(r, &p, 3);
    ring_flush(r);
    CHECK(ring_lost(r) == 2 && !*ring_why(r) && look().count == 1);
    ring_close(r);
}

/* A file, and then the whole folder, are deleted while it is written to. */
static void check_taken_away(void)
{
    struct packet p = packet(1, 0, 1700000000000000000, "0123456789", 10);
    struct ring *r = open_ring(1 << 20);
    clear();
    for (int round = 0; r && round < 2; round++) {
        ring_put(r, &p, 1);
        ring_flush(r);
        CHECK(look().count == 1);
        clear();
        CHECK(!round || !rmdir(folder));
        ring_flush(r); /* it is seen here */
        ring_put(r, &p, 2);
        ring_flush(r);
        CHECK(look().count == 1 && look().size > 0 && !*ring_why(r) && !ring_lost(r));
    }
    ring_close(r);
}

static void check_refuses(void)
{
    enum err why = ERR_NONE;
    char message[300] = "";
    CHECK(!ring_open("/dev/null/evidence", 1 << 20, two, 1, &why, message));
    CHECK(why == ERR_OPEN && strstr(message, "/dev/null/evidence"));
}

int main(void)
{
    check_blocks();
    if (!mkdtemp(folder))
        return 1;
    check_rotates();
    check_reads();
    check_fails_and_mends();
    check_taken_away();
    check_refuses();
    clear();
    rmdir(folder);
    return CHECK_END();
}
