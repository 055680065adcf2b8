"""Work of which only the calls to a provider take long: those run in threads, the rest here.

A job is a generator. It yields a call, a function without arguments, and is resumed with what the
call returned or raised. So a job reads from top to bottom, all of them share the one thread that
has a database, and one that waits for a slow server keeps no other waiting.
"""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

THREADS = 8

Job = Generator[Callable[[], Any], Any, None]


def run(jobs: Iterable[Job], threads: int = THREADS) -> None:
    """Run the jobs to their end, begun in their order, at most `threads` calls at a time.

    A job has to catch what may go wrong in it: what leaves one ends all, after the calls that are
    being made.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="direct-feed") as executor:
        waiting: dict[Future, Job] = {}

        def resume(job: Job, done: Future | None = None) -> None:
            try:
                if done is None:
                    call = next(job)
                elif error := done.exception():
                    call = job.throw(error)
                else:
                    call = job.send(done.result())
            except StopIteration:
                return
            waiting[executor.submit(call)] = job

        try:
            for job in jobs:
                resume(job)
            while waiting:
                for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                    resume(waiting.pop(done), done)
        finally:
            wait(waiting)
            for job in waiting.values():
                job.close()
