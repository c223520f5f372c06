"""Timing that does what the C# side does: warm up, batches of at least a millisecond, median and quartiles."""

import statistics
import time


class Clock:
    """The wall's time, or what this thread spent on a processor, in nanoseconds."""

    def __init__(self, name):
        self.name = name
        self.now = {"wall": time.perf_counter_ns, "cpu": time.thread_time_ns}[name]


def quartiles(times):
    lower, median, upper = statistics.quantiles(times, n=4, method="inclusive")
    return lower, median, upper


def measure(clock, work, batches=15, batch_ns=1e6, warm_up_ns=3e8):
    """Lower quartile, median and upper quartile of the nanoseconds that one call of `work` takes."""
    count = 1
    while True:
        begun = clock.now()
        for _ in range(count):
            work()
        if clock.now() - begun >= batch_ns:
            break
        count *= 2
    until = time.perf_counter_ns() + warm_up_ns
    while time.perf_counter_ns() < until:
        for _ in range(count):
            work()
    times = []
    for _ in range(batches):
        begun = clock.now()
        for _ in range(count):
            work()
        times.append((clock.now() - begun) / count)
    return quartiles(times)


def measure_run(clock, steps, make_step, runs=2, warm_up=20):
    """Mean over `steps` steps of a run from scratch, each step's median over the runs; `make_step()` begins a run."""
    step = make_step()
    for _ in range(warm_up):
        step()
    times = [[] for _ in range(steps)]
    for _ in range(runs):
        step = make_step()
        for i in range(steps):
            begun = clock.now()
            step()
            times[i].append(clock.now() - begun)
    mean = statistics.fmean(statistics.median(x) for x in times)
    return statistics.fmean(min(x) for x in times), mean, statistics.fmean(max(x) for x in times)
