/* Arguments in, struct options out; what is wrong with them in one sentence. */
#include "cli/command.h"
#include "cli/config.h"
#include "cli/options_internal.h"

#include "base/buf.h"
#include "base/log.h"
#include "cli/suggest.h"
#include <ctype.h>
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
    printf("usage: routetap %s [OPTIONS] %s\n\n%c%s.\n\n", c->name, c->arguments,
           toupper((unsigned char)c->what[0]), c->what + 1);
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!c->options[i])
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

/* From a file, from the environment, or as given: then its place among the arguments is overwritten, since anybody on
 * this machine can read those. */
char *read_secret(const struct options *o, char *text, const char **why)
{
    *why = "names a secret that cannot be read";
    if (!strncmp(text, "file:", 5)) /* what runs for years must not depend on a file that anybody can read */
        return config_secret(text + 5, o->command->options[OPTION_CONFIG], why);
    if (!strncmp(text, "env:", 4)) {
        const char *value = getenv(text + 4);
        return value ? strdup(value) : NULL;
    }
    char *copy = strdup(text);
    memset(text, '*', strlen(text));
    return copy;
}

static const char *take_key(struct options *o, char *text)
{
    char addr[ADDR_TEXT];
    char *equals = strchr(text, '=');
    if (!equals || (size_t)(equals - text) >= sizeof addr)
        return "takes ADDR=SECRET";
    memcpy(addr, text, (size_t)(equals - text));
    addr[equals - text] = '\0';
    struct tcp_key key = { .addr = addr_parse(addr) };
    if (!key.addr.size)
        return "takes an IP address before the =";
    if (o->key_count == KEYS_MAX)
        return "was given too often";
    const char *why;
    key.secret = read_secret(o, equals + 1, &why);
    if (!key.secret)
        return why;
    o->keys[o->key_count++] = key;
    return *key.secret ? NULL : "takes a secret that is not empty";
}

bool parse_number(const char *text, long least, long most, long *out)
{
    char *end;
    errno = 0;
    *out = strtol(text, &end, 10);
    return end != text && !*end && !errno && *out >= least && *out <= most;
}

int one_of(const char *text, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(text, words[i]))
            return i;
    return -1;
}

static const char wants_time[] = "takes a time such as 2026-03-01T10:00:00Z, 10:00 or +90";

/* NULL, or what the option wants. */
static const char *take(struct options *o, enum option_id id, char *value)
{
    static const char *const colors[] = { "auto", "always", "never", NULL };
    static const char *const severities[] = { "info", "warning", "error", NULL };
    const char *refused;
    uint64_t size;
    long n;
    switch (id) {
    case OPTION_JSON: o->json = true; return NULL;
    case OPTION_ALL: o->all = true; return NULL;
    case OPTION_ASCII: o->ascii = true; return NULL;
    case OPTION_QUIET: o->quiet = true; return NULL;
    case OPTION_DB: o->db = value; return NULL;
    case OPTION_PEER: o->peer = addr_parse(value); return o->peer.size ? NULL : "takes an IP address";
    case OPTION_SINCE: return when_parse(value, &o->since) ? NULL : wants_time;
    case OPTION_UNTIL: return when_parse(value, &o->until) ? NULL : wants_time;
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
        return o->fail_on >= SEVERITY_WARNING ? NULL : "takes error or warning";
    case OPTION_WIDTH:
        if (!parse_number(value, 40, 1000, &n))
            return "takes a number of columns from 40 to 1000";
        o->width = (int)n;
        return NULL;
    case OPTION_COLOR:
        o->color = one_of(value, colors);
        return o->color >= 0 ? NULL : "takes auto, always or never";
    case OPTION_MEMORY:
        refused = take_mebibytes(value, 16, &size);
        o->memory = refused ? 0 : (size_t)size;
        return refused;
    case OPTION_WEBHOOK:
    case OPTION_SYSLOG:
    case OPTION_ALERT_COMMAND: return take_alert(o, id, value);
    case OPTION_WEB:
    case OPTION_WEB_NAME:
    case OPTION_WEB_TOKEN:
    case OPTION_TLS_CERT:
    case OPTION_TLS_KEY:
    case OPTION_ASSETS: return take_web(o, id, value);
    case OPTION_OSPF_KEY:
    case OPTION_AREA:
    case OPTION_LSA_TYPE:
    case OPTION_CHANGES:
    case OPTION_FORMAT: return take_ospf(o, id, value);
    default: return take_live(o, id, value);
    }
}

/* ---- the walk ---- */

/* Of two with the same letter, the one that the command takes. */
static int find_option(const struct command *c, const char *word, size_t n, bool letter)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (letter && !c->options[i])
            continue;
        else if (letter ? rows[i].letter == word[0]
                        : strlen(rows[i].name) == n && !memcmp(rows[i].name, word, n))
            return i;
    return -1;
}

/* Names the option without its value, which may be a secret. */
static int usage_error(const struct command *c, const char *word, const char *why)
{
    size_t n = word[1] == '-' ? strcspn(word, "=") : 2;
    log_line(LOG_ERROR, "%.*s %s; see routetap %s --help", (int)n, word, why, c->name);
    return EXIT_USAGE;
}

/* An option that others have, or one that was mistyped. */
static int no_option(const struct command *c, const char *word, int known)
{
    const char *name = word + (word[1] == '-' ? 2 : 1);
    struct suggest s = suggest_for(name, strcspn(name, "="));
    struct buf why = buf_init(1024);
    char meant[SUGGEST_TEXT];
    buf_str(&why, "is no option of this command");
    for (unsigned i = 0, told = 0; known >= 0 && i < command_count; i++)
        if (commands[i].options[known])
            buf_printf(&why, "%s%s", told++ ? ", " : ", but of ", commands[i].name);
    for (int id = 0; known < 0 && word[1] == '-' && id < OPTION_COUNT; id++)
        if (c->options[id])
            suggest_try(&s, rows[id].name);
    buf_str(&why, suggest_words(&s, "--", meant));
    int status = usage_error(c, word, buf_text(&why));
    buf_free(&why);
    return status;
}

