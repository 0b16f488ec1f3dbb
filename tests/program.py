"""How a file of tests is run over the program that its command line names.

    usage: ANY_test.py BINARY [TEST...]        TEST: Class or Class.test; without: all

In: the file's own unittest classes. Out: what failed, and a last line `N passed, N failed, N skipped`, which ./check counts.
"""
import os
import sys
import unittest


def told(result):
    """Says how many; the exit status."""
    for test, why in result.skipped:
        print("skipped: %s: %s" % (test, why))
    failed, skipped = len(result.failures) + len(result.errors), len(result.skipped)
    print("%d passed, %d failed, %d skipped" % (max(0, result.testsRun - failed - skipped), failed, skipped))
    return 1 if failed or not result.testsRun else 0


def run(suite):
    return told(unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite))


def main(name, *shared):
    """Of the module `name`. It, and the shared ones that it builds on, get to know the program as BINARY."""
    module = sys.modules[name]
    if len(sys.argv) < 2:
        sys.exit(module.__doc__)
    for each in (module, *shared):
        each.BINARY = os.path.abspath(sys.argv[1])
    loader = unittest.defaultTestLoader
    sys.exit(run(loader.loadTestsFromNames(sys.argv[2:], module) if sys.argv[2:] else loader.loadTestsFromModule(module)))
