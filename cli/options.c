/* Arguments in, struct options out; what is wrong with them in one sentence. */
#include "cli/command.h"

#include "base/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct row {
    const char *name;
    char letter;
    const char *argument, *what;
} rows[] = {
#define OPTION(ident, name, letter, argument, what) { name, letter, argument, what },
#include "cli/options.def"
#undef OPTION
};

void options_usage(const struct command *c)
{
    printf("usage: routetap %s [OPTIONS] %s\n\n%s.\n\n", c->name, c->arguments, c->what);
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!(c->options >> i & 1))
            continue;
        char flag[64];
        snprintf(flag, sizeof flag, "--%s%s%s", rows[i].name, rows[i].argument ? " " : "",
                 rows[i].argument ? rows[i].argument : "");
        if (rows[i].letter)
            printf("  -%c, %-26s %s\n", rows[i].letter, flag, rows[i].what);
        else
            printf("      %-26s %s\n", flag, rows[i].what);
    }
    printf("  -h, %-26s %s\n", "--help", "this text");
}

/* ---- values ---- */

/* Decimal digits, with an optional fraction, as nanoseconds. */
static bool parse_seconds(const char *text, int64_t *ns)
{
    char *end;
    errno = 0;
    long long whole = strtoll(text, &end, 10);
    if (end == text || errno || whole < 0 || whole > INT64_C(9000000000))
        return false;
    int64_t fraction = 0;
    if (*end == '.') {
        int64_t unit = NS_PER_S / 10;
        for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
            fraction += (*end - '0') * unit;
    }
    *ns = whole * NS_PER_S + fraction;
    return !*end || !strcmp(end, "Z");
}

/* Days since the epoch of a date of the Gregorian calendar. */
static int64_t days_from_date(int64_t y, unsigned m, unsigned d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned)(y - era * 400), doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;
    return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

/* "10:04", "10:04:05.5", with an optional Z behind. */
static bool parse_of_day(const char *text, int64_t *ns)
{
    unsigned h, m;
    int used = 0;
    if (sscanf(text, "%2u:%2u%n", &h, &m, &used) != 2 || h > 23 || m > 59)
        return false;
    int64_t seconds = 0;
    if (text[used] == ':' && !parse_seconds(text + used + 1, &seconds))
        return false;
    if (text[used] && text[used] != ':' && strcmp(text + used, "Z") != 0)
        return false;
    *ns = (int64_t)(h * 3600 + m * 60) * NS_PER_S + seconds;
    return seconds < 61 * NS_PER_S;
}

static bool parse_when(const char *text, struct when *out)
{
    unsigned y, mo, d;
    int used = 0;
    int64_t ns;
    if (text[0] == '+' && parse_seconds(text + 1, &ns))
        *out = (struct when){ WHEN_RELATIVE, ns };
    else if (sscanf(text, "%4u-%2u-%2u%n", &y, &mo, &d, &used) == 3 && mo >= 1 && mo <= 12 && d >= 1 && d <= 31) {
        ns = 0;
        if (text[used] && !((text[used] == 'T' || text[used] == ' ') && parse_of_day(text + used + 1, &ns)))
            return false;
        *out = (struct when){ WHEN_ABSOLUTE, days_from_date(y, mo, d) * 86400 * NS_PER_S + ns };
    } else if (parse_of_day(text, &ns))
        *out = (struct when){ WHEN_OF_DAY, ns };
    else if (parse_seconds(text, &ns))
        *out = (struct when){ WHEN_ABSOLUTE, ns };
    else
        return false;
    return true;
}

struct stamp when_resolve(struct when w, struct stamp first)
{
    const int64_t day = INT64_C(86400) * NS_PER_S;
    if (w.kind == WHEN_RELATIVE)
        return (struct stamp){ first.ns + w.ns };
    if (w.kind == WHEN_OF_DAY)
        return (struct stamp){ first.ns - first.ns % day + w.ns };
    return (struct stamp){ w.ns };
}

/* The first line of a file, or what the environment holds. The caller's to free. */
static char *read_secret(const char *text)
{
    if (!strncmp(text, "env:", 4)) {
        const char *value = getenv(text + 4);
        return value ? strdup(value) : NULL;
    }
    if (strncmp(text, "file:", 5) != 0)
        return strdup(text);
    FILE *f = fopen(text + 5, "r");
    char line[512];
    if (!f)
        return NULL;
    bool got = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    if (!got)
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return strdup(line);
}

static const char *take_key(struct options *o, const char *text)
{
    char addr[ADDR_TEXT];
    const char *equals = strchr(text, '=');
    if (!equals || (size_t)(equals - text) >= sizeof addr)
        return "takes ADDR=SECRET";
    memcpy(addr, text, (size_t)(equals - text));
    addr[equals - text] = '\0';
    struct tcp_key key = { .addr = addr_parse(addr) };
    if (!key.addr.size)
        return "takes an IP address before the =";
    if (o->key_count == KEYS_MAX)
        return "was given too often";
    key.secret = read_secret(equals + 1);
    if (!key.secret)
        return "names a secret that cannot be read";
    o->keys[o->key_count++] = key;
    return NULL;
}

