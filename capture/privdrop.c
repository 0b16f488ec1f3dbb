/* A user's name in; a process with that user's rights and no more, out. */
#include "capture/privdrop.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>
#ifdef RT_CAP_NG
#include <cap-ng.h>
#endif
/* The sanitizers do at the end what the list does not have. */
#if defined(RT_SECCOMP) && !defined(RT_FREE_ALL)
#include <seccomp.h>
#define SANDBOX
#endif

#ifdef RT_CAP_NG
static bool become(uid_t uid, gid_t gid)
{
    capng_clear(CAPNG_SELECT_BOTH);
    return capng_change_id((int)uid, (int)gid, CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING) == 0;
}

static bool drop_capabilities(void)
{
    capng_clear(CAPNG_SELECT_CAPS);
    return capng_apply(CAPNG_SELECT_CAPS) == 0;
}
#else
static bool become(uid_t uid, gid_t gid)
{
    return !setgroups(1, &gid) && !setgid(gid) && !setuid(uid) && setuid(0) != 0;
}

static bool drop_capabilities(void) { return true; }
#endif

bool privdrop(const char *user, char message[300])
{
    bool root = geteuid() == 0;
    if (user) {
        errno = 0;
        const struct passwd *p = getpwnam(user);
        if (!p) {
            snprintf(message, 300, "there is no user %.100s%s%s", user, errno ? ": " : "",
                     errno ? strerror(errno) : "");
            return false;
        }
        if (!root && p->pw_uid != geteuid()) {
            snprintf(message, 300, "only root can become %.100s", user);
            return false;
        }
        if (root && p->pw_uid && !become(p->pw_uid, p->pw_gid)) {
            snprintf(message, 300, "cannot become %.100s: %s", user, strerror(errno));
            return false;
        }
        root = p->pw_uid == 0;
    }
    if (!root && !drop_capabilities()) {
        snprintf(message, 300, "cannot give up its capabilities");
        return false;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
        snprintf(message, 300, "cannot give up new privileges: %s", strerror(errno));
        return false;
    }
    return true;
}

#ifdef SANDBOX
enum sandbox privdrop_sandbox(void)
{
    static const char *const calls[] = {
#define CALL(name) #name,
#include "capture/syscalls.def"
#undef CALL
    };
    scmp_filter_ctx list = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!list)
        return SANDBOX_ABSENT;
    int status = 0;
    for (size_t i = 0; i < COUNT(calls) && !status; i++) {
        int number = seccomp_syscall_resolve_name(calls[i]);
        if (number != __NR_SCMP_ERROR)
            status = seccomp_rule_add(list, SCMP_ACT_ALLOW, number, 0);
    }
    if (!status)
        status = seccomp_load(list);
    seccomp_release(list);
    return !status ? SANDBOX_ON : status == -ENOSYS || status == -EINVAL ? SANDBOX_ABSENT : SANDBOX_FAILED;
}
#else
enum sandbox privdrop_sandbox(void) { return SANDBOX_ABSENT; }
#endif
