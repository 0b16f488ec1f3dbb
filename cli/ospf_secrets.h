/* What `analyze` says of the secrets that it was given for OSPF. */
#ifndef CLI_OSPF_SECRETS_H
#define CLI_OSPF_SECRETS_H

#include "cli/options.h"
#include "state/engine.h"

/* A note to standard error, unless nothing was given, or --quiet. */
void ospf_secrets_tell(const struct engine *, const struct options *);

#endif
