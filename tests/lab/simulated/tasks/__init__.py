"""Scheduled tasks: their definition (Task Scheduler XML) and the scheduler that runs them."""

from __future__ import annotations

from .definition import TaskDefinition, TaskXmlError, parse_task
from .scheduler import Scheduler, Task

__all__ = ["Scheduler", "Task", "TaskDefinition", "TaskXmlError", "parse_task"]
