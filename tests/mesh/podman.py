"""Stands in for podman: ``podman run …`` as ansible-runner calls it, as a script on an execution node.

A container has the programs of the "image" (the Python environment), the volumes that it was given and the variables
of its --env-file, and nothing else; what it writes elsewhere is gone at its end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.mesh.machines import ENVIRONMENT, programs

# Options of `podman run` with a value of their own, of those that ansible-runner and AWX give.
_VALUED = {"--workdir", "-v", "--env-file", "--name"}


def container(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command line of bwrap for one of podman, and its environment, which holds secrets and is no argument."""
    if arguments[:1] != ["run"]:
        raise ValueError(f"podman {arguments} is not what ansible-runner calls")
    given: list[tuple[str, str]] = []
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in _VALUED:
            given.append((argument, next(rest)))
        elif not argument.startswith("-"):
            break  # The image; what follows is the command.
    options = dict(given)
    volumes: list[str] = []
    for source, target in (value.split(":")[:2] for option, value in given if option == "-v"):
        volumes += ["--bind", source, target]
    variables = [line.split("=", 1) for line in Path(options["--env-file"]).read_text(encoding="utf-8").splitlines()]
    environment = {**ENVIRONMENT, "HOME": "/root", "container": "podman", **dict(variables)}
    command = [
        *("bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname"),
        *(options["--name"][-60:], "--dir", "/tmp", "--dir", "/root"),
        *volumes,
        *programs(),
        *("--chdir", options["--workdir"], *rest),
    ]
    return command, environment


if __name__ == "__main__":
    if sys.argv[1:] == ["--version"]:
        # ansible-runner asks whether there is one.
        sys.exit(0)
    command, environment = container(sys.argv[1:])
    os.execvpe(command[0], command, environment)
