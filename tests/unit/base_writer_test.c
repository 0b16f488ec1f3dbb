/* Text and numbers in; what programs read of them out. */
#include "base/addr.h"
#include "base/writer.h"

#include "tests/check.h"
#include <stdio.h>
#include <string.h>

static struct buf out;

/* One string told as JSON, without its quotes. */
static const char *told(const char *text, size_t n)
{
    struct writer w = writer_init(&writer_json, &out);
    buf_clear(&out);
    write_strn(&w, NULL, text, n);
    if (out.used < 2 || out.text[0] != '"' || out.text[out.used - 1] != '"')
        return "no quotes";
    out.text[out.used - 1] = '\0';
    return out.text + 1;
}

/* Every byte in every place of a short text, so that it falls on each place of a word of eight, too. */
static void every_byte_in_every_place(void)
{
    enum { LONGEST = 19 };
    char text[LONGEST + 1], want[LONGEST + 8], words[64];
    for (unsigned n = 1; n <= LONGEST; n++)
        for (unsigned at = 0; at < n; at++)
            for (unsigned byte = 0; byte < 256; byte++) {
                memset(text, 'a', n);
                text[at] = (char)byte;
                char piece[8];
                if (byte == '"' || byte == '\\')
                    snprintf(piece, sizeof piece, "\\%c", (int)byte);
                else if (byte == '\n')
                    snprintf(piece, sizeof piece, "\\n");
                else if (byte >= 0x80) /* no character on its own */
                    snprintf(piece, sizeof piece, "\\ufffd");
                else if (byte < 0x20 || byte == 0x7f)
                    snprintf(piece, sizeof piece, "\\u%04x", byte);
                else
                    snprintf(piece, sizeof piece, "%c", (int)byte);
                snprintf(want, sizeof want, "%.*s%s%.*s", (int)at, text, piece, (int)(n - at - 1),
                         text + at + 1);
                snprintf(words, sizeof words, "byte %u at %u of %u", byte, at, n);
                CHECK_CASE(words, !strcmp(told(text, n), want));
            }
}

static void characters(void)
{
    CHECK_TEXT(told("10 µs – schön 漢 🙂", strlen("10 µs – schön 漢 🙂")),
               "10 µs – schön 漢 🙂");
    CHECK_TEXT(told("\xc0\x80", 2), "\\ufffd\\ufffd");
    CHECK_TEXT(told("", 0), "");
}

static void numbers(void)
{
    struct writer w = writer_init(&writer_json, &out);
    buf_clear(&out);
    write_object(&w, NULL);
    write_u64(&w, "most", UINT64_MAX);
    write_i64(&w, "least", INT64_MIN);
    write_i64(&w, "none", 0);
    write_i64(&w, "less", -42);
    write_seconds(&w, "a", 0, 3);
    write_seconds(&w, "b", 1, 9);
    write_seconds(&w, "c", 1499999, 3);
    write_seconds(&w, "d", 1500000, 3);
    write_seconds(&w, "e", 59999999999, 1);
    write_seconds(&w, "f", -1016000, 6);
    write_seconds(&w, "g", 12345678901234567, 6);
    write_str(&w, "odd \"key\"", NULL);
    write_end(&w);
    CHECK_TEXT(buf_text(&out),
               "{\"most\":18446744073709551615,\"least\":-9223372036854775808,\"none\":0,\"less\":-42,"
               "\"a\":0.000,\"b\":0.000000001,\"c\":0.001,\"d\":0.002,\"e\":60.0,\"f\":-0.001016,"
               "\"g\":12345678.901235,\"odd \\\"key\\\"\":null}");
}

/* What does not fit is lost as a whole, and said to be. */
static void ceiling(void)
{
    struct buf small = buf_init(100);
    struct writer w = writer_init(&writer_json, &small);
    write_array(&w, NULL);
    for (int i = 0; i < 3; i++)
        write_str(&w, NULL, "0123456789012345678901234567890123456789");
    CHECK(small.lost && small.used < 100);
    buf_free(&small);
}

static void addresses(void)
{
    static const char *const same[] = { "0.0.0.0",
                                        "10.0.12.1",
                                        "255.255.255.255",
                                        "100.9.99.10",
                                        "::",
                                        "::1",
                                        "2001:db8::1",
                                        "fe80::a00:27ff:fe4e:66a1",
                                        "1:2:3:4:5:6:7:8",
                                        "1:0:0:2::3",
                                        "1::",
                                        "::ffff:192.0.2.1",
                                        "0:1:2:3:4:5:6:0",
                                        "abcd:ef01:2345:6789:abcd:ef01:2345:6789" };
    static const char *const other[][2] = { { "0:0:1:0:0:0:1:0", "0:0:1::1:0" },
                                            { "2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
                                            { "1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7" } };
    char text[ADDR_TEXT];
    for (size_t i = 0; i < COUNT(same); i++) {
        struct addr a = addr_parse(same[i]);
        CHECK_TEXT(addr_text(&a, text), same[i]);
    }
    for (size_t i = 0; i < COUNT(other); i++) {
        struct addr a = addr_parse(other[i][0]);
        CHECK_TEXT(addr_text(&a, text), other[i][1]);
    }
    CHECK_TEXT(addr_text(&(struct addr){ 0 }, text), "?");
}

int main(void)
{
    out = buf_init(1 << 16);
    every_byte_in_every_place();
    characters();
    numbers();
    ceiling();
    addresses();
    buf_free(&out);
    return CHECK_END();
}