static bool is_alert(enum option_id id)
{
    return id == OPTION_WEBHOOK || id == OPTION_SYSLOG || id == OPTION_ALERT_COMMAND;
}

/* Lists of the arguments take the place of those of the configuration file; either kind of source takes that of the
 * other. */
static void replace_configured(struct options *o, enum option_id id)
{
    if ((id == OPTION_INTERFACE || id == OPTION_READ) && !o->given[OPTION_INTERFACE] &&
        !o->given[OPTION_READ])
        o->interface_count = o->read_count = 0;
    if (id == OPTION_BGP_PORT && !o->given[id])
        o->port_count = 0;
    if (is_alert(id) && !o->given[OPTION_WEBHOOK] && !o->given[OPTION_SYSLOG] &&
        !o->given[OPTION_ALERT_COMMAND])
        free_alerts(o);
    o->given[id] = true;
}

/* One option at argv[*at]; moves *at over its value. */
static int take_word(struct options *o, int count, char **argv, int *at)
{
    const struct command *c = o->command;
    const char *word = argv[*at];
    char *value = NULL;
    bool letter = word[1] != '-';
    const char *name = word + (letter ? 1 : 2), *equals = letter ? NULL : strchr(name, '=');
    int id = find_option(c, name, equals ? (size_t)(equals - name) : strlen(name), letter);
    if (id < 0 || !c->options[id])
        return no_option(c, word, id);
    if (letter && name[1])
        value = argv[*at] + 2;
    else if (equals)
        value = argv[*at] + (equals - word) + 1;
    bool optional = rows[id].argument && rows[id].argument[0] == '[';
    if (optional && !value && *at + 1 < count && web_value(argv[*at + 1]))
        value = argv[++*at];
    if (rows[id].argument && !optional && !value) {
        if (*at + 1 >= count)
            return usage_error(c, word, "needs a value");
        value = argv[++*at];
    }
    if (!rows[id].argument && value)
        return usage_error(c, word, "takes no value");
    replace_configured(o, (enum option_id)id);
    const char *wrong = take(o, (enum option_id)id, value);
    /* the one option that takes two words */
    if (!wrong && id == OPTION_BETWEEN && !o->between[1].kind)
        wrong = *at + 1 < count ? take(o, (enum option_id)id, argv[++*at]) : "needs two values";
    return wrong ? usage_error(c, word, wrong) : EXIT_DONE;
}

/* ---- the configuration file ---- */

const char *options_take_key(struct options *o, const char *key, char *value)
{
    int id = find_option(o->command, key, strlen(key), false);
    if (id < 0 || id == OPTION_CONFIG || id == OPTION_LIST)
        return "is no option";
    if (!o->command->options[id])
        return NULL; /* another command's */
    if (!rows[id].argument) {
        static const char *const no[] = { "no", "false", "off", NULL }, *const yes[] = { "yes", "true", "on",
                                                                                         NULL };
        if (one_of(value, no) >= 0)
            return NULL;
        if (one_of(value, yes) < 0)
            return "takes yes or no";
        value = NULL;
    }
    return take(o, (enum option_id)id, value);
}

/* The file that the arguments name, wherever among them; NULL: none. */
static const char *named_config(int count, char **argv)
{
    for (int i = 0; i < count && strcmp(argv[i], "--") != 0; i++) {
        if (!strncmp(argv[i], "--config=", 9))
            return argv[i] + 9;
        if (i + 1 < count && (!strcmp(argv[i], "--config") || !strcmp(argv[i], "-f")))
            return argv[i + 1];
    }
    return NULL;
}

static bool configure(struct options *o, int count, char **argv)
{
    const char *path = named_config(count, argv);
    if (!o->command->options[OPTION_CONFIG] || (path && !strcmp(path, "none")))
        return true;
    bool well = config_read(o, path ? path : CONFIG_USUAL, !path);
    o->config_keys = o->key_count;
    return well;
}

static void begin(struct options *o, const struct command *c)
{
    *o = (struct options){ .command = c, .fail_on = -1, .finding = CODE_COUNT, .family = FAMILY_NONE };
    names_init(&o->names);
}

bool options_reread(struct options *fresh, const struct options *of)
{
    begin(fresh, of->command);
    if (!of->config_path || !config_read(fresh, of->config_path, false))
        return false;
    fresh->config_keys = fresh->key_count;
    return true;
}

int options_parse(struct options *o, const struct command *c, int count, char **argv, bool *done)
{
    begin(o, c);
    o->words = calloc((size_t)count + 1, sizeof *o->words);
    if (!o->words)
        return EXIT_DAMAGED;
    o->files = o->words;
    if (!configure(o, count, argv))
        return EXIT_USAGE;
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

/* Not left lying in memory. */
static void forget(const char *secret)
{
    char *text = (char *)(uintptr_t)secret;
    for (volatile char *p = text; *p;)
        *p++ = 0;
    free(text);
}

void options_free(struct options *o)
{
    for (unsigned i = 0; i < o->key_count; i++)
        forget(o->keys[i].secret);
    for (unsigned i = 0; i < o->ospf_key_count; i++)
        forget(o->ospf_keys[i].secret);
    free_alerts(o);
    names_free(&o->names);
    if (o->config_text)
        memset(o->config_text, 0, strlen(o->config_text));
    free(o->config_text);
    free(o->words);
}
