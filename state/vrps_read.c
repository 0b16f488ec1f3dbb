/* The text of a file of validated payloads in; payloads out. Two forms:
 *
 *   { "roas": [ { "asn": "AS64496" or 64496, "prefix": "192.0.2.0/24", "maxLength": 24, … }, … ], … }
 *   ASN,IP Prefix,Max Length,Trust Anchor[,Expires]
 *   AS64496,192.0.2.0/24,24,apnic
 *
 * rpki-client and Routinator write both; what else stands in them does not matter here. */
#include "state/vrps.h"

#include <string.h>

enum { WORD = 64 }; /* longer ones are none of ours */

struct words {
    char asn[WORD], prefix[WORD], most[WORD];
};

static bool parse_u32(const char *text, uint32_t *out)
{
    uint64_t n = 0;
    if (!*text)
        return false;
    for (; *text >= '0' && *text <= '9' && n <= UINT32_MAX; text++)
        n = n * 10 + (uint64_t)(*text - '0');
    *out = (uint32_t)n;
    return !*text && n <= UINT32_MAX;
}

static bool parse_prefix(char *text, struct prefix *out)
{
    uint32_t bits;
    char *slash = strchr(text, '/');
    if (!slash)
        return false;
    *slash = '\0';
    out->addr = addr_parse(text);
    if (!out->addr.size || !parse_u32(slash + 1, &bits) || bits > out->addr.size * 8u)
        return false;
    out->bits = bits;
    return true;
}

static void add(struct vrps *v, struct words *w, size_t at, struct vrps_told *told)
{
    struct prefix p;
    uint32_t asn, most;
    const char *number = w->asn[0] == 'A' && w->asn[1] == 'S' ? w->asn + 2 : w->asn;
    bool good = parse_u32(number, &asn) && parse_prefix(w->prefix, &p);
    if (good && !*w->most)
        most = p.bits; /* RFC 9582 4.3.2.2 */
    else
        good = good && parse_u32(w->most, &most);
    if (good && most >= p.bits && most <= p.addr.size * 8u) {
        told->short_of_memory |= !vrps_add(v, &p, most, asn);
        told->read++;
    } else if (!told->bad++)
        told->bad_at = at;
}

static void keep(char word[WORD], const char *from, size_t n)
{
    if (n >= WORD)
        n = 0;
    memcpy(word, from, n);
    word[n] = '\0';
}

/* ---- JSON (RFC 8259), as far as needed ---- */

struct json {
    const char *text, *at, *end;
    const char *word; /* of a string, or of what else has no structure */
    size_t size;
};

/* One of {}[]:, or '"' for a string, 'w' for another word; 0 at the end, and where a string has none. */
static char next(struct json *j)
{
    while (j->at < j->end && strchr(" \t\r\n", *j->at) && *j->at)
        j->at++;
    if (j->at == j->end)
        return 0;
    char c = *j->at;
    if (c && strchr("{}[]:,", c)) {
        j->at++;
        return c;
    }
    j->word = j->at + (c == '"');
    if (c == '"') {
        for (j->at++; j->at < j->end && *j->at != '"'; j->at++)
            j->at += *j->at == '\\' && j->at + 1 < j->end;
        j->size = (size_t)(j->at - j->word);
        if (j->at == j->end)
            return 0;
        j->at++;
        return c;
    }
    while (j->at < j->end && !(*j->at && strchr("{}[]:,\" \t\r\n", *j->at)))
        j->at++;
    j->size = (size_t)(j->at - j->word);
    return 'w';
}

static bool is(const struct json *j, const char *word)
{
    return j->size == strlen(word) && !memcmp(j->word, word, j->size);
}

/* Behind the bracket that opens the list. */
static bool find_list(struct json *j)
{
    unsigned depth = 0;
    bool named = false;
    for (char c; (c = next(j));) {
        if (named && c == '[')
            return true;
        named = named ? c == ':' : depth == 1 && c == '"' && is(j, "roas");
        depth += c == '{' || c == '[';
        depth -= depth && (c == '}' || c == ']');
    }
    return false;
}

