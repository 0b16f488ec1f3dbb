/* Packets that routers signed with keys that are known, and whether we find them so. All OSPF captures of the lab
 * beside the repository, if it is there, with the keys that stand in their .truth.json. */
#include "tests/check.h"

#include "decode/frame.h"
#include "state/ospf_key.h"
#include <dirent.h>
#include <stdlib.h>

/* ---- one packet each ---- */

/* Those without a router's name were computed by another HMAC (Python's). */
static const struct {
    const char *words, *src, *secret;
    enum ospf_key_found found;
    const char *hex;
} rows[] = {
    // clang-format off
    { "simple (FRR)", "10.0.12.1", "LabKey1", OSPF_KEY_RIGHT,
      "0201002c0aff000100000000f1c800014c61624b65793100ffffff0000010201000000060000000000000000" },
    { "MD5 (FRR)", "10.0.12.1", "LabKey1", OSPF_KEY_RIGHT,
      "0201002c0aff00010000000000000002000001106b00478fffffff0000010201000000060000000000000000eb047c3a"
      "5069a5f6ad08917313387868" },
    { "MD5 with a key of 16 bytes (BIRD)", "10.0.12.1", "sixteen-bytes-ab", OSPF_KEY_RIGHT,
      "0201002c0aff000100000000000000020000c8106b00479affffff000001020100000006000000000000000099729f0d"
      "5433527af089a10a36dc6d59" },
    { "HMAC-SHA-1 (BIRD)", "10.0.12.1", "LabKey1", OSPF_KEY_RIGHT,
      "0201002c0aff00010000000000000002000001146b004771ffffff0000010201000000040000000000000000ae0d052b"
      "861485f89f327638bc42da1f0b209c18" },
    { "HMAC-SHA-256 (BIRD)", "10.0.12.1", "LabKey1", OSPF_KEY_RIGHT,
      "0201002c0aff00010000000000000002000003206b00479bffffff0000010201000000060000000000000000aedc0f70"
      "096b2feafaf328599bf4fba5a531036794ba06c8cebba56459c5a001" },
    { "HMAC-SHA-384 (BIRD)", "10.0.12.1", "LabKey1", OSPF_KEY_RIGHT,
      "0201002c0aff00010000000000000002000003306b00479dffffff00000102010000000600000000000000007a0686bc"
      "6c910dae8f6ebaa3427da13f0bbee60a9cde8c329b711d6f203e9a29acf804f3c3c3b59263dc523b655307c5" },
    { "HMAC-SHA-512", "10.0.12.1", "LabKey1", OSPF_KEY_RIGHT,
      "0201002c0aff00010000000000000002000003406b00479bffffff000001020100000006000000000000000064ace11d"
      "7e8aa89b5ddc6d0d027b1e8fee32ce2aa6f769c6b7855e966dbb45d165edb9a1a89839515308c9d98a70aa2fd6c4943c"
      "9a9883f262df6973ca83f08c" },
    { "a key longer than the digest, as RFC 2104 has it", "10.0.12.1", "0123456789012345678901234567890123456789", OSPF_KEY_RIGHT,
      "0201002c0aff00010000000000000002000003206b00479bffffff000001020100000006000000000000000070626108"
      "2e39fa3393ec0a292fd54f52e569dbfe1c81ddaaa23c081306586692" },
    { "a key longer than the digest, as RFC 5709 has it", "10.0.12.1", "0123456789012345678901234567890123456789", OSPF_KEY_RIGHT,
      "0201002c0aff00010000000000000002000003206b00479bffffff000001020100000006000000000000000021a9a6bd"
      "2504cf06dbff7324f12e2253a2bac226880ff842010593a7e14bc3a2" },
    { "extended sequence numbers (RFC 7474)", "10.0.12.1", "LabKey1", OSPF_KEY_RIGHT,
      "0201002c0aff000100000000000000030000032800000000ffffff000001020100000006000000000000000000000001"
      "000000027b46bcbf3a47b970aee6c786d315f6b0461a4696b045ac74307b9140db8ec1a1" },
    { "OSPFv3, HMAC-SHA-1 (BIRD)", "fe80::ccbe:e4ff:feaa:92a6", "LabKey1", OSPF_KEY_RIGHT,
      "030100240aff000100000000000000000000000201000513000100060000000000000000000100240000001e00000000"
      "00000001dde265a700f937ca7a151e01451eb56b9caaa739" },
    { "OSPFv3, HMAC-SHA-256 (ospf6d)", "fe80::a4ca:36ff:feea:49f5", "LabKey1", OSPF_KEY_RIGHT_SWAPPED,
      "030100240aff000100000000000000000000000201000413000100060000000000000000000100300000000700000036"
      "000000014cebd36201b1b9a847058668e99b0c1d55eed0d5c75c0a04e6fc94d601951a33" },
    // clang-format on
};

static size_t unhex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (char two[3] = ""; hex[0] && hex[1]; hex += 2) {
        memcpy(two, hex, 2);
        out[n++] = (uint8_t)strtoul(two, NULL, 16);
    }
    return n;
}

static enum ospf_key_found try(const struct ospf_packet *p, const struct addr *src, const char *secret)
{
    return ospf_key_try(p, src, (const uint8_t *)secret, strlen(secret));
}

