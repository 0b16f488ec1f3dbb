/* `routetap monitor`: interfaces in, findings out as they come; until it is told to stop. */
#include "alert/alerter.h"
#include "alert/feed.h"
#include "cli/bmp.h"
#include "cli/command.h"
#include "cli/errands.h"
#include "cli/event_out.h"
#include "cli/geoip.h"
#include "cli/keep.h"
#include "cli/notify.h"
#include "cli/origins.h"
#include "cli/report_out.h"
#include "cli/serve.h"

#include "base/log.h"
#include "capture/privdrop.h"
#include "store/lines.h"
#include "store/telling.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

command_fn cmd_monitor;

struct monitor {
    struct loop loop;
    struct keep keep;
    struct lines *lines;
    struct alert_feed *feed; /* NULL, like the next: nobody is to be rung */
    struct alerter *alerter;
    struct bmp bmp;
    struct event_out events;
    struct geoip *geoip;
    const struct options *options; /* as given at the start */
    struct options *reread;        /* of the configuration file since; owned, or NULL */
    struct tcp_key keys[KEYS_MAX]; /* secrets are those of the two above */
    struct web *web;               /* NULL: no page */
    struct errands errands;        /* where its longer answers come from */
};

/* ---- what comes of the loop ---- */

static bool take(void *taker, const struct outbox *out)
{
    struct monitor *m = taker;
    keep_events(&m->keep, out);
    if (m->feed)
        alert_feed_take(m->feed, out);
    bmp_take(&m->bmp, out);
    event_out_take(&m->events, out);
    return lines_write(m->lines, out);
}

static void keep_one(void *taker, const struct packet *p)
{
    struct monitor *m = taker;
    keep_packet(&m->keep, p);
}

static void ring(void *monitor, const struct alert *a)
{
    struct monitor *m = monitor;
    alerter_ring(m->alerter, a);
    rung_take(&m->keep.rung, a);
}

static const char *name_of(void *names, const struct addr *a) { return names_address(names, a); }

static void place_of(void *geoip, const struct addr *a, struct buf *out)
{
    struct geo_place place;
    if (!geo_there(geoip_geo(geoip)))
        return;
    geo_find(geoip_geo(geoip), a, &place);
    if (place.asn || *place.organisation || *place.city || *place.country || *place.country_name)
        telling_place_text(&place, out);
}

static const char *file_name(void *source, uint32_t number) { return source_file(source, number)->path; }

/* ---- SIGHUP ---- */

/* Secrets of the file as it is now, then those of the arguments. */
static void set_keys(struct monitor *m, const struct options *fresh)
{
    unsigned n = 0;
    for (unsigned i = 0; i < fresh->key_count; i++)
        m->keys[n++] = fresh->keys[i];
    for (unsigned i = m->options->config_keys; i < m->options->key_count && n < KEYS_MAX; i++)
        m->keys[n++] = m->options->keys[i];
    engine_set_keys(m->loop.engine, m->keys, n);
}

/* Sinks of the file as it is now; but any among the arguments took the place of all of them. */
static void set_sinks(struct monitor *m, const struct options *fresh)
{
    const bool *given = m->options->given;
    if (!given[OPTION_WEBHOOK] && !given[OPTION_SYSLOG] && !given[OPTION_ALERT_COMMAND])
        (void)!alerter_change(m->alerter, fresh->sinks, fresh->sink_count); /* it says so itself */
}

/* What is known of networks: by what the arguments name, else by what the file does. */
static void set_known(struct monitor *m, const struct options *fresh)
{
    const bool *given = m->options->given;
    geoip_reread(m->geoip, given[OPTION_GEOIP] ? m->options : fresh);
    origins_reread(m->loop.origins, given[OPTION_RPKI] || given[OPTION_RTR] ? m->options : fresh);
}

static bool differ(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : "") != 0; }

static bool other_interfaces(const struct options *a, const struct options *b)
{
    bool other = a->interface_count != b->interface_count;
    for (unsigned i = 0; !other && i < a->interface_count; i++)
        other = differ(a->interfaces[i], b->interfaces[i]);
    return other;
}

