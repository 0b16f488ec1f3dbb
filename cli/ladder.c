/* Rungs in, lines of text on standard output out. */
#include "cli/ladder.h"

#include "base/grow.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENDED UINT32_C(0x80000000)

static bool merges(const struct rung *last, const struct rung *r)
{
    if (last->kind != r->kind || last->changed[0] || last->changed[1])
        return false;
    return r->kind == RUNG_KEEPALIVE || (r->kind == RUNG_UPDATE && last->way == r->way);
}

static struct rung *last_rung(struct ladder *l)
{
    return l->rung_count ? l->rungs + l->rung_count - 1 : NULL;
}

/* Where the next rung goes; NULL without memory. */
static struct rung *next_rung(struct ladder *l)
{
    bool room = grow(&l->rungs, l->rung_count, &l->room, sizeof *l->rungs, 64, UINT32_MAX);
    return room ? l->rungs + l->rung_count : NULL;
}

static void append(struct ladder *l, const struct rung *r, const char *words)
{
    char *copy = strdup(words);
    struct rung *at = copy ? next_rung(l) : NULL;
    if (!at) {
        free(copy);
        l->lost++;
        return;
    }
    *at = *r;
    at->words = copy;
    l->rung_count++;
}

void ladder_add(struct ladder *l, const struct rung *r, const char *words)
{
    struct rung *last = last_rung(l);
    if (last && merges(last, r)) {
        last->count++;
        last->until = r->when;
        last->announced += r->announced;
        last->withdrawn += r->withdrawn;
        if (last->way != r->way)
            last->way = WAY_BOTH;
    } else if (last && last->kind == RUNG_STATE && r->kind != RUNG_STATE && r->frame &&
               last->frame == r->frame) {
        char *copy = strdup(words); /* the cause comes behind what it caused */
        if (!copy) {
            l->lost++;
            return;
        }
        free(last->words);
        last->words = copy;
        last->kind = RUNG_OTHER;
        last->way = r->way;
    } else
        append(l, r, words);
}

void ladder_state(struct ladder *l, const struct bgp_transition *t)
{
    struct rung *last = last_rung(l);
    bool beside = last && t->ref.frame && last->frame == t->ref.frame && last->count == 1 &&
                  !last->changed[t->side]; /* two steps at once are two rungs */
    if (beside) {
        last->changed[t->side] = true;
        last->state[t->side] = t->to;
        return;
    }
    struct rung r = { .when = t->ref.when, .frame = t->ref.frame, .kind = RUNG_STATE, .count = 1 };
    r.changed[t->side] = true;
    r.state[t->side] = t->to;
    append(l, &r, t->cause ? t->cause : "");
}

bool ladder_first_of(struct ladder *l, uint32_t connection)
{
    for (unsigned i = 0; i < l->connection_count; i++)
        if ((l->connections[i] & ~ENDED) == connection)
            return false;
    uint32_t *more = realloc(l->connections, (l->connection_count + 1) * sizeof *more);
    if (!more) {
        l->lost++;
        return false;
    }
    l->connections = more;
    l->connections[l->connection_count++] = connection;
    return true;
}

bool ladder_last_of(struct ladder *l, uint32_t connection)
{
    for (unsigned i = 0; i < l->connection_count; i++)
        if (l->connections[i] == connection) {
            l->connections[i] |= ENDED;
            return true;
        }
    return false;
}

void ladder_free(struct ladder *l)
{
    for (size_t i = 0; i < l->rung_count; i++)
        free(l->rungs[i].words);
    free(l->rungs);
    free(l->connections);
}

/* ---- drawing ---- */

/* Bytes of the text's first characters, at most `columns` of them; *used: how many there are. */
static size_t fit(const char *text, unsigned columns, unsigned *used)
{
    size_t n = 0;
    for (*used = 0; text[n] && *used < columns; ++*used)
        do
            n++;
        while (((unsigned char)text[n] & 0xc0) == 0x80);
    return n;
}

static void repeat(struct buf *b, const char *what, unsigned times)
{
    while (times--)
        buf_str(b, what);
}

