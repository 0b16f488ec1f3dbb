/* What the secrets of --ospf-key were good for: who signs with them, and who does not. */
#include "cli/ospf_secrets.h"

#include "base/buf.h"
#include "base/log.h"
#include "state/ospf.h"

enum { LISTED = 8, WORDS = 600 };

static void list(struct buf *out, const struct ospf_speaker *s, uint32_t count)
{
    char text[ADDR_TEXT];
    if (count < LISTED)
        buf_printf(out, "%s%s", count ? ", " : "", addr_text(&s->addr, text));
    else if (count == LISTED)
        buf_str(out, ", …");
}

void ospf_secrets_tell(const struct engine *e, const struct options *o)
{
    const struct ospf_speaker *s;
    struct buf wrong = buf_init(WORDS);
    uint32_t right_count = 0, wrong_count = 0;
    if (!o->ospf_key_count || o->quiet)
        return;
    for (uint32_t at = 0; (s = ospf_next_speaker(engine_ospf(e), &at));) {
        right_count += s->auth.verdict >= OSPF_KEY_RIGHT;
        if (s->auth.verdict == OSPF_KEY_WRONG)
            list(&wrong, s, wrong_count++);
    }
    if (wrong_count)
        log_line(LOG_NOTE, "--ospf-key: %u interface%s with it, and not %s", (unsigned)right_count,
                 right_count == 1 ? " signs" : "s sign", buf_text(&wrong));
    else if (right_count)
        log_line(LOG_NOTE, "--ospf-key: %u interface%s with it", (unsigned)right_count,
                 right_count == 1 ? " signs" : "s sign");
    else
        log_line(LOG_NOTE, "--ospf-key: no packet that it is for was signed");
    buf_free(&wrong);
}
