/* The path of a small file in, its content out, if it can be trusted. */
#include "web/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MOST = 1 << 18, TOKEN_LEAST = 16, TOKEN_MOST = 512 };

char *files_read(const char *path, bool secret, char message[300])
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (!f || fstat(fileno(f), &st)) {
        snprintf(message, 300, "%s: %s", path, strerror(errno));
        if (f)
            fclose(f);
        return NULL;
    }
    if (secret && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO))) {
        snprintf(message, 300, "%s: others than its owner may read it; chmod 600 %s", path, path);
        fclose(f);
        return NULL;
    }
    char *text = malloc(FILE_MOST + 1);
    size_t n = text ? fread(text, 1, FILE_MOST + 1, f) : 0;
    fclose(f);
    if (!n || n > FILE_MOST || memchr(text, '\0', n)) {
        snprintf(message, 300, "%s: %s", path,
                 !text ? "not enough memory"
                 : !n  ? "is empty"
                       : "is not what it should be");
        free(text);
        return NULL;
    }
    text[n] = '\0';
    return text;
}

char *files_token(const char *path, char message[300])
{
    char *text = files_read(path, true, message);
    if (!text)
        return NULL;
    size_t n = strcspn(text, "\r\n"), all = strlen(text);
    /* what is not asked for does not stay in memory */
    memset(text + n, 0, all - n);
    if (n < TOKEN_LEAST || n > TOKEN_MOST || strpbrk(text, " \t")) {
        snprintf(message, 300, "%s: the token must be one word of %d to %d characters", path, TOKEN_LEAST,
                 TOKEN_MOST);
        memset(text, 0, n);
        free(text);
        return NULL;
    }
    return text;
}
