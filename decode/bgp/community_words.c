/* A community as people write it in, as bgp_communities_text writes it out: "65535:65281" and "NO_EXPORT" are "no-export",
 * "target:65001:100" is "rt:65001:100". */
#include "decode/bgp/update_internal.h"

#include <string.h>

enum { WORDS_MOST = 80, NUMBERS_MOST = 3 };

/* What others call it, for bgpdump, IOS, Junos and BIRD. */
static const struct {
    const char *theirs, *ours;
} names[] = { { "local-as", "no-export-subconfed" },
              { "no-peer", "nopeer" },
              { "gshut", "graceful-shutdown" },
              { "planned-shut", "graceful-shutdown" } },
  kinds[] = { { "target", "rt" }, { "origin", "soo" }, { "ro", "soo" }, { "bandwidth", "link-bandwidth" } };

/* "65001:1:2" as up to three numbers; how many, or 0. */
static unsigned numbers_of(const char *words, uint64_t n[NUMBERS_MOST])
{
    unsigned count = 0;
    for (const char *at = words;; at++) {
        if (count == NUMBERS_MOST || *at < '0' || *at > '9')
            return 0;
        for (n[count] = 0; *at >= '0' && *at <= '9'; at++) {
            n[count] = n[count] * 10 + (uint64_t)(*at - '0');
            if (n[count] > UINT32_MAX)
                return 0;
        }
        count++;
        if (*at != ':')
            return *at ? 0 : count;
    }
}

static bool of_numbers(const char *words, struct buf *out)
{
    uint64_t n[NUMBERS_MOST] = { 0 };
    unsigned count = numbers_of(words, n);
    if (count == 3)
        buf_printf(out, "%u:%u:%u", (unsigned)n[0], (unsigned)n[1], (unsigned)n[2]);
    else if (count == 2 && n[0] <= UINT16_MAX && n[1] <= UINT16_MAX)
        bgp_community_text((unsigned)n[0], (unsigned)n[1], out);
    else
        return false;
    return true;
}

/* The word before the first colon, or all of it, is a name that such communities have. */
static bool of_name(const char *words, struct buf *out)
{
    size_t n = strcspn(words, ":");
    const char *rest = words + n, *name = NULL;
    for (size_t i = 0; *rest && i < COUNT(kinds); i++)
        if (strlen(kinds[i].theirs) == n && !memcmp(kinds[i].theirs, words, n))
            name = kinds[i].ours;
    for (size_t i = 0; !*rest && i < COUNT(names); i++)
        if (!strcmp(names[i].theirs, words))
            name = names[i].ours;
    buf_add(out, name ? name : words, name ? strlen(name) : n);
    buf_str(out, rest);
    bool hex = words[0] == '0' && words[1] == 'x';
    if (!*rest)
        return name || bgp_community_known(words) || bgp_ext_community_known(words, n, true);
    return rest[1] && (name || hex || bgp_ext_community_known(words, n, false));
}

bool bgp_community_words(const char *text, struct buf *out)
{
    char words[WORDS_MOST] = "";
    size_t n = strlen(text);
    if (!n || n >= sizeof words || strpbrk(text, " \t"))
        return false;
    for (size_t i = 0; i <= n; i++) {
        char c = text[i];
        words[i] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return of_numbers(words, out) || of_name(words, out);
}
