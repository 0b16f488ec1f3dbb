/* What the formats of `routetap export` share. */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "cli/command.h"
#include <stdio.h>

/* `o` has the capture files alone; o->write says where it goes. */
command_fn export_mrt, export_bmp, export_pcap;

/* Where -w points; stdout for "-". NULL after saying why not: *status is what to exit with then. */
FILE *export_open(const struct options *o, int *status);
/* EXIT_DONE, or EXIT_DAMAGED after saying that it could not be written. */
int export_close(FILE *, const struct options *);

#endif
