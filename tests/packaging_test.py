#!/usr/bin/env python3
"""What is installed beside the program: completions that shells take, a configuration sample whose keys are options, a unit.

usage: packaging_test.py BINARY BUILD_FOLDER

In: a build. Out: what failed, a last line `N passed, N failed, N skipped`.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def check(true, words):
    if not true:
        raise AssertionError(words)


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, **more)


def installed(binary, root):
    for path in ("bin/routetap", "share/man/man1/routetap.1", "share/bash-completion/completions/routetap", "share/zsh/vendor-completions/_routetap",
                 "share/fish/vendor_completions.d/routetap.fish", "lib/systemd/system/routetap.service", "share/doc/routetap/examples/routetap.conf"):
        check(os.path.getsize(os.path.join(root, path)) > 500, path)


def bash(binary, root):
    script = "source %s; COMP_WORDS=(routetap %%s); COMP_CWORD=%%d; _routetap; echo ${COMPREPLY[@]}" % os.path.join(root, "share/bash-completion/completions/routetap")
    for words, at, want in (("mon", 1, {"monitor"}), ("monitor --webh", 2, {"--webhook"}), ("explain --adv", 2, {"--advice"}), ("monitor --advice j", 3, {"junos"})):
        got = run("bash", "-c", script % (words, at))
        check(set(got.stdout.split()) == want and not got.stderr, (words, got.stdout, got.stderr))


def shells(binary, root):
    for shell, path in (("zsh", "share/zsh/vendor-completions/_routetap"), ("fish", "share/fish/vendor_completions.d/routetap.fish")):
        if shutil.which(shell):
            got = run(shell, "-n", os.path.join(root, path))
            check(got.returncode == 0, (shell, got.stderr))


def sample(binary, root):
    """Each line of the sample, taken in, names an option; as it stands it is read without a complaint."""
    path = os.path.join(root, "share/doc/routetap/examples/routetap.conf")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    keys = re.findall(r"^# ([a-z0-9-]+) = (.*)$", text, re.M)
    listed = set(re.findall(r"--([a-z0-9-]+)", run(binary, "monitor", "--help").stdout)) - {"help", "config", "list-interfaces"}
    check(listed <= {k for k, _ in keys} | {"interface", "db"}, "not in the sample: %s" % (listed - {k for k, _ in keys}))
    for key, value in keys:
        one = os.path.join(root, "one.conf")
        with open(one, "w", encoding="utf-8") as file:
            file.write("%s = %s\nno-such-option = 1\n" % (key, value))
        said = run(binary, "monitor", "--config", one, "-D").stderr
        check("one.conf:1: %s is no option" % key not in said, said)
    got = run(binary, "monitor", "--config", path, "-D")
    check("routetap.conf:" not in got.stderr, got.stderr)


def unit(binary, root):
    with open(os.path.join(root, "lib/systemd/system/routetap.service"), encoding="utf-8") as file:
        text = file.read()
    for line in ("Type=notify", "User=routetap", "AmbientCapabilities=CAP_NET_RAW", "CapabilityBoundingSet=CAP_NET_RAW", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        check(line + "\n" in text, line)
    check(re.search(r"^WatchdogSec=\d+$", text, re.M) and re.search(r"^ExecStart=/\S+/routetap monitor --config ", text, re.M), text)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    failed, tests = [], (installed, bash, shells, sample, unit)
    with tempfile.TemporaryDirectory(prefix="rt-install-") as root:
        got = run("cmake", "--install", sys.argv[2], "--prefix", root)
        if got.returncode:
            sys.exit("cmake --install: %s" % got.stderr[-500:])
        for test in tests:
            try:
                test(os.path.abspath(sys.argv[1]), root)
            except (AssertionError, OSError, subprocess.SubprocessError) as why:
                failed.append("%s: %s" % (test.__name__, why))
    for words in failed:
        print(words)
    print("%d passed, %d failed, 0 skipped" % (len(tests) - len(failed), len(failed)))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
