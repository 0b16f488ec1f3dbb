/* Numbers and moments as people and programs read them; text that a terminal cannot be commanded by; lines that fit. */
#include "store/layout.h"
#include "store/render.h"

#include "tests/check.h"
#include <stdlib.h>

static void spans(void)
{
    static const struct {
        int64_t ns;
        const char *want;
    } cases[] = {
        { 0, "0 s" },
        { 999, "1 µs" },
        { 840000, "840 µs" },
        { 840 * INT64_C(1000000), "840 ms" },
        { 5949 * INT64_C(1000000), "5.9 s" },
        { 5950 * INT64_C(1000000), "6.0 s" },
        { 999999600, "1.0 s" },
        { 9960 * INT64_C(1000000), "10 s" },
        { 59600 * INT64_C(1000000), "1 min" },
        { 42 * NS_PER_S, "42 s" },
        { 724 * NS_PER_S, "12 min 4 s" },
        { 720 * NS_PER_S, "12 min" },
        { 11520 * NS_PER_S, "3 h 12 min" },
        { 183600 * NS_PER_S, "2 d 3 h" },
        { -5 * NS_PER_S, "-5.0 s" },
        { INT64_MIN, "-106751 d 23 h" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = buf_init(64);
        render_span(&b, (struct span){ cases[i].ns });
        CHECK_TEXT(buf_text(&b), cases[i].want);
        buf_free(&b);
    }
}

static void counts(void)
{
    static const struct {
        uint64_t n;
        const char *want;
    } cases[] = { { 0, "0 routes" },
                  { 1, "1 route" },
                  { 999, "999 routes" },
                  { 41210, "41,210 routes" },
                  { 1000000, "1,000,000 routes" } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = buf_init(64);
        render_counted(&b, cases[i].n, "route", "routes");
        CHECK_TEXT(buf_text(&b), cases[i].want);
        buf_free(&b);
    }
}

static void moments(void)
{
    static const struct {
        int64_t ns;
        unsigned digits;
        const char *want;
    } cases[] = {
        { 0, 6, "1970-01-01T00:00:00.000000Z" },
        { INT64_C(1772359203184123456), 6, "2026-03-01T10:00:03.184123Z" },
        { INT64_C(1772359203184123456), 9, "2026-03-01T10:00:03.184123456Z" },
        { -1, 9, "1969-12-31T23:59:59.999999999Z" }, /* rounded down, not towards zero */
        { INT64_C(951782400000000000), 6, "2000-02-29T00:00:00.000000Z" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[40];
        CHECK_TEXT(render_rfc3339((struct stamp){ cases[i].ns }, cases[i].digits, text), cases[i].want);
    }
    struct buf b = buf_init(64);
    render_moment(&b, (struct stamp){ cases[1].ns }, true, true);
    CHECK_TEXT(buf_text(&b), "2026-03-01 10:00:03.184");
    buf_free(&b);
    const struct stamp noon = { INT64_C(1772366400000000000) };
    CHECK(render_same_day(noon, stamp_add(noon, SPAN_S(43199))));
    CHECK(!render_same_day(noon, stamp_add(noon, SPAN_S(43200))));
    CHECK(!render_same_day((struct stamp){ -1 }, (struct stamp){ 1 }));
}

static void cleaning(void)
{
    static const struct {
        const char *in, *plain, *utf8, *ascii;
        unsigned width; /* of utf8 */
    } cases[] = {
        { "plain", "plain", "plain", "plain", 5 },
        { "\x1b[31m", "\xef\xbf\xbd[31m", "\\x1b[31m", "\\x1b[31m", 8 },
        { "a\r\nb",
          "a\xef\xbf\xbd\xef\xbf\xbd"
          "b",
          "a\\x0d\\x0ab", "a\\x0d\\x0ab", 10 },
        { "\xc2\x9b"
          "2J",
          "\xef\xbf\xbd"
          "2J",
          "\\x9b2J", "\\x9b2J", 6 }, /* CSI of one byte, in UTF-8 */
        { "\xe2\x80\xae"
          "x",
          "\xef\xbf\xbd"
          "x",
          "\\u202ex", "\\u202ex", 7 }, /* turns the text around */
        { "\xff\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\\xff\\xc0\\x80", "\\xff\\xc0\\x80", 12 },
        { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80",
          12 }, /* a surrogate */
        { "caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9", "caf?", 4 },
        { "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", "??",
          4 },                                             /* wide */
        { "e\xcc\x81", "e\xcc\x81", "e\xcc\x81", "e", 1 }, /* combining */
        { "\xf0\x9f\x9a\x80", "\xf0\x9f\x9a\x80", "\xf0\x9f\x9a\x80", "?", 2 },
        { "\xe2\x80\x9cx\xe2\x80\x9d \xe2\x80\x93 \xe2\x80\xa6",
          "\xe2\x80\x9cx\xe2\x80\x9d \xe2\x80\x93 \xe2\x80\xa6",
          "\xe2\x80\x9cx\xe2\x80\x9d \xe2\x80\x93 \xe2\x80\xa6", "\"x\" - ...", 7 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *const wants[] = { cases[i].plain, cases[i].utf8, cases[i].ascii };
        for (enum text_mode m = TEXT_PLAIN; m <= TEXT_ASCII; m++) {
            struct buf b = buf_init(256);
            text_clean(cases[i].in, strlen(cases[i].in), m, &b);
            CHECK_TEXT(buf_text(&b), wants[m]);
            if (m == TEXT_UTF8)
                CHECK_CASE(cases[i].in, text_width(buf_text(&b), b.used) == cases[i].width);
            buf_free(&b);
        }
    }
    /* a character that the end cuts off */
    struct buf b = buf_init(64);
    text_clean("\xe6\x97\xa5", 2, TEXT_UTF8, &b);
    CHECK_TEXT(buf_text(&b), "\\xe6\\x97");
    buf_free(&b);
}

/* What the functions under test wrote. The caller frees it. */
static char *taken(FILE *f)
{
    long n = ftell(f);
    char *text = calloc(1, (size_t)n + 1);
    rewind(f);
    if (!text || fread(text, 1, (size_t)n, f) != (size_t)n)
        abort();
    fclose(f);
    return text;
}

static void lines(void)
{
    FILE *f = tmpfile();
    struct layout l = layout_init(f, 40, false, true);
    lay(&l, BOLD, "head");
    lay_part(&l, 4, PLAIN, "a part");
    lay_part(&l, 4, PLAIN, "another part that is too long"); /* goes below */
    lay_end(&l);
    lay_to(&l, 8);
    lay_close(&l); /* nothing was said: no line */
    lay_gap(&l);
    lay_to(&l, 2);
    lay_wrap(&l, 4, PLAIN, "it came 5.9 s before AS 65001 fell silent for 12.50 s and more");
    lay_end(&l);
    lay_wrap(&l, 2, PLAIN, "0123456789012345678901234567890123456789012345");
    lay_end(&l);
    lay_wrap(
        &l, 2, PLAIN,
        "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
        "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
        "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5");
    CHECK(layout_finish(&l) == ERR_NONE);
    char *got = taken(f);
    CHECK_TEXT(
        got,
        "head   a part\n"
        "    another part that is too long\n"
        "\n"
        "  it came 5.9 s before AS 65001 fell\n"
        "    silent for 12.50 s and more\n"
        "0123456789012345678901234567890123456789\n"
        "  012345\n"
        "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
        "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
        "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\n  \xe6\x97\xa5\n");
    free(got);
}

static void paints(void)
{
    FILE *f = tmpfile();
    struct layout l = layout_init(f, 40, true, false);
    lay(&l, RED, "error");
    lay_to(&l, 9);
    lay_wrap(&l, 9, BOLD, "two words");
    lay_to(&l, 20);
    lay(&l, PLAIN, "plain");
    CHECK(layout_finish(&l) == ERR_NONE);
    char *got = taken(f);
    CHECK_TEXT(got, "\x1b[1;31merror    \x1b[0m\x1b[1mtwo words\x1b[0m  plain\n");
    free(got);
}

static void full_device(void)
{
    FILE *f = fopen("/dev/full", "w");
    if (!f)
        return;
    struct layout l = layout_init(f, 80, false, true);
    lay(&l, PLAIN, "words");
    CHECK(layout_finish(&l) == ERR_WRITE);
    fclose(f);
}

int main(void)
{
    spans();
    counts();
    moments();
    cleaning();
    lines();
    paints();
    full_device();
    return CHECK_END();
}
