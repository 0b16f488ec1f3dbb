/* Alerts in, text out: JSON as Alertmanager takes it, and messages of syslog. */
#include "alert/sender.h"

#include "base/writer.h"
#include <stdio.h>
#include <string.h>

/* ---- JSON ---- */

enum { FIRES_S = 300 };

static void labels(struct writer *w, const struct alert *a)
{
    static const char *const about[] = { NULL, "peering", "adjacency" };
    write_object(w, "labels");
    write_str(w, "alertname", a->name);
    write_str(w, "job", "routetap");
    write_str(w, "severity", severity_name(a->severity));
    if (about[a->about])
        write_str(w, about[a->about], a->subject);
    if (*a->at)
        write_str(w, "at", a->at);
    if (a->finding) /* two of one code may differ in nothing else: flapping prefixes */
        write_format(w, "finding", "%u", (unsigned)a->finding);
    write_end(w);
}

static void annotations(struct writer *w, const struct alert *a)
{
    write_object(w, "annotations");
    write_str(w, "status", a->firing ? "firing" : "resolved");
    write_str(w, "summary", a->summary);
    write_str(w, "description", a->description);
    if (*a->advice)
        write_str(w, "advice", a->advice);
    if (*a->called)
        write_str(w, "names", a->called);
    if (*a->places)
        write_str(w, "places", a->places);
    write_str(w, "confidence", a->confidence);
    write_format(w, "count", "%u", (unsigned)a->count);
    write_end(w);
}

void alert_json(const struct desk_batch *b, struct stamp until, struct buf *out)
{
    struct writer w = writer_init(&writer_json, out);
    char text[STAMP_TEXT];
    write_array(&w, NULL);
    for (uint32_t i = 0; i < b->count; i++) {
        const struct alert *a = b->list[i];
        write_object(&w, NULL);
        labels(&w, a);
        annotations(&w, a);
        write_str(&w, "startsAt", stamp_text(a->first, 6, text));
        /* packets may be ahead of a clock that was set back: what ends before it begins is refused */
        struct stamp least = stamp_add(a->first, SPAN_S(FIRES_S));
        write_str(&w, "endsAt", stamp_text(a->firing ? stamp_later(until, least) : a->last, 6, text));
        write_end(&w);
    }
    write_end(&w);
}

/* ---- syslog ---- */

/* A value of structured data: quotes, backslashes and closing brackets are escaped (RFC 5424 6.3.3). */
static void param(struct buf *out, const char *key, const char *value)
{
    buf_printf(out, " %s=\"", key);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\' || *value == ']')
            buf_char(out, '\\');
        buf_char(out, (unsigned char)*value < ' ' ? ' ' : *value);
    }
    buf_char(out, '"');
}

/* <PRI>1 TIME HOST APP PROCID MSGID [SD] BOM MSG */
void alert_syslog(const struct alert *a, const char *host, long pid, struct buf *out)
{
    enum { DAEMON = 3, NOTICE = 5 };
    static const int severities[] = { 6, 4, 3 }; /* informational, warning, error */
    static const char *const about[] = { NULL, "peering", "adjacency" };
    char time[STAMP_TEXT], number[16];
    buf_printf(out, "<%d>1 %s %s routetap %ld %s [routetap@32473",
               DAEMON * 8 + (a->firing ? severities[a->severity] : NOTICE),
               stamp_text(a->firing && !a->again ? a->first : a->last, 6, time), *host ? host : "-", pid,
               a->finding ? "finding" : "state");
    param(out, "status", a->firing ? "firing" : "resolved");
    param(out, "code", a->name);
    param(out, "severity", severity_name(a->severity));
    if (about[a->about])
        param(out, about[a->about], a->subject);
    if (*a->at)
        param(out, "at", a->at);
    snprintf(number, sizeof number, "%u", (unsigned)a->count);
    param(out, "count", number);
    buf_str(out, "] \xef\xbb\xbf");
    buf_printf(out, "%s%s: ", a->firing ? "" : "over: ", a->name);
    for (const char *p = a->summary; *p; p++)
        buf_char(out, (unsigned char)*p < ' ' ? ' ' : *p);
}