/* Whoever changes what only a start reads has to hear that it does nothing yet. */
static void tell_waiting(const struct options *o, const struct options *fresh)
{
    const struct {
        enum option_id id;
        const char *name;
        bool other;
    } rows[] = { { OPTION_INTERFACE, "interface", !o->given[OPTION_READ] && other_interfaces(o, fresh) },
                 { OPTION_DB, "db", differ(o->db, fresh->db) },
                 { OPTION_EVIDENCE, "evidence", differ(o->evidence, fresh->evidence) },
                 { OPTION_KEEP_ROUTES, "keep-routes", o->keep_routes != fresh->keep_routes },
                 { OPTION_WEB, "web", o->web != fresh->web || o->web_port != fresh->web_port },
                 { OPTION_USER, "user", differ(o->user, fresh->user) } };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].other && !o->given[rows[i].id])
            log_line(LOG_WARNING, "%s: another %s takes a restart; until then it stays what it was",
                     o->config_path, rows[i].name);
}

/* Names, secrets, whom to ring, what is told and how long things are kept. Interfaces, files and the user stay what they
 * are. */
static void reread(struct monitor *m)
{
    if (!m->options->config_path)
        set_known(m, m->options);
    if (!m->options->config_path && (m->options->rpki || m->options->geoip_count))
        return;
    if (!m->options->config_path) {
        log_line(LOG_NOTE, "SIGHUP: no configuration file was read, so there is none to be read again");
        return;
    }
    notify_reloading();
    struct options *fresh = calloc(1, sizeof *fresh);
    if (fresh && options_reread(fresh, m->options)) {
        set_keys(m, fresh);
        lines_set(m->lines, m->options->given[OPTION_SEVERITY] ? m->options->least : fresh->least,
                  &fresh->names);
        keep_set(&m->keep, fresh);
        set_known(m, fresh);
        if (m->feed) {
            alert_feed_names(m->feed, &fresh->names);
            set_sinks(m, fresh);
        }
        if (m->reread)
            options_free(m->reread);
        free(m->reread);
        m->reread = fresh;
        log_line(LOG_NOTE, "%s was read again", m->options->config_path);
        tell_waiting(m->options, fresh);
    } else {
        log_line(LOG_ERROR, "all stays as it was");
        if (fresh)
            options_free(fresh);
        free(fresh);
    }
    notify_ready("listening");
}

static bool beat(void *taker, struct stamp second, bool due)
{
    struct monitor *m = taker;
    if (loop_reread())
        reread(m);
    if (due) {
        origins_look(m->loop.origins);
        geoip_look(m->geoip);
    }
    keep_beat(&m->keep, second, due);
    if (m->feed && due)
        alert_feed_beat(m->feed, second);
    if (m->alerter)
        alerter_flush(m->alerter);
    bmp_beat(&m->bmp, second, due);
    event_out_beat(&m->events, second);
    notify_watchdog();
    return true;
}

/* ---- the command ---- */

static void tell_interface(void *to, const char *name, const char *words)
{
    fprintf(to, "%-15s %s\n", name, words);
}

static int list_interfaces(void)
{
    char message[300];
    if (source_list_interfaces(tell_interface, stdout, message))
        return EXIT_DONE;
    log_line(LOG_ERROR, "%s", message);
    return EXIT_DAMAGED;
}

/* The interfaces are open: rights are given up before the first packet is looked at. */
static bool give_up_rights(const struct options *o)
{
    char message[300];
    if (!privdrop(o->user, message)) {
        log_line(LOG_ERROR, "%s", message);
        return false;
    }
    return true;
}

/* Before files are opened and the sandbox is entered, which lets nothing be started. */
static bool open_alerts(struct monitor *m)
{
    const struct options *o = m->options;
    char message[300] = "there is not enough memory to begin";
    if (!o->sink_count && !o->config_path) /* the file may name some later */
        return true;
    struct alert_feed_options fo = { .emit = ring,
                                     .to = m,
                                     .peer = o->peer,
                                     .name = name_of,
                                     .name_of = (void *)(uintptr_t)&o->names,
                                     .place = place_of,
                                     .place_of = m->geoip };
    m->feed = alert_feed_new(&fo);
    m->alerter = m->feed ? alerter_start(o->sinks, o->sink_count, message) : NULL;
    if (!m->alerter)
        log_line(LOG_ERROR, "%s", message);
    return m->alerter != NULL;
}

