"""What plays find compiled is what Ansible would have compiled."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.e2e.playbook import ROOT

_TEMPLATES = r"""
import json, os, sys
from ansible.template import Templar, trust_as_template
from jinja2 import compiler
from tests.e2e import ready

compiled = []
generate = compiler.CodeGenerator.visit_Template
compiler.CodeGenerator.visit_Template = lambda self, *more: (compiled.append(1), generate(self, *more))[1]

def each():
    templar = Templar(None, {"n": 3, "text": trust_as_template("{{ n }}"), "path": r"C:\temp"})
    tried = []
    for source in (r"{{ n + 1 }}", r"x{{ text }}{{ path }}", r"{{ 'a\tb' }}", "{{ n + }}", "{{ nobody }}"):
        for escaped in (True, False):
            try:
                tried.append(templar.template(trust_as_template(source), escape_backslashes=escaped))
            except Exception as error:
                tried.append([type(error).__name__, str(error)])
    for condition in ("n > 2", "n in [1]", "n >", "nobody.there"):
        try:
            tried.append(templar.evaluate_conditional(trust_as_template(condition)))
        except Exception as error:
            tried.append([type(error).__name__, str(error)])
    return tried

before = each()
ready.keep_templates()
first, count = each(), len(compiled)
pid = os.fork()
if pid == 0:
    del compiled[:]
    ready_before = each() == before and not compiled
    os._exit(0 if ready_before else 1)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
another = Templar(None, {"n": 4}).template(trust_as_template("{{ n + 1 }}"))
print(json.dumps([before, first, count, code, another]))
"""


def test_a_template_is_compiled_once_and_means_the_same() -> None:
    """Text and condition, backslashes as they stand and escaped, what is no template, and what has no value."""
    done = subprocess.run(
        [sys.executable, "-c", _TEMPLATES], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    before, kept, count, code, another = json.loads(done.stdout)
    assert kept == before
    assert before[:4] == [4, 4, r"x3C:\temp", r"x3C:\temp"]
    assert before[4:6] == [r"a\tb", "a\tb"]
    assert [each[0] for each in before[6:10]] == ["AnsibleTemplateSyntaxError"] * 2 + ["AnsibleUndefinedVariable"] * 2
    assert (before[10:12], another) == ([True, False], 5)
    # A fork compiles nothing that the process before it has; and that one had to.
    assert (code, count > 0) == (0, True)
