"""Long work as pure tasks: run on processes, clusters or job arrays, each finished once and kept by its content."""

from mcmort.tasks.keyed_task import Task, TaskFailure, task_of
from mcmort.tasks.locations import CaseLocation, LibraryLocation
from mcmort.tasks.plan_file import SweepStatus, part_of, read_plan, sweep_status, write_plan
from mcmort.tasks.request_runner import answers, request_runner
from mcmort.tasks.result_folder import ResultFolder, results_digest
from mcmort.tasks.run_tasks import run_tasks

__all__ = [
    "CaseLocation",
    "LibraryLocation",
    "ResultFolder",
    "SweepStatus",
    "Task",
    "TaskFailure",
    "answers",
    "part_of",
    "read_plan",
    "request_runner",
    "results_digest",
    "run_tasks",
    "sweep_status",
    "task_of",
    "write_plan",
]
