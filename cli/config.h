/* The configuration file: every option by its long name, and names for addresses and ASes.
 *
 *     # a comment
 *     interface = eth1
 *     tcp-md5-key = 10.0.12.1=file:/etc/routetap/key
 *     name 10.0.12.1 = edge1.example
 *     as 64500 = Example Net */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/options.h"

#define CONFIG_USUAL "/etc/routetap/routetap.conf"

/* Reads the file into the options, as if its lines stood in front of the arguments. With `may_lack` a file that is not
 * there is an empty one. False after saying why. */
MUST_USE bool config_read(struct options *, const char *path, bool may_lack);
/* The first line of a file that only we and root can read. NULL: *why is the end of a sentence about it. The caller's
 * to free. */
char *config_secret(const char *path, bool strict, const char **why);

#endif
