/* Metrics as text: OpenMetrics 1.0 or, for those who don't ask for that, the older text format of Prometheus.
 *
 *     metric_family(out, "counter", "bgp_messages", "BGP messages of all peerings.");
 *     metric_begin(out, "counter", "bgp_messages");
 *     metric_label(out, "type", "open", true);
 *     metric_value(out, true, 12);
 *
 * Names go without routetap_ in front, and without the _total of counters and the _info of infos. */
#ifndef WEB_METRICS_TEXT_H
#define WEB_METRICS_TEXT_H

#include "base/buf.h"
#include <stdbool.h>

struct metric_out {
    struct buf *buf; /* borrowed */
    bool open;       /* OpenMetrics */
};

/* kind: "counter", "gauge" or "info". All samples of a family stand behind it, before the next one. */
void metric_family(struct metric_out *, const char *kind, const char *name, const char *help);
void metric_begin(struct metric_out *, const char *kind, const char *name);
/* first: of its sample. What must be escaped in the text is. */
void metric_label(struct metric_out *, const char *key, const char *text, bool first);
/* Ends the sample. labels: it has any. */
void metric_value(struct metric_out *, bool labels, double);
/* A family of one sample without labels. */
void metric_single(struct metric_out *, const char *kind, const char *name, const char *help, double);

#endif
