/* Rungs in, one SVG document on standard output out: a ladder below another. */
#include "cli/ladder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Places, in the units of the document. */
enum {
    WIDTH = 1040,
    ROW = 22,
    HEAD = 64,  /* of a ladder */
    LEFT = 320, /* the line of the left side */
    RIGHT = 900,
    TIME = 16,
    FRAME = 190,
    LETTERS = 70, /* that fit between the lines */
};

static const char style[] =
    "text{font:12px ui-monospace,monospace;fill:#1c2430}"
    ".name{font-weight:600;text-anchor:middle}.when,.frame{fill:#5c6773}.frame{text-anchor:end}"
    ".said{text-anchor:middle}.left{text-anchor:end;font-weight:600}.right{font-weight:600}"
    ".life{stroke:#9aa5b1}.arrow{stroke:#3b6ea5;stroke-width:1.5;fill:none}.bad{stroke:#b3261e}"
    ".page{fill:#fff}marker path{fill:#3b6ea5}"
    "@media(prefers-color-scheme:dark){text{fill:#e6e9ed}.page{fill:#14181d}.when,.frame{fill:#9aa5b1}"
    ".arrow{stroke:#7fb2ea}.bad{stroke:#ff8a80}marker path{fill:#7fb2ea}}";

/* Text as XML has it; what no XML may hold becomes a question mark. */
static void put_text(const char *text, unsigned most)
{
    unsigned letters = 0;
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if ((c & 0xc0) != 0x80 && letters++ == most) {
            fputs("…", stdout);
            return;
        }
        switch (c) {
        case '<': fputs("&lt;", stdout); break;
        case '>': fputs("&gt;", stdout); break;
        case '&': fputs("&amp;", stdout); break;
        default: putchar(c < 0x20 || c == 0x7f ? '?' : c); break;
        }
    }
}

static void put_label(int x, int y, const char *class, const char *text, unsigned most)
{
    printf("<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
    put_text(text, most);
    puts("</text>");
}

static size_t days(const struct ladder *l)
{
    char when[STAMP_TEXT], day[STAMP_TEXT] = "";
    size_t n = 0;
    for (size_t i = 0; i < l->rung_count; i++) {
        stamp_text(l->rungs[i].when, 0, when);
        n += strncmp(day, when, 10) != 0;
        memcpy(day, when, 11);
    }
    return n;
}

unsigned ladder_svg_height(const struct ladder *l)
{
    return (unsigned)((l->rung_count + days(l)) * ROW + HEAD);
}

void ladder_svg_begin(unsigned height)
{
    printf(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" width=\"%d\" height=\"%u\">\n<style>%s</style>\n"
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
        "orient=\"auto-start-reverse\"><path d=\"M0 0 8 4 0 8z\"/></marker></defs>\n"
        "<rect class=\"page\" width=\"%d\" height=\"%u\"/>\n",
        WIDTH, height, WIDTH, height, style, WIDTH, height);
}

void ladder_svg_end(void) { puts("</svg>"); }

static void draw_arrow(const struct rung *r, int y)
{
    if (r->way == WAY_NONE)
        return;
    bool bad = r->words && (strstr(r->words, "NOTIFICATION") || strstr(r->words, "RST"));
    printf("<path class=\"arrow%s\" d=\"M%d %dH%d\"%s%s/>\n", bad ? " bad" : "", LEFT + 4, y, RIGHT - 4,
           r->way != WAY_RIGHT ? " marker-start=\"url(#tip)\"" : "",
           r->way != WAY_LEFT ? " marker-end=\"url(#tip)\"" : "");
}

static void draw_rung(const struct rung *r, int y, struct buf *words)
{
    char when[STAMP_TEXT], number[24];
    stamp_text(r->when, 6, when);
    when[26] = '\0';
    put_label(TIME, y, "when", when + 11, 15);
    if (r->frame) {
        snprintf(number, sizeof number, "%" PRIu64, r->frame);
        put_label(FRAME, y, "frame", number, 20);
    }
    if (r->changed[0])
        put_label(LEFT - 10, y, "left", bgp_state_name(r->state[0]), 20);
    if (r->changed[1])
        put_label(RIGHT + 10, y, "right", bgp_state_name(r->state[1]), 20);
    ladder_words(r, true, words);
    put_label((LEFT + RIGHT) / 2, y - 2, "said", buf_text(words), LETTERS);
    draw_arrow(r, y + 4);
}

void ladder_svg(const struct ladder *l, const struct bgp_peering *p, unsigned top)
{
    struct buf words = buf_init(1 << 16);
    char name[96], when[STAMP_TEXT], day[STAMP_TEXT] = "";
    int y = (int)top + 24, bottom = (int)(top + ladder_svg_height(l)) - 16;
    for (int i = 0; i < 2; i++) {
        int x = i ? RIGHT : LEFT;
        ladder_name(&p->side[i], name);
        put_label(x, y, "name", name, 90);
        printf("<path class=\"life\" d=\"M%d %dV%d\"/>\n", x, y + 8, bottom);
    }
    for (size_t i = 0; i < l->rung_count; i++) {
        const struct rung *r = &l->rungs[i];
        stamp_text(r->when, 0, when);
        when[10] = '\0';
        if (strcmp(day, when) != 0)
            put_label(TIME, y += ROW, "when", when, 10);
        memcpy(day, when, 11);
        draw_rung(r, y += ROW, &words);
    }
    buf_free(&words);
}
