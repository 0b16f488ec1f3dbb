/* Lines of rules in, what they mean out:
 *
 *     # a lab's session comes up, and nothing is wrong
 *     peering 10.0.0.1 10.0.0.2 established within 5s
 *     no finding error
 *     finding bgp-open-bad-peer-as at 10.0.0.2
 *     route 192.0.2.0/24 from 10.0.0.1 at end
 *     routes from 10.0.0.1 at least 1000
 *     adjacency 1.1.1.1 2.2.2.2 full within 45s
 *     prefix 10.2.0.0/16 reachable from 1.1.1.1 */
#include "cli/expect.h"

#include "base/log.h"
#include "cli/command.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MOST = 512, WORDS_MOST = 16 };

/* The words of a line, one after another. */
struct words {
    char *word[WORDS_MOST + 1]; /* NULL behind the last */
    unsigned at;
};

/* The next word if it is this one. */
static bool say(struct words *w, const char *word)
{
    bool is = w->word[w->at] && !strcmp(w->word[w->at], word);
    w->at += is;
    return is;
}

static const char *next(struct words *w) { return w->word[w->at] ? w->word[w->at++] : NULL; }

static bool take_addr(struct words *w, struct addr *out)
{
    const char *word = next(w);
    *out = word ? addr_parse(word) : (struct addr){ 0 };
    return out->size;
}

static bool take_number(struct words *w, uint64_t *out)
{
    const char *word = next(w);
    char *end;
    if (!word || *word < '0' || *word > '9')
        return false;
    *out = strtoull(word, &end, 10);
    return !*end;
}

/* "5s", "250ms", "2min" */
static bool take_span(struct words *w, struct span *out)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = { { "ms", 1e-3 }, { "s", 1 }, { "min", 60 }, { "h", 3600 } };
    const char *word = next(w);
    char *end;
    double n = word ? strtod(word, &end) : 0;
    for (unsigned i = 0; word && end != word && i < COUNT(units); i++)
        if (!strcmp(end, units[i].unit) && n > 0 && n < 1e9) {
            out->ns = (int64_t)(n * units[i].seconds * 1e9);
            return true;
        }
    return false;
}

/* Each takes what stands behind its first word. NULL, or what it wants. */

static const char *parse_peering(struct words *w, struct expect *e)
{
    e->kind = EXPECT_PEERING;
    if (!take_addr(w, &e->a) || !take_addr(w, &e->b))
        return "peering needs two addresses";
    if (say(w, "not"))
        e->negated = !e->negated;
    if (!say(w, "established"))
        return NULL;
    e->kind = EXPECT_ESTABLISHED;
    if (say(w, "within") && !take_span(w, &e->within))
        return "within needs a time such as 5s or 250ms";
    if (say(w, "at") && (e->within.ns || !say(w, "end")))
        return "a session is established within a time, or at end";
    return NULL;
}

static const char *parse_finding(struct words *w, struct expect *e)
{
    static const char *const names[] = { "info", "warning", "error" };
    e->kind = EXPECT_FINDING;
    const char *what = w->word[w->at];
    if (what && strcmp(what, "at")) {
        w->at++;
        for (int i = 0; i < (int)COUNT(names); i++)
            if (!strcmp(what, names[i]))
                e->severity = i;
        e->code = code_parse(what);
        if (e->code == CODE_COUNT && !e->severity && strcmp(what, "info"))
            return "finding needs error, warning, info or a code that routetap explain lists";
    }
    return say(w, "at") && !take_addr(w, &e->a) ? "at needs an address" : NULL;
}

static const char *parse_route(struct words *w, struct expect *e)
{
    bool address;
    const char *what = next(w);
    e->kind = EXPECT_ROUTE;
    if (!what || !prefix_parse(what, &e->prefix, &address))
        return "route needs a prefix";
    if (say(w, "from") && !take_addr(w, &e->a))
        return "from needs an address";
    return say(w, "at") && !say(w, "end") ? "routes are told at end" : NULL;
}

static const char *parse_routes(struct words *w, struct expect *e)
{
    e->kind = EXPECT_ROUTES;
    e->most = UINT64_MAX;
    if (say(w, "from") && !take_addr(w, &e->a))
        return "from needs an address";
    bool exactly = say(w, "exactly"), at = !exactly && say(w, "at"), least = at && say(w, "least");
    if ((!exactly && !least && !(at && say(w, "most"))) || !take_number(w, least ? &e->least : &e->most))
        return "routes needs at least, at most or exactly, and a number";
    if (exactly)
        e->least = e->most;
    return NULL;
}

