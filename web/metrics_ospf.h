/* Metrics of OSPF's adjacencies, as part of all. */
#ifndef WEB_METRICS_OSPF_H
#define WEB_METRICS_OSPF_H

#include "base/stamp.h"
#include "web/metrics_text.h"

struct store;

/* now: of the capture. */
void metrics_ospf(struct store *, struct stamp now, struct metric_out *);

#endif
