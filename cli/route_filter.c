/* A route in, whether it is asked for out. */
#include "cli/route_filter.h"

#include "base/log.h"
#include "cli/command.h"
#include <stdlib.h>
#include <string.h>

bool prefix_parse(const char *text, struct prefix *out, bool *address)
{
    char room[ADDR_TEXT];
    size_t n = strcspn(text, "/");
    if (n >= sizeof room)
        return false;
    memcpy(room, text, n);
    room[n] = '\0';
    out->addr = addr_parse(room);
    out->bits = out->addr.size * 8u;
    *address = !text[n];
    if (!out->addr.size || *address)
        return out->addr.size;
    char *end;
    unsigned long bits = strtoul(text + n + 1, &end, 10);
    if (text[n + 1] < '0' || text[n + 1] > '9' || *end || bits > out->bits)
        return false;
    out->bits = (unsigned)bits;
    prefix_clear(out);
    return true;
}

/* "_" is where a number begins or ends, as routers have it. The caller's to free. */
static char *path_pattern(const char *words)
{
    static const char edge[] = "(^|[ {},()]|$)";
    char *out = malloc(strlen(words) * sizeof edge + 1), *to = out;
    for (; out && *words; words++) {
        if (*words != '_') {
            *to++ = *words;
            continue;
        }
        memcpy(to, edge, sizeof edge - 1);
        to += sizeof edge - 1;
    }
    if (out)
        *to = '\0';
    return out;
}

static int init_path(struct route_filter *f, const char *words)
{
    char *pattern = path_pattern(words), message[200];
    int wrong = pattern ? regcomp(&f->path, pattern, REG_EXTENDED | REG_NOSUB) : REG_ESPACE;
    free(pattern);
    f->has_path = !wrong;
    if (!wrong)
        return EXIT_DONE;
    regerror(wrong, &f->path, message, sizeof message);
    log_line(LOG_ERROR, "--as-path %s: %s", words, message);
    return EXIT_USAGE;
}

int route_filter_init(struct route_filter *f, const struct options *o, const char *where)
{
    bool address = false;
    *f = (struct route_filter){ .options = o, .words = buf_init(1 << 18), .community = buf_init(1 << 8) };
    if (where && !prefix_parse(where, &f->at, &address)) {
        log_line(LOG_ERROR, "%s is neither a prefix nor an address", where);
        return EXIT_USAGE;
    }
    if (!where && (o->longer || o->shorter || o->exact)) {
        log_line(LOG_ERROR, "--longer, --shorter and --exact are about a prefix, and none was given");
        return EXIT_USAGE;
    }
    if (where)
        f->how = o->longer    ? AT_LONGER
                 : o->shorter ? AT_SHORTER
                 : o->exact   ? AT_EXACT
                 : address    ? AT_LONGEST
                              : AT_EXACT;
    if (o->community && !bgp_community_words(o->community, &f->community)) {
        log_line(LOG_ERROR,
                 "--community %s: a community is such as 65001:100, 65001:1:2, no-export or rt:65001:100",
                 o->community);
        return EXIT_USAGE;
    }
    return o->as_path ? init_path(f, o->as_path) : EXIT_DONE;
}

void route_filter_free(struct route_filter *f)
{
    if (f->has_path)
        regfree(&f->path);
    buf_free(&f->community);
    buf_free(&f->words);
}

bool route_filter_prefix(const struct route_filter *f, const struct bgp_nlri *n)
{
    if (f->how == AT_ANY)
        return true;
    struct prefix p = prefix_of(n);
    if (p.addr.size != f->at.addr.size)
        return false;
    switch (f->how) {
    case AT_EXACT: return p.bits == f->at.bits && addr_equal(&p.addr, &f->at.addr);
    case AT_LONGER: return p.bits >= f->at.bits && addr_same_prefix(&p.addr, &f->at.addr, f->at.bits);
    default: return p.bits <= f->at.bits && addr_same_prefix(&p.addr, &f->at.addr, p.bits);
    }
}

bool route_filter_reads(const struct route_filter *f)
{
    return f->has_path || f->options->community || f->options->by_origin;
}

/* One of the words between blanks. */
static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; n && (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (!at[n] || at[n] == ' '))
            return true;
    return false;
}

bool route_filter_attrs(struct route_filter *f, const struct route_attrs *r)
{
    if (f->options->by_origin && r->values.origin_as != f->options->origin)
        return false;
    if (f->has_path) {
        buf_clear(&f->words);
        bgp_path_text(&r->update, &r->ctx, &f->words);
        if (regexec(&f->path, buf_text(&f->words), 0, NULL, 0))
            return false;
    }
    if (!f->options->community)
        return true;
    buf_clear(&f->words);
    route_communities(r, &f->words);
    return has_word(buf_text(&f->words), buf_text(&f->community));
}