static const char *parse_adjacency(struct words *w, struct expect *e)
{
    e->kind = EXPECT_ADJACENCY;
    if (!take_addr(w, &e->a) || !take_addr(w, &e->b) || e->a.size != 4 || e->b.size != 4)
        return "adjacency needs two router IDs";
    if (say(w, "not"))
        e->negated = !e->negated;
    bool full = say(w, "full");
    if (!full && !say(w, "2-way"))
        return NULL;
    e->kind = EXPECT_STATE;
    e->state = full ? OSPF_STATE_FULL : OSPF_STATE_TWO_WAY;
    if (say(w, "within") && !take_span(w, &e->within))
        return "within needs a time such as 45s or 250ms";
    if (say(w, "at") && (e->within.ns || !say(w, "end")))
        return "an adjacency is full within a time, or at end";
    return NULL;
}

static const char *parse_prefix(struct words *w, struct expect *e)
{
    const char *what = next(w);
    e->kind = EXPECT_REACHABLE;
    if (!what || !prefix_parse(what, &e->prefix, &e->address))
        return "prefix needs a prefix, or an address";
    if (say(w, "not"))
        e->negated = !e->negated;
    if (!say(w, "reachable") || !say(w, "from") || !take_addr(w, &e->a) || e->a.size != 4)
        return "a prefix is reachable from a router ID";
    return say(w, "at") && !say(w, "end") ? "ways are told at end" : NULL;
}

static const char *parse(struct words *w, struct expect *e)
{
    static const struct {
        const char *word;
        const char *(*parse)(struct words *, struct expect *);
    } rows[] = { { "peering", parse_peering }, { "finding", parse_finding },     { "route", parse_route },
                 { "routes", parse_routes },   { "adjacency", parse_adjacency }, { "prefix", parse_prefix } };
    e->code = CODE_COUNT;
    e->up[0] = e->up[1] = e->began = STAMP_NEVER;
    e->negated = say(w, "no");
    for (unsigned i = 0; i < COUNT(rows); i++)
        if (say(w, rows[i].word)) {
            const char *wrong = rows[i].parse(w, e);
            return wrong ? wrong : w->word[w->at] ? "there are words behind its end" : NULL;
        }
    return "a rule begins with peering, finding, route, routes, adjacency or prefix, or with no before that";
}

/* Splits the line; false if it has too many words. */
static bool split(char *line, struct words *w)
{
    unsigned n = 0;
    *w = (struct words){ .at = 0 };
    for (char *word = strtok(line, " \t"); word; word = strtok(NULL, " \t")) {
        if (n == WORDS_MOST)
            return false;
        w->word[n++] = word;
    }
    return true;
}

static bool add(struct expects *all, const struct expect *e, const char *text)
{
    struct expect *more = realloc(all->list, (all->count + 1) * sizeof *more);
    char *copy = strdup(text);
    if (more)
        all->list = more;
    if (!more || !copy) {
        free(copy);
        log_line(LOG_ERROR, "there is not enough memory for the rules");
        return false;
    }
    all->list[all->count] = *e;
    all->list[all->count++].text = copy;
    return true;
}

int expects_parse(struct expects *all, FILE *f, const char *path)
{
    char line[LINE_MOST], text[LINE_MOST];
    struct words w;
    for (unsigned number = 1; fgets(line, sizeof line, f); number++) {
        bool whole = strchr(line, '\n') || feof(f);
        line[strcspn(line, "#\r\n")] = '\0';
        size_t blank = strspn(line, " \t"), end = strlen(line);
        while (end > blank && strchr(" \t", line[end - 1]))
            line[--end] = '\0';
        if (!line[blank] && whole)
            continue;
        memcpy(text, line + blank, end - blank + 1);
        struct expect e = { .line = number };
        const char *wrong = whole && split(line, &w) ? parse(&w, &e) : "this line is too long";
        if (wrong) {
            log_line(LOG_ERROR, "%s:%u: %s", path, number, wrong);
            return EXIT_USAGE;
        }
        if (!add(all, &e, text))
            return EXIT_DAMAGED;
    }
    return EXIT_DONE;
}

int expects_read(struct expects *all, const char *path)
{
    *all = (struct expects){ NULL, 0 };
    bool standard = !strcmp(path, "-");
    FILE *f = standard ? stdin : fopen(path, "r");
    if (!f) {
        log_line(LOG_ERROR, "%s: %s", path, strerror(errno));
        return EXIT_USAGE;
    }
    int status = expects_parse(all, f, path);
    if (!standard)
        fclose(f);
    if (!status && !all->count) {
        log_line(LOG_ERROR, "%s has no rules", path);
        status = EXIT_USAGE;
    }
    return status;
}

void expects_free(struct expects *all)
{
    for (unsigned i = 0; i < all->count; i++)
        free(all->list[i].text);
    free(all->list);
}
