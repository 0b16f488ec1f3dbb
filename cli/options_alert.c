/* Options of who is rung. A value in, a sink more, or what it wants. */
#include "alert/sender.h"
#include "alert/spec.h"
#include "cli/options_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *take_token(const struct options *o, struct alert_sink *s, char *word)
{
    const char *why;
    if (strncmp(word, "file:", 5) != 0 && strncmp(word, "env:", 4) != 0)
        return "takes token=file:PATH or token=env:NAME";
    s->token = read_secret(o, word, &why);
    return s->token ? NULL : why;
}

static const char *take_sink(struct options *o, enum alert_kind kind, const char *value)
{
    char *words, *token;
    const char *lacks = sender_lacks(kind);
    if (lacks)
        return lacks;
    if (o->sink_count == ALERT_SINKS)
        return "was given too often";
    words = strdup(value);
    if (!words)
        return "finds no memory";
    struct alert_sink *s = &o->sinks[o->sink_count];
    o->sink_words[o->sink_count++] = words;
    const char *wrong = alert_spec(kind, words, s, &token);
    return wrong || !token ? wrong : take_token(o, s, token);
}

const char *take_alert(struct options *o, enum option_id id, const char *value)
{
    return take_sink(o,
                     id == OPTION_WEBHOOK  ? ALERT_WEBHOOK
                     : id == OPTION_SYSLOG ? ALERT_SYSLOG
                                           : ALERT_COMMAND,
                     value);
}

void free_alerts(struct options *o)
{
    for (unsigned i = 0; i < o->sink_count; i++) {
        if (o->sinks[i].token)
            memset(o->sinks[i].token, 0, strlen(o->sinks[i].token));
        free(o->sinks[i].token);
        free(o->sink_words[i]);
    }
    o->sink_count = 0;
}