static void known(void)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[256];
        size_t size = unhex(rows[i].hex, bytes);
        struct addr src = addr_parse(rows[i].src), dst = { 0 };
        struct ospf_packet p;
        bool simple = i == 0;
        CHECK_CASE(rows[i].words,
                   ospf_read(cur_over(bytes, size), (uint32_t)size, &src, &dst, &p) && !p.faults.count);
        CHECK_CASE(rows[i].words, try(&p, &src, rows[i].secret) == rows[i].found);
        CHECK_CASE(rows[i].words, try(&p, &src, "LabKey2") == OSPF_KEY_WRONG);
        CHECK_CASE(rows[i].words, try(&p, &src, "") == OSPF_KEY_WRONG);
        CHECK_CASE(rows[i].words, p.version == 2 || try(&p, &dst, rows[i].secret) == OSPF_KEY_UNTRIED);
        bytes[simple ? 17 : 30] ^= 1; /* a byte of the password, or of what is signed */
        CHECK_CASE(rows[i].words, try(&p, &src, rows[i].secret) == OSPF_KEY_WRONG);
        bytes[simple ? 17 : 30] ^= 1;
        bytes[simple ? 16 : size - 1] ^= 1;
        CHECK_CASE(rows[i].words, try(&p, &src, rows[i].secret) == OSPF_KEY_WRONG);
        bytes[simple ? 16 : size - 1] ^= 1;
        ospf_read(cur_over(bytes, simple ? 20 : size - 1), (uint32_t)size, &src, &dst, &p);
        CHECK_CASE(rows[i].words, try(&p, &src, rows[i].secret) == OSPF_KEY_UNTRIED);
    }
}

/* What cannot be tried, is not. */
static void untried(void)
{
    struct addr src = addr_parse("10.0.0.1");
    struct ospf_packet p = { .version = 2, .auth = OSPF_AUTH_NULL };
    static const char long_key[600] = { 'x' };
    CHECK(try(&p, &src, "LabKey1") == OSPF_KEY_UNTRIED);
    CHECK(ospf_key_try(&p, &src, (const uint8_t *)long_key, sizeof long_key) == OSPF_KEY_UNTRIED);
}

/* ---- all packets of the lab ---- */

struct key {
    char router[20], secret[64];
};

/* "keys": { "10.255.0.1": [ "md5", 1, "LabKey1" ], … }: the last string of each list. */
static unsigned keys_read(const char *truth, struct key *out, unsigned most)
{
    const char *at = strstr(truth, "\"keys\": {"), *end = at ? strchr(at, '}') : NULL;
    unsigned count = 0;
    while (at && end && count < most && (at = strchr(at + 8, '[')) && at < end) {
        const char *name = at, *close = strchr(at, ']'), *secret;
        while (*--name != '"')
            ;
        while (*--name != '"')
            ;
        for (secret = close; *--secret != '"';)
            ;
        while (*--secret != '"')
            ;
        snprintf(out[count].router, sizeof out->router, "%.*s", (int)strcspn(name + 1, "\""), name + 1);
        snprintf(out[count].secret, sizeof out->secret, "%.*s", (int)strcspn(secret + 1, "\""), secret + 1);
        count++;
    }
    return count;
}

static uint8_t *slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(1 << 24);
    *size = f && bytes ? fread(bytes, 1, (1 << 24) - 1, f) : 0;
    if (bytes)
        bytes[*size] = 0;
    if (f)
        fclose(f);
    return bytes;
}

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* A pcap file of this machine's byte order; every OSPF packet must be signed with its router's key. */
static unsigned capture(const char *path, const struct key *keys, unsigned count)
{
    size_t size;
    uint8_t *file = slurp(path, &size);
    unsigned tried = 0;
    struct frame_want want = { .ospf = true };
    for (size_t at = 24; at + 16 <= size && at + 16 + le32(file + at + 8) <= size;
         at += 16 + le32(file + at + 8)) {
        struct frame f;
        struct ospf_packet p;
        char id[16];
        uint32_t n = le32(file + at + 8);
        if (frame_read(LINK_ETHERNET, file + at + 16, n, le32(file + at + 12), (struct stamp){ 0 }, &want,
                       NULL, &f) != FRAME_IP ||
            f.proto != 89 || !ospf_read(f.payload, f.payload_size, &f.src, &f.dst, &p))
            continue;
        ospf_id_text(p.router_id, id);
        for (unsigned i = 0; i < count; i++) {
            enum ospf_key_found found = try(&p, &f.src, keys[i].secret);
            bool own = !strcmp(keys[i].router, id), same = false;
            for (unsigned k = 0; k < count; k++)
                same = same || (!strcmp(keys[k].router, id) && !strcmp(keys[k].secret, keys[i].secret));
            CHECK_CASE(path, !own || found == OSPF_KEY_RIGHT || found == OSPF_KEY_RIGHT_SWAPPED);
            CHECK_CASE(path, same || found == OSPF_KEY_WRONG);
            tried += own;
        }
    }
    free(file);
    return tried;
}

static void lab(void)
{
    static const char folder[] = TESTS_DIR "/../../shared/captures/lab";
    DIR *dir = opendir(folder);
    unsigned captures = 0;
    if (!dir) {
        printf("skipped: there is no %s\n", folder);
        return;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        char path[600];
        struct key keys[4];
        size_t size, stem = strcspn(e->d_name, ".");
        if (strncmp(e->d_name, "ospf-auth-", 10) || strcmp(e->d_name + stem, ".truth.json"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        uint8_t *truth = slurp(path, &size);
        unsigned count = keys_read((const char *)truth, keys, 4);
        free(truth);
        snprintf(path, sizeof path, "%s/%.*s.pcap", folder, (int)stem, e->d_name);
        if (count) {
            CHECK_CASE(path, capture(path, keys, count) > 0);
            captures++;
        }
    }
    closedir(dir);
    CHECK(captures > 0);
}

int main(void)
{
    known();
    untried();
    lab();
    return CHECK_END();
}
