/* A file of rules as a stranger would write it. Whatever is taken for a rule has a line and words, and holds together. */
#include "base/log.h"
#include "cli/command.h"
#include "cli/expect.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct expects all = { NULL, 0 };
    log_set_level((enum log_level) - 1);
    FILE *f = size ? fmemopen((void *)(uintptr_t)bytes, size, "r") : NULL;
    if (!f)
        return 0;
    int status = expects_parse(&all, f, "rules");
    must(status == EXIT_DONE || status == EXIT_USAGE);
    for (unsigned i = 0; i < all.count; i++) {
        const struct expect *e = &all.list[i];
        must(e->line && e->text && *e->text);
        must(e->kind != EXPECT_ROUTES || e->least <= e->most);
        must((e->kind != EXPECT_PEERING && e->kind != EXPECT_ESTABLISHED) || (e->a.size && e->b.size));
        must((e->kind != EXPECT_REACHABLE && e->kind != EXPECT_STATE) || e->a.size == 4);
    }
    fclose(f);
    expects_free(&all);
    return 0;
}
