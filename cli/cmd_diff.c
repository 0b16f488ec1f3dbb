/* `routetap diff`: two OPENs line by line, those of the two sides, or of a side's attempts, with what differs marked. */
#include "cli/command.h"
#include "cli/loop.h"
#include "cli/peerings.h"
#include "cli/report_out.h"

#include "base/log.h"
#include "base/macros.h"
#include "base/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

command_fn cmd_diff;

enum { OPENS_MOST = 16, LINES_MOST = 8 + BGP_CAPS_MAX, KEY = 30, VALUE_LEAST = 24 };

/* An OPEN that differs from the one before it. */
struct open_seen {
    struct stream_ref ref;
    uint8_t *bytes; /* owned; header included */
    size_t size;
    unsigned times;
};

struct opens {
    struct open_seen list[2][OPENS_MOST]; /* by side, oldest first; the first and the last ones are kept */
    unsigned count[2], passed_over[2];
};

struct diff {
    const struct options *options;
    struct peerings peerings;
    struct opens **opens; /* by peering */
    uint32_t room;
    bool short_of_memory;
};

/* ---- gathering ---- */

static struct opens *opens_of(struct diff *d, uint32_t peering)
{
    const struct bgp_peering *p = peerings_at(&d->peerings, peering);
    if (!p || !peering_wanted(d->options, p))
        return NULL;
    if (peering >= d->room) {
        uint32_t room = 2 * peering + 16;
        struct opens **more = realloc(d->opens, room * sizeof(struct opens *));
        if (!more) {
            d->short_of_memory = true;
            return NULL;
        }
        memset(more + d->room, 0, (room - d->room) * sizeof(struct opens *));
        d->opens = more;
        d->room = room;
    }
    if (!d->opens[peering])
        d->opens[peering] = calloc(1, sizeof(struct opens));
    d->short_of_memory |= !d->opens[peering];
    return d->opens[peering];
}

static void on_open(struct diff *d, const struct event_open *e)
{
    struct opens *o = opens_of(d, e->peering);
    if (!o)
        return;
    struct open_seen *list = o->list[e->side];
    unsigned *count = &o->count[e->side];
    size_t size = BGP_HEADER + cur_left(&e->msg->body);
    struct open_seen *last = *count ? &list[*count - 1] : NULL;
    if (last && last->size == size && !memcmp(last->bytes, e->msg->raw, size)) {
        last->times++;
        return;
    }
    uint8_t *bytes = malloc(size);
    if (!bytes) {
        d->short_of_memory = true;
        return;
    }
    memcpy(bytes, e->msg->raw, size);
    if (*count == OPENS_MOST) {
        free(list[1].bytes);
        memmove(list + 1, list + 2, (OPENS_MOST - 2) * sizeof *list);
        --*count;
        o->passed_over[e->side]++;
    }
    list[(*count)++] = (struct open_seen){ e->ref, bytes, size, 1 };
}

static bool take(void *taker, const struct outbox *out)
{
    struct diff *d = taker;
    for (uint32_t i = 0; i < out->count; i++) {
        peerings_learn(&d->peerings, &out->list[i]);
        if (out->list[i].kind == EVENT_OPEN)
            on_open(d, &out->list[i].as.open);
    }
    return true;
}

/* ---- lines ---- */

/* What an OPEN says, one thing a line. */
struct line {
    uint32_t key;       /* fields first, then capabilities by code */
    char *name, *value; /* owned */
    bool matched;
};

struct sheet {
    struct line lines[LINES_MOST];
    unsigned count;
};

static void add(struct sheet *s, uint32_t key, const char *name, const char *value)
{
    if (s->count == LINES_MOST)
        return;
    struct line l = { .key = key, .name = strdup(name), .value = strdup(value) };
    if (l.name && l.value)
        s->lines[s->count++] = l;
    else {
        free(l.name);
        free(l.value);
    }
}

static void add_number(struct sheet *s, uint32_t key, const char *name, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    add(s, key, name, text);
}