void ladder_words(const struct rung *r, bool utf8, struct buf *out)
{
    const char *times = utf8 ? "×" : "x";
    double lasted = span_seconds(stamp_since(r->until, r->when));
    buf_clear(out);
    if (r->count == 1)
        buf_str(out, r->words);
    else if (r->kind == RUNG_KEEPALIVE)
        buf_printf(out, "KEEPALIVE %s%u in %.*f s", times, r->count, lasted < 10, lasted);
    else
        buf_printf(out, "UPDATE %s%u in %.1f s, %" PRIu64 " announced, %" PRIu64 " withdrawn", times,
                   r->count, lasted, r->announced, r->withdrawn);
}

/* "── OPEN ───▶", in exactly so many columns. */
static void arrow(const struct rung *r, const char *words, unsigned columns, bool utf8, struct buf *out)
{
    const char *line = r->way == WAY_NONE ? " " : utf8 ? "─" : "-";
    const char *left = r->way == WAY_LEFT || r->way == WAY_BOTH ? (utf8 ? "◀" : "<") : line;
    const char *right = r->way == WAY_RIGHT || r->way == WAY_BOTH ? (utf8 ? "▶" : ">") : line;
    unsigned used, room = columns - 8;
    const char *more = utf8 ? "…" : "...";
    size_t bytes = fit(words, room, &used);
    if (words[bytes]) { /* there is more than there is room for */
        unsigned dots = utf8 ? 1 : 3;
        bytes = fit(words, room - dots, &used);
        used += dots;
    } else
        more = "";
    unsigned rest = columns - used - 4, before = r->way == WAY_RIGHT  ? 2
                                                 : r->way == WAY_LEFT ? rest - 2
                                                                      : rest / 2;
    buf_str(out, left);
    repeat(out, line, before);
    buf_char(out, ' ');
    buf_add(out, words, bytes);
    buf_str(out, more);
    buf_char(out, ' ');
    repeat(out, line, rest - before);
    buf_str(out, right);
}

enum { MARGIN = 15 + 1 + 7 + 1, STATE = 11 };

void ladder_name(const struct bgp_side *s, char text[96])
{
    char addr[ADDR_TEXT];
    if (s->asn)
        snprintf(text, 96, "%s (AS %" PRIu32 ")", addr_text(&s->addr, addr), s->asn);
    else
        snprintf(text, 96, "%s", addr_text(&s->addr, addr));
}

void ladder_print(const struct ladder *l, const struct bgp_peering *p, unsigned width, bool utf8)
{
    struct buf line = buf_init(1 << 16), words = buf_init(1 << 16);
    unsigned columns = width < 100 ? 100 : width > 140 ? 140 : width;
    columns -= MARGIN + 2 * STATE + 4;
    char left[96], right[96], when[STAMP_TEXT], day[STAMP_TEXT] = "";
    ladder_name(&p->side[0], left);
    ladder_name(&p->side[1], right);
    printf("%*s%-*s  %*s\n", MARGIN, "", (int)columns / 2 + STATE, left, (int)columns / 2 + STATE + 1, right);
    const char *bar = utf8 ? "│" : "|";
    for (size_t i = 0; i < l->rung_count; i++) {
        const struct rung *r = &l->rungs[i];
        stamp_text(r->when, 6, when);
        if (strncmp(day, when, 10))
            printf("%.10s\n", when);
        memcpy(day, when, 11);
        buf_clear(&line);
        buf_printf(&line, "%.15s ", when + 11);
        if (r->frame)
            buf_printf(&line, "%7" PRIu64 " ", r->frame);
        else
            buf_printf(&line, "%7s ", "");
        buf_printf(&line, "%*s %s", STATE, r->changed[0] ? bgp_state_name(r->state[0]) : "", bar);
        ladder_words(r, utf8, &words);
        arrow(r, buf_text(&words), columns, utf8, &line);
        buf_printf(&line, "%s %s", bar, r->changed[1] ? bgp_state_name(r->state[1]) : "");
        while (line.used && line.text[line.used - 1] == ' ')
            line.text[--line.used] = '\0';
        puts(buf_text(&line));
    }
    buf_free(&line);
    buf_free(&words);
}
