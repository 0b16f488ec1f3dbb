/* Words of the user in, a sink out; or what is wrong with them. */
#include "alert/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_S = 5, RESEND_S = 3600 };

static int which(const char *text, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(text, words[i]))
            return i;
    return -1;
}

/* "0s", "90s", "10m", "6h", "2d" */
static bool take_span(const char *text, struct span *out)
{
    static const char units[] = "smhd";
    static const long seconds[] = { 1, 60, 3600, 86400 };
    char *end;
    long n = strtol(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    if (end == text || !unit || end[1] || n < 0 || n > 366L * 86400 / seconds[unit - units])
        return false;
    *out = SPAN_S(n * seconds[unit - units]);
    return true;
}

static const char *take_setting(struct alert_sink *s, const char *key, char *value, char **token)
{
    static const char *const severities[] = { "info", "warning", "error", NULL };
    static const char *const groups[] = { "subject", "code", "all", "none", NULL };
    int n;
    if (!strcmp(key, "severity")) {
        n = which(value, severities);
        s->least = n < 0 ? s->least : (enum severity)n;
        return n < 0 ? "takes severity=info, warning or error" : NULL;
    }
    if (!strcmp(key, "group")) {
        n = which(value, groups);
        s->group = n < 0 ? s->group : (enum alert_group)n;
        return n < 0 ? "takes group=subject, code, all or none" : NULL;
    }
    if (!strcmp(key, "wait"))
        return take_span(value, &s->wait) ? NULL : "takes a length of time, such as wait=5s";
    if (!strcmp(key, "resend"))
        return take_span(value, &s->resend) && s->resend.ns ? NULL
                                                            : "takes a length of time, such as resend=1h";
    if (s->kind != ALERT_WEBHOOK)
        return "takes token= and ca= with a webhook only";
    if (!strcmp(key, "token"))
        *token = value;
    else
        s->ca = value;
    return NULL;
}

/* The word up to the next blank, cut off; *text moves behind it. */
static char *next_word(char **text)
{
    char *word = *text + strspn(*text, " \t"), *end = word + strcspn(word, " \t");
    *text = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

static bool is_setting(const char *word)
{
    static const char *const keys[] = { "severity=", "group=", "wait=", "resend=", "token=", "ca=" };
    word += strspn(word, " \t");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strncmp(word, keys[i], strlen(keys[i])))
            return true;
    return false;
}

static const char *check_target(const struct alert_sink *s)
{
    const char *t = s->target;
    if (!*t)
        return "names nobody to ring";
    switch (s->kind) {
    case ALERT_WEBHOOK:
        return !strncmp(t, "http://", 7) || !strncmp(t, "https://", 8) ? NULL : "takes an http or https URL";
    case ALERT_SYSLOG:
        return !strncmp(t, "udp://", 6) || !strncmp(t, "tcp://", 6) || *t == '/'
                   ? NULL
                   : "takes udp://HOST[:PORT], tcp://HOST[:PORT] or the path of a socket";
    case ALERT_COMMAND: return NULL;
    }
    return NULL;
}

const char *alert_spec(enum alert_kind kind, char *text, struct alert_sink *out, char **token)
{
    *out = (struct alert_sink){
        .kind = kind, .least = SEVERITY_WARNING, .wait = SPAN_S(WAIT_S), .resend = SPAN_S(RESEND_S)
    };
    *token = NULL;
    while (is_setting(text)) {
        char *word = next_word(&text), *equals = strchr(word, '=');
        *equals = '\0';
        const char *wrong = take_setting(out, word, equals + 1, token);
        if (wrong)
            return wrong;
    }
    out->target = kind == ALERT_COMMAND ? text + strspn(text, " \t") : next_word(&text);
    if (kind != ALERT_COMMAND && text[strspn(text, " \t")])
        return "takes one address, with its settings (severity=, group=, wait=, resend=) before it";
    return check_target(out);
}

void alert_spec_shown(const struct alert_sink *s, char text[128])
{
    const char *t = s->target, *host = strstr(t, "://");
    if (s->kind == ALERT_COMMAND)
        snprintf(text, 128, "--alert-command %.*s", (int)strcspn(t, " \t"), t);
    else if (!host)
        snprintf(text, 128, "--syslog %.100s", t);
    else { /* "http://user:word@host:80/path" */
        int n = (int)strcspn(host + 3, "/?#");
        const char *at = memchr(host + 3, '@', (size_t)n);
        const char *from = at ? at + 1 : host + 3;
        n -= (int)(from - (host + 3));
        snprintf(text, 128, "--%s %.*s://%.*s", s->kind == ALERT_WEBHOOK ? "webhook" : "syslog",
                 (int)(host - t), t, n > 80 ? 80 : n, from);
    }
}
