"""The pane on a real pseudo terminal, read back by a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Iterator
from dataclasses import dataclass

import pyte
import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.terminal import Pane


@dataclass
class Terminal:
    """Both ends of a pseudo terminal, and what its user sees."""

    master: int
    slave: int
    screen: pyte.HistoryScreen
    stream: pyte.ByteStream

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def lines(self) -> list[str]:
        os.set_blocking(self.master, False)
        try:
            while data := os.read(self.master, 65536):
                self.stream.feed(data)
        except BlockingIOError:
            pass
        return [line.rstrip() for line in self.screen.display]

    def say(self, *lines: str) -> None:
        """What Ansible prints."""
        for line in lines:
            os.write(self.slave, f"{line}\n".encode())


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    master, slave = pty.openpty()
    screen = pyte.HistoryScreen(60, 20, history=500)
    found = Terminal(master=master, slave=slave, screen=screen, stream=pyte.ByteStream(screen))
    found.resize(20, 60)
    yield found
    os.close(master)
    os.close(slave)


def test_output_scrolls_above_the_pane_and_nothing_is_lost(terminal: Terminal) -> None:
    terminal.say(*(f"before {n}" for n in range(19)))
    pane = Pane(terminal.slave, height=3)
    assert pane.room() == (59, 3)
    pane.draw(["one", "two", "three"])
    assert terminal.lines()[-3:] == ["one", "two", "three"]
    assert terminal.lines()[-5] == "before 18"
    terminal.say(*(f"after {n}" for n in range(40)))
    pane.draw(["one", "2", "three"])
    lines = terminal.lines()
    assert lines[-3:] == ["one", "2", "three"]
    assert lines[15] == "after 39"
    terminal.say("more")
    assert terminal.lines()[15] == "more"
    pane.close()
    terminal.say("the end")
    lines = terminal.lines()
    assert lines[16:] == ["the end", "", "", ""]
    # The whole screen scrolls again.
    terminal.say(*(f"later {n}" for n in range(30)))
    assert terminal.lines()[18] == "later 29"


def test_on_an_empty_screen_the_cursor_stays_where_it_was(terminal: Terminal) -> None:
    terminal.say("$ ansible-playbook")
    pane = Pane(terminal.slave, height=3)
    pane.draw(["one", "two", "three"])
    terminal.say("PLAY")
    assert terminal.lines()[:2] == ["$ ansible-playbook", "PLAY"]
    assert terminal.lines()[-3:] == ["one", "two", "three"]


def test_it_follows_the_terminals_size(terminal: Terminal) -> None:
    pane = Pane(terminal.slave, height=3)
    pane.draw(["one", "two", "three"])
    terminal.lines()
    terminal.resize(30, 50)
    assert pane.room() == (49, 3)
    pane.draw(["one", "two", "three"])
    assert terminal.lines()[-3:] == ["one", "two", "three"]
    # Too small for both: the pane goes, and comes back.
    terminal.resize(10, 50)
    assert pane.room() == (50, 0)
    pane.draw([])
    terminal.say(*(f"after {n}" for n in range(12)))
    assert terminal.lines()[8] == "after 11"
    terminal.resize(20, 30)
    assert pane.room()[1] == 0
    terminal.resize(20, 60)
    pane.draw(["one"])
    assert terminal.lines()[-1] == "one"


def test_nothing_is_written_when_nothing_changed_or_was_drawn(terminal: Terminal) -> None:
    pane = Pane(terminal.slave, height=3)
    pane.close()
    pane.draw(["one"])
    terminal.lines()
    pane.draw(["one"])
    os.set_blocking(terminal.master, False)
    with pytest.raises(BlockingIOError):
        os.read(terminal.master, 1)
