/* The numbered files of store/schema, embedded at build time (schema/embed.cmake). */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

struct schema_file {
    const char *name;
    const unsigned char *text; /* ends in zero */
};

/* File i brings a database from version i to version i + 1. */
extern const struct schema_file schema_files[];
extern const unsigned schema_count;

/* What they make of an empty database, all at once: the statements of schema/make_whole.c. Ends in zero. */
extern const unsigned char schema_whole[];

#endif
