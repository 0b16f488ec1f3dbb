/* Communities as people write them in, as routes tell theirs out. */
#include "decode/bgp/bgp.h"
#include "tests/check.h"

static const struct {
    const char *text, *told;
} right[] = {
    { "65001:100", "65001:100" },
    { "065001:0100", "65001:100" },
    { "0:0", "0:0" },
    { "65535:65281", "no-export" },
    { "no-export", "no-export" },
    { "NO_EXPORT", "no-export" },
    { "local-AS", "no-export-subconfed" },
    { "65535:666", "blackhole" },
    { "BLACKHOLE", "blackhole" },
    { "no-peer", "nopeer" },
    { "llgr_stale", "llgr-stale" },
    { "gshut", "graceful-shutdown" },
    { "65001:1:2", "65001:1:2" },
    { "4294967295:0:4294967295", "4294967295:0:4294967295" },
    { "rt:65001:100", "rt:65001:100" },
    { "RT:65001:100", "rt:65001:100" },
    { "target:10.0.0.1:5", "rt:10.0.0.1:5" },
    { "origin:65001:100", "soo:65001:100" },
    { "RO:65001:100", "soo:65001:100" },
    { "rt:[2001:DB8::1]:7", "rt:[2001:db8::1]:7" },
    { "default-gateway", "default-gateway" },
    { "0x4303:00000000abcd", "0x4303:00000000abcd" },
};

static const char *const wrong[] = {
    "",
    "65001",
    "65001:",
    ":100",
    "70000:1",
    "1:70000",
    "1:2:4294967296",
    "1:2:3:4",
    "65001 100",
    "rt",
    "rt:",
    "rtt:1:2",
    "no-such-name",
    "0x4303:",
    "99999999999999999999999:1",
    "no-export-that-is-much-longer-than-any-community-that-anybody-could-ever-have-thought-of-writing",
};

int main(void)
{
    struct buf out = buf_init(1 << 8);
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        buf_clear(&out);
        CHECK_CASE(right[i].text, bgp_community_words(right[i].text, &out));
        CHECK_TEXT(buf_text(&out), right[i].told);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        buf_clear(&out);
        CHECK_CASE(wrong[i], !bgp_community_words(wrong[i], &out));
    }
    buf_free(&out);
    return CHECK_END();
}
