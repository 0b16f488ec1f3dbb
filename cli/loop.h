/* The one loop: source, engine, and whoever takes what comes out. */
#ifndef CLI_LOOP_H
#define CLI_LOOP_H

#include "capture/source.h"
#include "cli/options.h"

/* Takes what one packet caused; false to stop. */
typedef bool loop_fn(void *taker, const struct outbox *);

struct loop {
    struct source *source;
    struct engine *engine;
    struct origins *origins; /* of --rpki and --rtr */
    loop_fn *take;
    void *taker;
    bool damaged;     /* a file was damaged: told to the user, and in the findings */
    bool interrupted; /* Ctrl-C: what was read so far is good */
    bool later;       /* there are packets behind --until */
    /* while live; NULL: not live */
    /* second: the one of packet time that is over, if `due`; called also in between, for seconds of our own.
     * False to stop */
    bool (*beat)(void *taker, struct stamp second, bool due);
    /* not live: before the first packet behind a stretch of STORE_SAMPLE_S seconds; or NULL */
    void (*sample)(void *taker, struct stamp second);
    struct stamp next_sample;
    struct loop_count {
        uint64_t packets, bytes;
    } * counts; /* with sample: of each file, what came so far; files are read ahead of it. Owned; NULL: no memory */
    void (*keep)(void *taker, const struct packet *); /* a packet that the engine cared for; or NULL */
    struct stamp next_beat;                           /* a whole second */
    struct stamp next_pulse;
    unsigned since_pulse; /* packets */
};

/* Opens the files of the options and makes an engine. EXIT_DONE, or a status after saying why. */
int loop_open(struct loop *, const struct options *, struct engine_options, bool in_file_order);
/* Opens the interfaces of the options, or its files as if they came now, and makes an engine. Likewise. */
int loop_open_live(struct loop *, const struct options *, struct engine_options);
/* SIGHUP came since this was asked last. */
bool loop_reread(void);
/* Until the end of the input. EXIT_DONE, or EXIT_DAMAGED after saying why. */
int loop_run(struct loop *, const struct options *);
/* At the end of the program: what the engine holds is left to the system, since freeing a million routes one by one
 * would only take time; all is freed where leaks are looked for. */
void loop_close(struct loop *);

#endif
