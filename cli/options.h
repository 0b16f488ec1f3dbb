/* Flags that subcommands share: rows of options.def, parsed once. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "alert/alert.h"
#include "base/addr.h"
#include "capture/source.h"
#include "cli/names.h"
#include "cli/when.h"
#include "state/engine.h"
#include "state/rules/explain.h"
#include "store/store.h"

enum option_id {
#define OPTION(ident, name, letter, argument, what) OPTION_##ident,
#include "cli/options.def"
#undef OPTION
    OPTION_COUNT
};
#define OPT(ident) [OPTION_##ident] = true /* of a row of commands.def */

enum { KEYS_MAX = 64 };

enum topology_format { FORMAT_TEXT, FORMAT_DOT, FORMAT_JSON };
enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
    const struct command *command;
    const char *const *files; /* what is no option; borrowed from argv */
    unsigned file_count;
    bool json, all, ascii, quiet;
    const char *db;
    enum vendor advice;
    struct addr peer; /* size 0: all */
    struct when since, until;
    uint16_t ports[8];
    unsigned port_count;
    struct tcp_key keys[KEYS_MAX]; /* secrets are owned: options_free */
    unsigned key_count;
    int fail_on; /* enum severity, or -1 */
    int width;   /* 0: find out */
    int color;
    size_t memory;      /* bytes; 0: as usual */
    const char **words; /* owned: the room for files */
    /* of what is heard now */
    const char *interfaces[64];
    unsigned interface_count;
    const char *reads[64];
    unsigned read_count;
    bool replay, list, no_promiscuous, immediate, verbose;
    double speed; /* 0: as fast as it goes */
    uint32_t snap, buffer;
    unsigned carriers; /* bits of enum filter_carrier */
    const char *filter;
    /* of the page */
    bool web;
    struct addr web_address; /* size 0: as usual */
    uint16_t web_port;       /* 0: as usual */
    const char *web_names[16];
    unsigned web_name_count;
    const char *web_token_file, *tls_cert, *tls_key, *assets;
    /* of tables, and of what goes out */
    const char *write;         /* NULL: standard output */
    enum finding_code finding; /* CODE_COUNT: all */
    bool anonymize;
    const char *anonymize_key; /* NULL: a new one */
    struct addr from;
    enum bgp_family family; /* FAMILY_NONE: all */
    struct when at, between[2];
    struct addr against; /* size 0: none */
    bool longer, shorter, exact, bgpdump, by_origin;
    uint32_t origin;
    const char *as_path, *community, *history, *rpki, *rtr;
    const char *geoip[8];
    unsigned geoip_count;
    /* of OSPF */
    struct ospf_secret ospf_keys[KEYS_MAX]; /* secrets are owned: options_free */
    unsigned ospf_key_count;
    bool by_area;
    uint32_t area;
    uint16_t lsa_type;    /* 0: all */
    const char *lsa_name; /* the beginning of one; NULL: all */
    bool changes;
    int format; /* enum topology_format */
    /* of what is told to collectors */
    const char *bmp, *sensor; /* NULL: none; the host's name */
    bool bmp_out, bmp_only_out;
    const char *kafka, *spool; /* NULL: none */
    const char *kafka_settings[32];
    unsigned kafka_setting_count;
    uint64_t spool_size; /* bytes; 0: as usual */
    bool svg, attempts;
    const char *junit;  /* NULL: no such file */
    bool table;         /* TABLE_DUMP_V2 */
    struct span rotate; /* 0: one file */
    enum severity least;
    const char *user;
    bool no_sandbox;
    const char *evidence;
    enum keep_routes keep_routes;
    uint64_t evidence_size, db_size;                       /* bytes; 0: as usual */
    struct span settle;                                    /* 0: as usual */
    struct span keep_10s, keep_1min, keep_1h, keep_events; /* 0: as usual */
    /* who is rung; their words are owned */
    struct alert_sink sinks[ALERT_SINKS];
    char *sink_words[ALERT_SINKS];
    unsigned sink_count;
    /* of the configuration file */
    struct names names;
    const char *config_path;  /* NULL: none was read */
    char *config_text;        /* owned: values point into it */
    unsigned config_keys;     /* so many of keys are from there */
    bool given[OPTION_COUNT]; /* those that are among the arguments */
};

/* Parses the arguments behind the subcommand's name. 0; or a status to exit with (help was shown: 0 with *done). */
int options_parse(struct options *, const struct command *, int count, char **arguments, bool *done);
void options_free(struct options *);
void options_usage(const struct command *); /* to stdout */
/* The configuration file as it is now, without the arguments: for options that may change while the program runs.
 * False after saying why; options_free is due in any case. */
bool options_reread(struct options *fresh, const struct options *of);
/* One line of the configuration file. NULL, or what is wrong with it. */
const char *options_take_key(struct options *, const char *key, char *value);

#endif