static bool open_keep(struct monitor *m)
{
    if (!keep_open(&m->keep, m->options, &m->loop))
        return false;
    if (m->alerter)
        keep_alerts(&m->keep, m->feed, m->alerter);
    return true;
}

static bool enter_sandbox(const struct options *o)
{
    if (o->no_sandbox || privdrop_sandbox() != SANDBOX_FAILED)
        return true;
    log_line(LOG_ERROR, "the kernel does not take the list of system calls; --no-sandbox goes without");
    return false;
}

/* The page, by a connection of its own to the database, in threads of its own. */
static bool show(struct monitor *m)
{
    const struct options *o = m->options;
    char message[300];
    enum err why;
    if (!o->web)
        return true;
    if (!o->db)
        log_line(LOG_ERROR, "the page shows what is kept: give a database, too, with --db FILE");
    if (!o->db || !serve_can())
        return false;
    m->errands = (struct errands){ .db = o->db,
                                   .again = { .files = o->reads,
                                              .file_count = o->read_count,
                                              .ring = o->evidence,
                                              .ports = o->ports,
                                              .port_count = o->port_count },
                                   .geoip = m->geoip,
                                   .origins = m->loop.origins };
    if (store_flush(m->keep.store) != ERR_NONE) /* so that there is something to be opened */
        return false;
    struct store *s = store_open(o->db, STORE_READ, &why, message);
    if (!s) {
        log_line(LOG_ERROR, "%s", message);
        return false;
    }
    store_set_geo(s, geoip_geo(m->geoip));
    m->web = serve_begin(s, o->db, o, &m->errands);
    if (!m->web)
        store_close(s);
    return m->web != NULL;
}

static void tell_begin(const struct monitor *m)
{
    for (unsigned i = 0; !m->options->quiet && i < m->options->interface_count; i++)
        log_line(LOG_NOTE, "listening on %s", source_file(m->loop.source, i)->path);
    notify_ready("listening");
}

static bool begin(struct monitor *m)
{
    const struct options *o = m->options;
    struct lines_options lo = { .json = o->json,
                                .colour = look_find(o).colour,
                                .verbose = o->verbose,
                                .vendor = o->advice,
                                .peer = o->peer,
                                .least = o->least,
                                .file = file_name,
                                .file_of = m->loop.source,
                                .name = name_of,
                                .name_of = (void *)(uintptr_t)&o->names };
    m->lines = lines_new(stdout, &lo);
    return m->lines && give_up_rights(o) && (m->geoip = geoip_open(o)) && open_alerts(m) && open_keep(m) &&
           enter_sandbox(o) && bmp_open(&m->bmp, o, m->loop.engine) && event_out_open(&m->events, o) &&
           show(m);
}

static int end(struct monitor *m, int status)
{
    serve_end(m->web);
    bmp_close(&m->bmp);
    event_out_close(&m->events);
    alerter_stop(m->alerter);
    keep_close(&m->keep);
    alert_feed_free(m->feed);
    lines_free(m->lines);
    loop_close(&m->loop);
    if (m->reread)
        options_free(m->reread);
    free(m->reread);
    return geoip_close(m->geoip, status);
}

int cmd_monitor(const struct options *o)
{
    if (o->list)
        return list_interfaces();
    struct monitor m = { .loop = { .take = take, .beat = beat, .keep = keep_one }, .options = o };
    m.loop.taker = &m;
    signal(SIGPIPE, SIG_IGN); /* when nobody reads any more, it ends in order */
    notify_open();
    struct engine_options eo = engine_defaults();
    eo.tell_routes = o->keep_routes && o->db;
    eo.quiet = o->settle;
    eo.tell_messages = o->bmp || o->kafka;
    int status = loop_open_live(&m.loop, o, eo);
    if (!status) {
        status = EXIT_DAMAGED;
        if (begin(&m)) {
            tell_begin(&m);
            status = loop_run(&m.loop, o);
            notify_stopping();
            status = keep_finish(&m.keep) ? status : EXIT_DAMAGED;
        }
    }
    return end(&m, status);
}
