"""Whether this machine lends network namespaces: root, ip, a kernel that gives them, and a root that is a mount, without which
nothing can be run inside of one."""
import os
import shutil
import subprocess


def lacking():
    """What is missing, in words; None: nothing."""
    if os.geteuid() != 0:
        return "network namespaces take root"
    if not shutil.which("ip"):
        return "ip is not here"
    probe = "rt-probe-%d" % os.getpid()

    def well(*words):
        return subprocess.run(("ip",) + words, capture_output=True, check=False).returncode == 0

    if not well("netns", "add", probe):
        return "this kernel gives no network namespaces"
    runs = well("netns", "exec", probe, "true")
    well("netns", "del", probe)
    return None if runs else "nothing can be run in a network namespace here"
