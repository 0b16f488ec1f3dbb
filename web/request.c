/* Bytes of a client in, as hostile as they like; a checked request, or a status and words, out. */
#include "web/request.h"

#include "store/text.h"
#include "web/routes.h"
#include <ctype.h>
#include <string.h>

/* ---- what stands between % and & ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Only text: no control character, no broken UTF-8. */
static bool is_text(const char *p, size_t n)
{
    while (n) {
        uint32_t c;
        bool valid = true;
        size_t used = text_next(p, n, &c, &valid);
        if (!valid || c < 0x20 || c == 0x7f)
            return false;
        p += used;
        n -= used;
    }
    return true;
}

/* Decodes n bytes to `out`, which has room for as many and a zero; a plus is a blank in a query alone. The place
 * behind the zero, or NULL if that is no text. */
static char *decode(const char *in, size_t n, bool query, char *out)
{
    char *at = out;
    for (size_t i = 0; i < n; i++) {
        char c = in[i];
        if (c == '%') {
            int high = i + 1 < n ? hex_digit(in[i + 1]) : -1, low = i + 2 < n ? hex_digit(in[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && query)
            c = ' ';
        *at++ = c;
    }
    *at = '\0';
    return is_text(out, (size_t)(at - out)) ? at + 1 : NULL;
}

/* ---- times ---- */

/* Days since 1970-01-01 of a day of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
    int y = year - (month <= 2), era = y / 400, in_era = y - era * 400;
    int in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (int64_t)era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static bool digits(const char **p, int n, int least, int most, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, (*p)++) {
        if (!isdigit((unsigned char)**p))
            return false;
        *out = *out * 10 + (**p - '0');
    }
    return *out >= least && *out <= most;
}

static bool one_of(const char **p, const char *chars)
{
    bool there = **p && strchr(chars, **p);
    *p += there;
    return there;
}

/* ".123456": up to nine digits; nothing at all is zero. */
static bool fraction(const char **p, int64_t *ns)
{
    *ns = 0;
    if (**p != '.')
        return true;
    int64_t unit = NS_PER_S / 10;
    for ((*p)++; isdigit((unsigned char)**p) && unit; (*p)++, unit /= 10)
        *ns += (**p - '0') * unit;
    return unit < NS_PER_S / 10 && !isdigit((unsigned char)**p);
}

bool request_time(const char *text, struct stamp *out)
{
    const char *p = text;
    int y, mo, d, h, mi, s;
    int64_t ns;
    if (digits(&p, 4, 1970, 2200, &y) && one_of(&p, "-")) {
        if (!(digits(&p, 2, 1, 12, &mo) && one_of(&p, "-") && digits(&p, 2, 1, 31, &d) && one_of(&p, "Tt ") &&
              digits(&p, 2, 0, 23, &h) && one_of(&p, ":") && digits(&p, 2, 0, 59, &mi) && one_of(&p, ":") &&
              digits(&p, 2, 0, 60, &s) && fraction(&p, &ns) && one_of(&p, "Zz") && !*p))
            return false;
        out->ns = (days_of(y, mo, d) * 86400 + h * 3600 + mi * 60 + s) * NS_PER_S + ns;
        return true;
    }
    int64_t seconds = 0;
    for (p = text; isdigit((unsigned char)*p) && p - text < 10; p++)
        seconds = seconds * 10 + (*p - '0');
    if (p == text || seconds > INT64_C(7258118400) || !fraction(&p, &ns) || *p)
        return false;
    out->ns = seconds * NS_PER_S + ns;
    return true;
}

/* ---- the query ---- */

/* The place of the word in "a|b|c", or -1. */
static int choice(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (int i = 0;; i++) {
        size_t m = strcspn(words, "|");
        if (m == n && !memcmp(words, word, n))
            return i;
        if (!words[m])
            return -1;
        words += m + 1;
    }
}

static bool number(const char *text, uint64_t *out)
{
    *out = 0;
    for (const char *p = text; *p; p++) {
        if (!isdigit((unsigned char)*p) || p - text >= 15)
            return false;
        *out = *out * 10 + (uint64_t)(*p - '0');
    }
    return *text != '\0';
}

static bool fits(const struct param *p, struct param_value *v)
{
    int place;
    switch (p->shape) {
    case SHAPE_TEXT: return strlen(v->text) <= 200;
    case SHAPE_TIME: return request_time(v->text, &v->time);
    case SHAPE_NUMBER: return number(v->text, &v->number);
    case SHAPE_FLAG:
    case SHAPE_CHOICE:
        place = choice(p->shape == SHAPE_FLAG ? "0|1" : p->words, v->text);
        v->number = (uint64_t)place;
        return place >= 0;
    }
    return false;
}

/* "name=value&…" with what the route takes. Repeated, unknown or misshapen ones are refused, so that a mistyped name
 * does not silently change what is answered. */
static bool read_query(struct http_request *r, const char *query, char *room, const char **why)
{
    *why = "the query holds something that is no text";
    while (*query) {
        size_t n = strcspn(query, "&"), named = strcspn(query, "=&");
        if (n) {
            char *name = room;
            char *value = decode(query, named, true, name);
            room = value ? decode(query + named + (named < n), n - named - (named < n), true, value) : NULL;
            if (!room)
                return false;
            int id = 0;
            while (id < PARAM_COUNT && strcmp(params[id].name, name) != 0)
                id++;
            *why = "the query has a parameter that is not known here; see /api/v1/openapi.json";
            if (id == PARAM_COUNT || !(r->route->params >> id & 1))
                return false;
            struct param_value *v = &r->param[id];
            *why = "a parameter is given twice";
            if (v->given)
                return false;
            v->given = true;
            v->text = value;
            *why = "a parameter has no value that it takes; see /api/v1/openapi.json";
            if (!fits(&params[id], v))
                return false;
            *why = "the query holds something that is no text";
        }
        query += n + (query[n] == '&');
    }
    return true;
}

/* ---- all of it ---- */

/* Splits behind each slash before decoding, for a segment may hold a slash of its own. */
static const struct route *find(struct http_request *r, const char *target, size_t n, char **room, bool *text)
{
    char *segments[SEGMENTS_MOST];
    unsigned count = 0;
    for (size_t i = 1; i <= n;) {
        size_t m = 0;
        while (i + m < n && target[i + m] != '/')
            m++;
        if (count == SEGMENTS_MOST)
            return NULL;
        segments[count++] = *room;
        *room = decode(target + i, m, false, *room);
        if (!*room) {
            *text = false;
            return NULL;
        }
        i += m + 1;
    }
    return route_find(segments, count, r->variable);
}

unsigned request_read(struct http_request *r, const char *method, const char *target, const char **why)
{
    memset(r, 0, sizeof *r - sizeof r->room);
    size_t size = strlen(target), n = strcspn(target, "?#");
    char *room = r->room;
    bool text = true;
    *why = "only GET and HEAD are answered: nothing can be changed here";
    r->head = !strcmp(method, "HEAD");
    if (!r->head && strcmp(method, "GET") != 0)
        return 405;
    *why = "the address is too long";
    if (size > TARGET_MOST)
        return 414;
    *why = "that is no address of this server";
    if (*target != '/')
        return 400;
    r->path = room;
    room = decode(target, n, false, room);
    if (!room)
        return 400;
    r->route = find(r, target, n, &room, &text);
    if (!text)
        return 400;
    if (!r->route)
        return 0;
    return target[n] != '?' || read_query(r, target + n + 1, room, why) ? 0 : 400;
}

/* ---- headers ---- */

static bool same_word(const char *a, size_t n, const char *b)
{
    for (size_t i = 0; i < n; i++)
        if (!b[i] || tolower((unsigned char)a[i]) != tolower((unsigned char)b[i]))
            return false;
    return !b[n];
}

/* An address with a port or without: IPv6 stands in brackets there (RFC 3986 3.2.2). */
static bool is_address(const char *text, size_t n, unsigned size)
{
    char copy[ADDR_TEXT];
    if (n >= sizeof copy)
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return addr_parse(copy).size == size;
}

bool request_host_known(const char *host, const char *const *names, unsigned count)
{
    if (!host)
        return false;
    bool bracket = *host == '[';
    host += bracket;
    size_t n = strcspn(host, bracket ? "]" : ":");
    const char *rest = host + n;
    if (bracket && *rest++ != ']')
        return false;
    /* a port, and nothing else, may follow: RFC 9110 7.2 */
    if (*rest && (*rest != ':' || rest[1 + strspn(rest + 1, "0123456789")]))
        return false;
    if (is_address(host, n, bracket ? 16 : 4))
        return true;
    bool known = !bracket && same_word(host, n, "localhost");
    for (unsigned i = 0; i < count && !bracket && !known; i++)
        known = same_word(host, n, names[i]);
    return known;
}

bool request_token_right(const char *authorization, const char *token)
{
    static const char bearer[] = "bearer ";
    size_t n = sizeof bearer - 1;
    if (!authorization || strlen(authorization) < n || !same_word(authorization, n, bearer))
        return false;
    authorization += n;
    size_t given = strlen(authorization), right = strlen(token);
    volatile unsigned differs = given != right;
    for (size_t i = 0; i < given; i++)
        differs |= (unsigned char)authorization[i] ^ (unsigned char)token[right ? i % right : 0];
    return !differs && right;
}

bool request_takes_gzip(const char *accept)
{
    while (accept && *accept) {
        accept += strspn(accept, " \t,");
        size_t n = strcspn(accept, ","), word = strcspn(accept, " \t;,");
        bool named = same_word(accept, word, "gzip") || (word == 1 && *accept == '*');
        if (named) {
            /* "q=0", "q=0.000": not at all */
            const char *q = memchr(accept, '=', n);
            size_t zeros = q ? strspn(q + 1, "0.") : 0;
            return !zeros || isdigit((unsigned char)q[1 + zeros]);
        }
        accept += n;
    }
    return false;
}

bool request_has_tag(const char *tags, const char *etag)
{
    size_t n = strlen(etag);
    if (!tags || !n)
        return false;
    if (!strcmp(tags, "*"))
        return true;
    for (const char *p = strstr(tags, etag); p; p = strstr(p + 1, etag))
        if ((p == tags || strchr(" ,/\t", p[-1])) && (!p[n] || strchr(" ,\t", p[n])))
            return true;
    return false;
}