/* {"code":69,"name":"ADD-PATH","families":[…]}: what stands behind the name, without quotes and its own brackets. */
static void add_cap(struct sheet *s, const struct bgp_cap *cap)
{
    struct buf json = buf_init(1 << 16), value = buf_init(1 << 16);
    struct writer w = writer_init(&writer_json, &json);
    bgp_cap_tell(&w, cap);
    const char *name = bgp_cap_name(cap->code), *text = buf_text(&json), *rest = strstr(text, "\"name\":\"");
    rest = rest ? strchr(rest + 8, '"') : NULL;
    size_t n = rest ? strlen(rest) : 0;
    for (size_t i = 0; i + 1 < n; i++) /* without the last bracket */
        if (rest[i] == ',' && value.used)
            buf_str(&value, ", ");
        else if (rest[i] != '"' && rest[i] != ',')
            buf_char(&value, rest[i]);
    char number[24];
    snprintf(number, sizeof number, "capability %u", cap->code);
    /* one line for each family, whatever the order they are in */
    uint32_t key = 256 + ((uint32_t)cap->code << 16);
    if (cap->code == BGP_CAP_MULTIPROTOCOL && cur_left(&cap->value) == 4)
        key += (uint32_t)cap->value.at[1] << 8 | cap->value.at[3];
    add(s, key, name ? name : number, value.used ? buf_text(&value) : "yes");
    buf_free(&json);
    buf_free(&value);
}

static void read_sheet(const struct open_seen *o, struct sheet *s)
{
    struct bgp_open open;
    char text[16];
    struct bgp_msg msg = { .type = BGP_OPEN,
                           .length = (uint16_t)(o->bytes[16] << 8 | o->bytes[17]),
                           .body = cur_over(o->bytes + BGP_HEADER, o->size - BGP_HEADER),
                           .raw = o->bytes,
                           .fault = FAULT_COUNT };
    msg.cut = msg.length != o->size;
    bgp_open_read(&msg, &open);
    s->count = 0;
    add_number(s, 0, "version", open.version);
    add_number(s, 1, "AS", open.asn);
    add_number(s, 2, "hold time", open.hold);
    add(s, 3, "router ID", addr_id_text(open.router_id, text));
    if (open.extended_params)
        add(s, 4, "extended parameters", "yes");
    if (open.odd_param)
        add_number(s, 5, "optional parameter", open.odd_param);
    for (unsigned i = 0; i < open.cap_count; i++)
        add_cap(s, &open.caps[i]);
    if (open.caps_cut)
        add(s, UINT32_MAX, "(cut)", "the capture has not all of it");
}

static void sheet_free(struct sheet *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        free(s->lines[i].name);
        free(s->lines[i].value);
    }
}

/* ---- telling ---- */

/* Text from the wire, and blanks behind it. Returns how many columns it takes. */
static unsigned put(const char *text, unsigned columns)
{
    unsigned used = 0;
    for (const char *p = text; *p; p++) {
        used += ((unsigned char)*p & 0xc0) != 0x80;
        putchar((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p);
    }
    printf("%*s", used < columns ? (int)(columns - used) : 0, "");
    return used;
}

static void put_line(bool differs, const char *name, const char *left, const char *right, unsigned columns)
{
    printf("%s ", differs ? "!" : " ");
    put(name, KEY);
    if (put(left, columns) > columns) /* the other one below it, where it is looked for */
        printf("\n%*s", (int)(2 + KEY + columns), "");
    putchar(' ');
    put(right, 0);
    putchar('\n');
}

static struct line *find(struct sheet *s, const struct line *like)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->lines[i].key == like->key && !s->lines[i].matched)
            return &s->lines[i];
    return NULL;
}

/* Lines that are equal are told, too: what both offer is worth to know. */
static unsigned compare(struct sheet *a, struct sheet *b, unsigned columns)
{
    unsigned differences = 0;
    for (unsigned i = 0; i < a->count; i++) {
        struct line *l = &a->lines[i], *other = find(b, l);
        bool differs = !other || strcmp(l->value, other->value) != 0;
        if (other)
            other->matched = true;
        differences += differs;
        put_line(differs, l->name, l->value, other ? other->value : "-", columns);
    }
    for (unsigned i = 0; i < b->count; i++)
        if (!b->lines[i].matched) {
            differences++;
            put_line(true, b->lines[i].name, "-", b->lines[i].value, columns);
        }
    return differences;
}

