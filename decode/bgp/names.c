/* Numbers to names, from the rows of this folder. (Families: nlri.c; attributes: attrs.c.) */
#include "decode/bgp/bgp_internal.h"

#include <stdio.h>

const char *bgp_type_name(unsigned type)
{
    static const char *const names[] = {
#define MSG(type, ident, name, smallest) [type] = (name),
#include "decode/bgp/messages.def"
#undef MSG
    };
    return type < COUNT(names) ? names[type] : NULL;
}

const char *bgp_cap_name(unsigned code)
{
    static const char *const names[] = {
#define CAP(code, ident, name, reader) [code] = (name),
#include "decode/bgp/caps.def"
#undef CAP
    };
    return code < COUNT(names) ? names[code] : NULL;
}

const char *bgp_verdict_name(enum bgp_verdict verdict)
{
    static const char *const names[] = {
        [BGP_FINE] = "fine",
        [BGP_DISCARD_ATTRIBUTE] = "attribute-discard",
        [BGP_TREAT_AS_WITHDRAW] = "treat-as-withdraw",
        [BGP_DISABLE_FAMILY] = "afi-safi-disable",
        [BGP_RESET_SESSION] = "session-reset",
    };
    return (unsigned)verdict < COUNT(names) ? names[verdict] : "?";
}

static const char *notify_code_name(unsigned code)
{
    static const char *const names[] = {
#define NOTIFY_CODE(code, words) [code] = (words),
#include "decode/bgp/notify.def"
    };
    return code < COUNT(names) ? names[code] : NULL;
}

/* "" where the code has no subcodes, NULL where the subcode is not assigned. */
static const char *notify_subcode_name(unsigned code, unsigned subcode)
{
    static const struct {
        uint8_t code, subcode;
        const char *words;
    } rows[] = {
#define NOTIFY(code, subcode, words, data) { code, subcode, words },
#include "decode/bgp/notify.def"
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].code == code && rows[i].subcode == subcode)
            return rows[i].words;
    return NULL;
}

const char *bgp_notify_name(uint8_t code, uint8_t subcode, char text[64])
{
    const char *words = notify_subcode_name(code, subcode);
    if (!words)
        snprintf(text, 64, "%u/%u", code, subcode);
    else if (!*words)
        snprintf(text, 64, "%s", notify_code_name(code));
    else
        snprintf(text, 64, "%s/%s", notify_code_name(code), words);
    return text;
}

const char *bgp_afi_safi_name(uint16_t afi, uint8_t safi, char text[32])
{
    enum bgp_family family = bgp_family_of(afi, safi);
    if (family == FAMILY_NONE)
        snprintf(text, 32, "%u/%u", afi, safi);
    else
        snprintf(text, 32, "%s", bgp_family_name(family));
    return text;
}
