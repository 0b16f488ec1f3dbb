/* What the formats of `routetap export` share. */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "cli/command.h"
#include <stdio.h>

/* `o` has the capture files alone; o->write says where it goes. */
command_fn export_mrt, export_bmp, export_json, export_pcap;

/* Where -w points; stdout for "-". NULL after saying why not: *status is what to exit with then. */
FILE *export_open(const struct options *o, int *status);
/* EXIT_DONE, or EXIT_DAMAGED after saying that it could not be written. */
int export_close(FILE *, const struct options *);

/* What `export mrt --table` does. */
int export_table(const struct options *);
/* "FOLDER/STEM.20260301.1000", as archives name their files. */
void export_name(char *path, size_t room, const char *folder, const char *stem, struct stamp);

#endif