static bool parse_number(const char *text, long least, long most, long *out)
{
    char *end;
    errno = 0;
    *out = strtol(text, &end, 10);
    return end != text && !*end && !errno && *out >= least && *out <= most;
}

static int one_of(const char *text, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(text, words[i]))
            return i;
    return -1;
}

/* NULL, or what the option wants. */
static const char *take(struct options *o, enum option_id id, const char *value)
{
    static const char *const colors[] = { "auto", "always", "never", NULL };
    static const char *const severities[] = { "info", "warning", "error", NULL };
    long n;
    switch (id) {
    case OPTION_JSON: o->json = true; return NULL;
    case OPTION_ALL: o->all = true; return NULL;
    case OPTION_ASCII: o->ascii = true; return NULL;
    case OPTION_QUIET: o->quiet = true; return NULL;
    case OPTION_DB: o->db = value; return NULL;
    case OPTION_PEER:
        o->peer = addr_parse(value);
        return o->peer.size ? NULL : "takes an IP address";
    case OPTION_SINCE: return parse_when(value, &o->since) ? NULL : "takes a time such as 2026-03-01T10:00:00Z, 10:00 or +90";
    case OPTION_UNTIL: return parse_when(value, &o->until) ? NULL : "takes a time such as 2026-03-01T10:00:00Z, 10:00 or +90";
    case OPTION_BGP_PORT:
        if (!parse_number(value, 1, 65535, &n) || o->port_count == COUNT(o->ports) - 1)
            return "takes a port from 1 to 65535 (at most 7 times)";
        o->ports[o->port_count++] = (uint16_t)n;
        return NULL;
    case OPTION_MD5_KEY: return take_key(o, value);
    case OPTION_ADVICE:
        o->advice = vendor_parse(value);
        return o->advice < VENDORS ? NULL : "takes generic, frr, bird, ios or junos";
    case OPTION_FAIL_ON:
        o->fail_on = one_of(value, severities);
        return o->fail_on >= 0 ? NULL : "takes error or warning";
    case OPTION_WIDTH:
        if (!parse_number(value, 40, 1000, &n))
            return "takes a number of columns from 40 to 1000";
        o->width = (int)n;
        return NULL;
    case OPTION_COLOR:
        o->color = one_of(value, colors);
        return o->color >= 0 ? NULL : "takes auto, always or never";
    case OPTION_MEMORY:
        if (!parse_number(value, 16, 1 << 20, &n))
            return "takes a number of MiB from 16 on";
        o->memory = (size_t)n << 20;
        return NULL;
    case OPTION_COUNT: break;
    }
    return "is unknown";
}

/* ---- the walk ---- */

static int find_option(const char *word, size_t n, bool letter)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (letter ? rows[i].letter == word[0] : strlen(rows[i].name) == n && !memcmp(rows[i].name, word, n))
            return i;
    return -1;
}

static int usage_error(const struct command *c, const char *word, const char *why)
{
    log_line(LOG_ERROR, "%s %s; see routetap %s --help", word, why, c->name);
    return EXIT_USAGE;
}

/* One option at argv[*at]; moves *at over its value. */
static int take_word(struct options *o, int count, char **argv, int *at)
{
    const struct command *c = o->command;
    const char *word = argv[*at], *value = NULL;
    bool letter = word[1] != '-';
    const char *name = word + (letter ? 1 : 2), *equals = letter ? NULL : strchr(name, '=');
    int id = find_option(name, equals ? (size_t)(equals - name) : strlen(name), letter);
    if (id < 0 || !(c->options >> id & 1))
        return usage_error(c, word, "is no option of this command");
    if (letter && name[1])
        value = name + 1;
    else if (equals)
        value = equals + 1;
    if (rows[id].argument && !value) {
        if (*at + 1 >= count)
            return usage_error(c, word, "needs a value");
        value = argv[++*at];
    }
    if (!rows[id].argument && value)
        return usage_error(c, word, "takes no value");
    const char *wrong = take(o, (enum option_id)id, value);
    return wrong ? usage_error(c, word, wrong) : EXIT_DONE;
}

int options_parse(struct options *o, const struct command *c, int count, char **argv, bool *done)
{
    *o = (struct options){ .command = c, .fail_on = -1 };
    o->words = calloc((size_t)count + 1, sizeof *o->words);
    if (!o->words)
        return EXIT_DAMAGED;
    o->files = o->words;
    bool words_only = false;
    for (int i = 0; i < count; i++) {
        const char *word = argv[i];
        if (words_only || word[0] != '-' || !word[1]) {
            o->words[o->file_count++] = word;
        } else if (!strcmp(word, "--")) {
            words_only = true;
        } else if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
            options_usage(c);
            *done = true;
            return EXIT_DONE;
        } else {
            int status = take_word(o, count, argv, &i);
            if (status)
                return status;
        }
    }
    if (o->port_count)
        o->ports[o->port_count++] = 179;
    return EXIT_DONE;
}

void options_free(struct options *o)
{
    for (unsigned i = 0; i < o->key_count; i++) {
        char *secret = (char *)(uintptr_t)o->keys[i].secret;
        for (volatile char *p = secret; *p;)
            *p++ = 0; /* not left lying in memory */
        free(secret);
    }
    free(o->words);
}
