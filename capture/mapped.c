/* A file's descriptor and a stretch of it in, its bytes out; zeros where the machine fails to read. */
#include "capture/mapped.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

/* One a mapping, for the handler to find; lock-free, for that is all that a signal handler may use. */
enum { WATCHES = 64 };
static struct watch {
    _Atomic(uintptr_t) from, to; /* from: 0 while free, 1 while it is being made or undone */
    atomic_bool lost;
} watches[WATCHES];

static struct sigaction before_us;

static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    uintptr_t at = (uintptr_t)info->si_addr;
    for (unsigned i = 0; i < WATCHES; i++) {
        struct watch *w = &watches[i];
        uintptr_t from = atomic_load(&w->from), to = atomic_load(&w->to);
        if (from <= 1 || at < from || at >= to)
            continue;
        /* mmap is no more than a system call: POSIX does not list it for handlers, Linux has no reason not to */
        if (mmap((void *)from, to - from, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
            MAP_FAILED) // NOLINT(performance-no-int-to-ptr)
            break;
        atomic_store(&w->lost, true);
        return;
    }
    sigaction(signal_number, &before_us, NULL); /* not ours: it comes again, to whom it came before */
}

static void watch_out(void)
{
    static atomic_flag done = ATOMIC_FLAG_INIT;
    if (atomic_flag_test_and_set(&done))
        return;
    struct sigaction action = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before_us);
}

static bool watch_claim(unsigned *which)
{
    for (unsigned i = 0; i < WATCHES; i++) {
        uintptr_t nobody = 0;
        if (atomic_compare_exchange_strong(&watches[i].from, &nobody, 1)) {
            *which = i;
            return true;
        }
    }
    return false;
}

bool mapped_open(struct mapped *m, int fd, uint64_t offset, size_t size)
{
    *m = (struct mapped){ 0 };
    if (!watch_claim(&m->watch))
        return false;
    watch_out();
    struct watch *w = &watches[m->watch];
    void *base = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, (off_t)offset);
    if (base == MAP_FAILED) {
        atomic_store(&w->from, 0);
        return false;
    }
    m->base = base;
    m->size = size;
    atomic_store(&w->lost, false);
    atomic_store(&w->to, (uintptr_t)base + size);
    atomic_store(&w->from, (uintptr_t)base);
#ifdef MADV_POPULATE_READ /* Linux 5.14: one call for what would be a fault every 64 KiB */
    (void)madvise(base, size, MADV_POPULATE_READ);
#endif
    return true;
}

bool mapped_lost(const struct mapped *m) { return m->base && atomic_load(&watches[m->watch].lost); }

void mapped_close(struct mapped *m)
{
    if (!m->base)
        return;
    struct watch *w = &watches[m->watch];
    atomic_store(&w->from, 1);
    munmap(m->base, m->size);
    atomic_store(&w->from, 0);
    *m = (struct mapped){ 0 };
}
