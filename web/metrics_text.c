/* Samples of metrics in; lines of text out. */
#include "web/metrics_text.h"

#include <string.h>

/* In OpenMetrics a counter's family is named without the _total that its samples have. */
void metric_family(struct metric_out *m, const char *kind, const char *name, const char *help)
{
    const char *tail = !m->open && !strcmp(kind, "counter") ? "_total" : "";
    const char *said = !m->open && !strcmp(kind, "info") ? "gauge" : kind;
    const char *info = !m->open && !strcmp(kind, "info") ? "_info" : "";
    buf_printf(m->buf, "# TYPE routetap_%s%s%s %s\n", name, tail, info, said);
    buf_printf(m->buf, "# HELP routetap_%s%s%s %s\n", name, tail, info, help);
}

static void escaped(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            buf_printf(out, "\\%c", *text);
        else if (*text == '\n')
            buf_str(out, "\\n");
        else
            buf_char(out, *text);
}

void metric_label(struct metric_out *m, const char *key, const char *text, bool first)
{
    buf_printf(m->buf, "%s%s=\"", first ? "{" : ",", key);
    escaped(m->buf, text);
    buf_char(m->buf, '"');
}

void metric_begin(struct metric_out *m, const char *kind, const char *name)
{
    buf_str(m->buf, "routetap_");
    buf_str(m->buf, name);
    if (*kind == 'c')
        buf_str(m->buf, "_total");
    else if (*kind == 'i')
        buf_str(m->buf, "_info");
}

void metric_value(struct metric_out *m, bool labels, double x)
{
    buf_str(m->buf, labels ? "} " : " ");
    if (x >= 0 && x < 9e15 && x == (double)(uint64_t)x)
        buf_u64(m->buf, (uint64_t)x);
    else
        buf_printf(m->buf, "%.6f", x);
    buf_char(m->buf, '\n');
}

/* A family of one sample without labels. */
void metric_single(struct metric_out *m, const char *kind, const char *name, const char *help, double x)
{
    metric_family(m, kind, name, help);
    metric_begin(m, kind, name);
    metric_value(m, false, x);
}
