"""What the audit trail costs: on messages that are sent, and on one that is opened."""

from bench.rows.outbox import SEND, WAITING, prepared, queue, rate, warm_up
from bench.tools import Result

COUNT, ROUNDS = 400, 3
ALLOWED_MS = 5

# The trail is taken away from this process, or given back
TOGGLE = """
trail = env.registry['direct.audit']
if {on}:
    if 'without_trail' in vars(trail):
        del trail._record, trail.without_trail
else:
    trail.without_trail, trail._record = True, lambda *_args, **_kwargs: None
result = None
"""

# As the reading pane does, the commit included
OPEN = """
import time
message = env['direct.message'].browse({template}).with_user(
    env['direct.message'].browse({template}).user_id)
times = []
for _time in range(40):
    env.invalidate_all()
    begin = time.perf_counter()
    message.inbox_read()
    env.cr.flush()
    times.append(time.perf_counter() - begin)
result = 1000 * sorted(times)[len(times) // 2]
"""


def bench_audit():
    """Messages a second, and milliseconds to open one, with the audit trail and without."""
    sent, opened = {True: [], False: []}, {True: [], False: []}
    with prepared() as (processes, template):
        [process] = processes
        warm_up(processes, template)
        for _round in range(ROUNDS):
            for on in (True, False):
                process.do("python", code=TOGGLE.format(on=on))
                queue(process, template, COUNT)
                sent[on].append(rate(process.do("run", cron=SEND, **WAITING)))
                opened[on].append(process.do("python", code=OPEN.format(template=template)))
    with_trail, without = max(sent[True]), max(sent[False])
    yield Result(
        "messages sent by one worker, with the audit trail",
        f"{with_trail:.0f}/s",
        f"without it, {without:.0f}/s",
        with_trail / without,
        least=0.95,
    )
    with_trail, without = min(opened[True]), min(opened[False])
    yield Result(
        f"opening a message, the audit trail's part of {ALLOWED_MS} ms",
        f"{with_trail:.1f} ms",
        f"without it, {without:.1f} ms",
        (with_trail - without) / ALLOWED_MS,
        most=1,
    )
