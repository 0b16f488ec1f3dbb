/* A capture replayed at full speed and by the clock: its packets as they are, and TICKs in its silences. */
#include "base/wall.h"
#include "tests/check.h"
#include "tests/make/make_capture.h"
#include "tests/make/tell_source.h"

static struct source *replay(struct buf *b, double speed)
{
    enum err why;
    char message[300];
    struct cursor bytes = made(b);
    struct source *files = source_open_memory(&bytes, 1, NULL, &why, message);
    CHECK_CASE(message, files != NULL);
    return source_open_replay(files, speed);
}

static struct buf capture(const uint32_t *ms, unsigned count)
{
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 1);
    for (unsigned i = 0; i < count; i++)
        make_pcap_packet(&b, &PCAP_LITTLE, 1000 + ms[i] / 1000, ms[i] % 1000 * 1000, "abc", 3, 60);
    return b;
}

/* Packets as they are; ticks between them, in order, none before the packet in front or behind the one that follows. */
static void check_story(const char *words, const uint32_t *ms, unsigned count, double speed,
                        unsigned ticks_least, unsigned ticks_most)
{
    struct buf b = capture(ms, count);
    struct source *s = replay(&b, speed);
    struct packet p;
    unsigned packets = 0, ticks = 0;
    struct stamp last = STAMP_NEVER;
    enum source_got got;
    while ((got = source_next(s, &p)) == SOURCE_PACKET || got == SOURCE_TICK) {
        struct stamp at = { ((int64_t)1000 * 1000 + ms[packets < count ? packets : count - 1]) * 1000000 };
        if (got == SOURCE_PACKET) {
            CHECK_CASE(words,
                       p.when.ns == at.ns && p.size == 3 && p.wire_size == 60 && p.number == packets + 1);
            packets++;
        } else {
            CHECK_CASE(words, packets > 0 && packets < count && stamp_before(p.when, at) &&
                                  !stamp_before(p.when, last));
            ticks++;
        }
        last = p.when;
    }
    CHECK_CASE(words, got == SOURCE_END && packets == count);
    CHECK_CASE(words, ticks >= ticks_least && ticks <= ticks_most);
    CHECK_CASE(words, source_file_count(s) == 1 && source_file(s, 0)->packets == count);
    source_close(s);
    buf_free(&b);
}

static void check_by_the_clock(void)
{
    static const uint32_t ms[] = { 0, 3000 };
    struct stamp begin = wall_steady();
    check_story("ten times as fast", ms, 2, 10, 0, 4);
    double took = span_seconds(stamp_since(wall_steady(), begin));
    CHECK(took >= 0.29 && took < 3);
}

int main(void)
{
    static const uint32_t quick[] = { 0, 1, 2, 100, 150 }, slow[] = { 0, 1000, 1001 },
                          hours[] = { 0, 7200000, 7200001 };
    check_story("no silence, no ticks", quick, 5, 0, 0, 0);
    check_story("a second of silence", slow, 3, 0, 4, 5);
    check_story("two hours of silence", hours, 3, 0, 20, 40);
    check_story("one packet", quick, 1, 0, 0, 0);
    check_by_the_clock();
    return CHECK_END();
}