/* One object of the list, behind its brace; or what stands in its place in brackets, to its end. */
static bool read_object(struct json *j, struct words *w)
{
    unsigned depth = 1;
    char *to = NULL;
    bool value = false; /* a colon stands before it */
    *w = (struct words){ "", "", "" };
    for (char c; (c = next(j));) {
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (!depth)
            return true;
        if (depth > 1)
            continue;
        bool word = c == '"' || c == 'w';
        if (word && value && to)
            keep(to, j->word, j->size);
        else if (word && !value)
            to = is(j, "asn") ? w->asn : is(j, "prefix") ? w->prefix : is(j, "maxLength") ? w->most : NULL;
        value = c == ':';
    }
    return false;
}

static bool read_json(struct vrps *v, struct json *j, struct vrps_told *told)
{
    struct words w;
    if (!find_list(j))
        return false;
    for (char c; (c = next(j)) != ']';) {
        size_t at = (size_t)(j->at - j->text);
        if (c == ',')
            continue;
        told->cut = !c || ((c == '{' || c == '[') && !read_object(j, &w));
        if (told->cut)
            break;
        if (c == '{')
            add(v, &w, at, told);
        else if (!told->bad++)
            told->bad_at = at;
    }
    return true;
}

/* ---- CSV ---- */

enum { COLUMNS = 16 };

/* Cuts a line at its commas; blanks and quotes around fields are left out. */
static unsigned split(const char *line, size_t n, struct json fields[COLUMNS])
{
    unsigned count = 0;
    for (const char *at = line, *end = line + n; at <= end && count < COLUMNS;) {
        const char *comma = memchr(at, ',', (size_t)(end - at)), *last = comma ? comma : end;
        const char *next_one = last + 1;
        while (at < last && (*at == ' ' || *at == '"'))
            at++;
        while (last > at && (last[-1] == ' ' || last[-1] == '"' || last[-1] == '\r'))
            last--;
        fields[count++] = (struct json){ .word = at, .size = (size_t)(last - at) };
        at = next_one;
    }
    return count;
}

struct columns {
    unsigned asn, prefix, most; /* COLUMNS: not there */
};

static bool read_head(const struct json *fields, unsigned count, struct columns *c)
{
    *c = (struct columns){ COLUMNS, COLUMNS, COLUMNS };
    for (unsigned i = 0; i < count; i++) {
        c->asn = is(&fields[i], "ASN") ? i : c->asn;
        c->prefix = is(&fields[i], "IP Prefix") ? i : c->prefix;
        c->most = is(&fields[i], "Max Length") ? i : c->most;
    }
    return c->asn < COLUMNS && c->prefix < COLUMNS && c->most < COLUMNS;
}

static bool read_csv(struct vrps *v, const char *text, size_t size, struct vrps_told *told)
{
    struct columns c = { COLUMNS, COLUMNS, COLUMNS };
    struct json fields[COLUMNS];
    bool headed = false;
    for (const char *line = text, *end = text + size; line < end;) {
        const char *feed = memchr(line, '\n', (size_t)(end - line)), *last = feed ? feed : end;
        unsigned count = split(line, (size_t)(last - line), fields);
        if (!headed && !(headed = read_head(fields, count, &c)))
            return false;
        else if (headed && line != text && last > line) {
            struct words w = { "", "", "" };
            if (c.asn < count)
                keep(w.asn, fields[c.asn].word, fields[c.asn].size);
            if (c.prefix < count)
                keep(w.prefix, fields[c.prefix].word, fields[c.prefix].size);
            if (c.most < count)
                keep(w.most, fields[c.most].word, fields[c.most].size);
            add(v, &w, (size_t)(line - text), told);
        }
        line = last + 1;
    }
    return headed;
}

bool vrps_read(struct vrps *v, const char *text, size_t size, struct vrps_told *told)
{
    *told = (struct vrps_told){ 0 };
    struct json j = { .text = text, .at = text, .end = text + size };
    while (j.at < j.end && *j.at && strchr(" \t\r\n", *j.at))
        j.at++;
    bool known = j.at < j.end && (*j.at == '{' ? read_json(v, &j, told) : read_csv(v, text, size, told));
    vrps_seal(v);
    return known && told->read;
}