static void head(const struct bgp_side *side, const struct open_seen *o, char text[160])
{
    char addr[ADDR_TEXT], when[STAMP_TEXT];
    stamp_text(o->ref.when, 3, when);
    int n = snprintf(text, 160, "%s, frame %" PRIu64 ", %.12s", addr_text(&side->addr, addr), o->ref.frame,
                     when + 11);
    if (o->times > 1)
        snprintf(text + n, 160 - (size_t)n, ", %u times", o->times);
}

static void tell_pair(const struct bgp_side *left_of, const struct open_seen *left,
                      const struct bgp_side *right_of, const struct open_seen *right, unsigned width)
{
    struct sheet a, b;
    char heads[2][160];
    unsigned columns = width > KEY + 4 + 2 * VALUE_LEAST ? (width - KEY - 4) / 2 : VALUE_LEAST;
    head(left_of, left, heads[0]);
    head(right_of, right, heads[1]);
    if (strlen(heads[0]) >= columns)
        columns = (unsigned)strlen(heads[0]) + 1;
    put_line(false, "", heads[0], heads[1], columns);
    read_sheet(left, &a);
    read_sheet(right, &b);
    unsigned n = compare(&a, &b, columns);
    printf("  %u difference%s\n", n, n == 1 ? "" : "s");
    sheet_free(&a);
    sheet_free(&b);
}

/* What changed in a side's OPENs from one to the next. */
static bool tell_attempts(const struct bgp_side *side, const struct opens *o, int who, unsigned width,
                          bool told)
{
    if (o->passed_over[who])
        log_line(LOG_NOTE, "%u OPENs in between are passed over", o->passed_over[who]);
    for (unsigned i = 1; i < o->count[who]; i++) {
        if (told)
            putchar('\n');
        tell_pair(side, &o->list[who][i - 1], side, &o->list[who][i], width);
        told = true;
    }
    return told;
}

static bool tell_sides(const struct bgp_peering *p, const struct opens *o, unsigned width, bool told)
{
    if (!o->count[0] || !o->count[1])
        return told;
    if (told)
        putchar('\n');
    tell_pair(&p->side[0], &o->list[0][o->count[0] - 1], &p->side[1], &o->list[1][o->count[1] - 1], width);
    return true;
}

static void tell(struct diff *d)
{
    unsigned width = look_find(d->options).width;
    bool told = false;
    for (uint32_t id = 0; id < d->room; id++) {
        const struct opens *o = d->opens[id];
        const struct bgp_peering *p = peerings_at(&d->peerings, id);
        if (o && !d->options->attempts)
            told = tell_sides(p, o, width, told);
        for (int who = 0; o && d->options->attempts && who < 2; who++)
            told = tell_attempts(&p->side[who], o, who, width, told);
    }
    if (!told)
        log_line(LOG_NOTE, d->options->attempts ? "no side's OPENs differ from each other"
                                                : "there is no peering of which both OPENs were seen");
    if (d->short_of_memory)
        log_line(LOG_ERROR, "out of memory: OPENs are missing");
}

int cmd_diff(const struct options *o)
{
    struct engine_options eo = engine_defaults();
    eo.no_routes = true;
    struct loop l = { .take = take };
    struct diff d = { .options = o };
    l.taker = &d;
    int status = loop_open(&l, o, eo, false);
    if (!status) {
        status = loop_run(&l, o);
        tell(&d);
        if (d.short_of_memory)
            status = EXIT_DAMAGED;
    }
    for (uint32_t id = 0; id < d.room; id++)
        for (int who = 0; d.opens[id] && who < 2; who++)
            for (unsigned i = 0; i < d.opens[id]->count[who]; i++)
                free(d.opens[id]->list[who][i].bytes);
    for (uint32_t id = 0; id < d.room; id++)
        free(d.opens[id]);
    free(d.opens);
    peerings_free(&d.peerings);
    loop_close(&l);
    return status;
}
