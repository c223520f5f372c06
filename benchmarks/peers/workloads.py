"""The table's workloads in PyTorch, torchdiffeq and SciPy, on one thread.

    /usr/bin/python3 workloads.py [SECTION...] [--json FILE] [--clock wall|cpu]

Sections: gemm elementwise fields steps wide lotka training conv mnist latent flows. TORCHDIFFEQ names a checkout of github.com/rtqichen/torchdiffeq;
without it, its rows are skipped. Keys are those of the C# table.
"""

import argparse
import json
import math
import os
import sys

import numpy
import torch

import euler_adjoint
import flows as circles_flow
import images
import latent as latent_model
from timing import Clock, measure, measure_run

torch.set_num_threads(1)
odeint = odeint_adjoint = None
if "TORCHDIFFEQ" in os.environ:
    sys.path.insert(0, os.environ["TORCHDIFFEQ"])
    from torchdiffeq import odeint, odeint_adjoint

NO_TORCHDIFFEQ = "SKIPPED: set TORCHDIFFEQ to a checkout of github.com/rtqichen/torchdiffeq"


class Cubic(torch.nn.Module):
    """Linear(2, 50), tanh, Linear(50, 2) of the state's cube: the field of torchdiffeq's demonstration."""

    def __init__(self):
        super().__init__()
        self.net = torch.nn.Sequential(torch.nn.Linear(2, 50), torch.nn.Tanh(), torch.nn.Linear(50, 2))
        for layer in self.net:
            if isinstance(layer, torch.nn.Linear):
                torch.nn.init.normal_(layer.weight, std=0.1)
                torch.nn.init.zeros_(layer.bias)

    def forward(self, t, y):
        return self.net(y**3)


class Network(torch.nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        layers = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [torch.nn.Linear(inputs, outputs), activation()]
        self.net = torch.nn.Sequential(*layers[:-1])

    def forward(self, t, y):
        return self.net(y)


class Counted(torch.nn.Module):
    """A field that counts its evaluations."""

    def __init__(self, f):
        super().__init__()
        self.f, self.count = f, 0

    def forward(self, t, y):
        self.count += 1
        return self.f(t, y)


FIELDS = {
    "cubic": (Cubic, (20, 2)),
    "spiral": (lambda: Network([2, 16, 16, 2], torch.nn.ELU), (1, 2)),
    "wide": (lambda: Network([64, 128, 128, 64], torch.nn.Tanh), (512, 64)),
}


def field(name):
    torch.manual_seed(4)
    make, shape = FIELDS[name]
    return make(), 0.5 * torch.randn(shape)


def gemm(clock):
    for dtype, name in ((torch.float32, "float"), (torch.float64, "double")):
        for m, n, k in ((64,) * 3, (128,) * 3, (256,) * 3, (512, 128, 128), (20, 64, 128), (512,) * 3, (1024,) * 3):
            a, b, c = torch.randn(m, k, dtype=dtype), torch.randn(k, n, dtype=dtype), torch.empty(m, n, dtype=dtype)
            lower, median, upper = measure(clock, lambda: torch.mm(a, b, out=c))
            rate = 2 * m * n * k
            yield f"gemm {name} {m}x{n}x{k}", "GFLOP/s", (rate / upper, rate / median, rate / lower), "torch.mm"


def elementwise(clock):
    functions = {"tanh": torch.tanh, "exp": torch.exp, "sigmoid": torch.sigmoid, "log": torch.log}
    for dtype, type_name in ((torch.float32, "float"), (torch.float64, "double")):
        x, y = torch.randn(1000, dtype=dtype) * 2, torch.empty(1000, dtype=dtype)
        for name, function in functions.items():
            values = x.abs() + 0.1 if name == "log" else x
            yield f"{name} {type_name}", "ns", [t / 1000 for t in measure(clock, lambda: function(values, out=y))], "torch, call included"


def evaluation(clock, name):
    f, z = field(name)
    t = torch.tensor(0.0)
    parameters = tuple(f.parameters())
    with torch.no_grad():
        yield f"{name} f", "ns", measure(clock, lambda: f(t, z)), "torch, no_grad"
    a = torch.randn_like(z)
    z.requires_grad_(True)
    yield f"{name} vjp", "ns", measure(clock, lambda: torch.autograd.grad(f(t, z), (z, *parameters), a)), "torch.autograd.grad"


def fields(clock):
    yield from evaluation(clock, "cubic")
    yield from evaluation(clock, "spiral")


def steps(clock):
    for name in ("cubic", "spiral"):
        if odeint is None:
            yield f"{name} step", "ns", None, NO_TORCHDIFFEQ
            continue
        f, z = field(name)
        counted = Counted(f)
        # Many steps: their number follows from the evaluations, six a step and two to begin.
        times, options = torch.tensor([0.0, 20.0]), dict(rtol=1e-7, atol=1e-9, method="dopri5")
        with torch.no_grad():
            odeint(counted, z, times, **options)
            number = (counted.count - 2) / 6
            result = measure(clock, lambda: odeint(f, z, times, **options), batches=9)
        yield f"{name} step", "ns", [t / number for t in result], f"torchdiffeq dopri5, {number:.0f} adaptive steps"


def wide(clock):
    yield from evaluation(clock, "wide")
    if odeint is None:
        yield "wide adjoint solve", "ns", None, NO_TORCHDIFFEQ
        return
    f, z = field("wide")
    counted = Counted(f)
    z.requires_grad_(True)
    times = torch.tensor([0.0, 1.0])
    counts = []

    def solve():
        counted.count = 0
        state = odeint_adjoint(counted, z, times, rtol=1e-5, atol=1e-6, method="dopri5")[-1]
        counts[:] = [counted.count]
        state.sum().backward()
        counts.append(counted.count - counts[0])

    result = measure(clock, solve, batches=9)
    yield "wide adjoint solve", "ns", result, f"torchdiffeq dopri5 adjoint, {counts[0]} evaluations forward, {counts[1]} backward"


def lotka(clock):
    from scipy.integrate import solve_ivp

    def f(t, z):
        x, y = z
        return [1.5 * x - x * y, x * y - 3 * y]

    for tolerance in ("1e-6", "1e-9"):
        for key, method in (("lotka", "RK45"), ("lotka simple", "DOP853")):
            rtol = float(tolerance)
            evaluations = solve_ivp(f, (0, 20), [1.0, 1.0], method=method, rtol=rtol, atol=rtol).nfev
            result = measure(clock, lambda: solve_ivp(f, (0, 20), [1.0, 1.0], method=method, rtol=rtol, atol=rtol), batches=9)
            yield f"{key} {tolerance}", "ns", result, f"scipy {method}, {evaluations} evaluations"


def spiral_data():
    # As published: Euler with steps of at most 0.05, noise 0.01.
    times = [i * (6.29 * 5) / 199 for i in range(200)]
    matrix = torch.tensor([[-0.1, -1.0], [1.0, -0.1]])
    with torch.no_grad():
        states = euler_adjoint.solve_direct(lambda t, z: z @ matrix.T, torch.tensor([[0.6, 0.3]]), times, 0.05)
    return times, states + 0.01 * torch.randn_like(states)


def spiral_step(adjoint):
    def begin():
        torch.manual_seed(7)
        random = numpy.random.default_rng(7)
        times, observed = spiral_data()
        interval = times[1] - times[0]
        f = FIELDS["spiral"][0]()
        parameters = tuple(f.parameters())
        adam = torch.optim.Adam(parameters, lr=0.0005)

        def step():
            span = math.floor(random.uniform(1, 5) / interval + 1e-6) + 1
            start = random.integers(len(times) - span + 1)
            offsets = numpy.arange(span)
            if span > 32:
                offsets = numpy.concatenate([[0], numpy.sort(random.choice(numpy.arange(1, span), 31, replace=False))])
            window = [times[start + i] for i in offsets]
            target = observed[start + offsets]
            if adjoint:
                predicted = euler_adjoint.solve_adjoint(f, parameters, target[0], window, 0.05)
            else:
                predicted = euler_adjoint.solve_direct(f, target[0], window, 0.05)
            loss = ((predicted - target) ** 2).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()

        return step

    return begin


def cubic_step(solve, counts):
    def begin():
        torch.manual_seed(6)
        times = torch.linspace(0.0, 25.0, 1000)
        matrix = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
        with torch.no_grad():
            observed = odeint(lambda t, y: y**3 @ matrix, torch.tensor([[2.0, 0.0]]), times, method="dopri5")
        f = Counted(Cubic())
        optimizer = torch.optim.RMSprop(f.parameters(), lr=1e-3)
        counts[:] = [0, 0, 0]

        def step():
            starts = torch.from_numpy(numpy.random.choice(990, 20, replace=False))
            target = torch.stack([observed[starts + i] for i in range(10)])[:, :, 0]
            optimizer.zero_grad()
            f.count = 0
            predicted = solve(f, target[0], times[:10], rtol=1e-7, atol=1e-9, method="dopri5")
            counts[0] += f.count
            loss = (predicted - target).abs().mean()
            loss.backward()
            optimizer.step()
            counts[1] += f.count
            counts[2] += 1

        return step

    return begin


def training(clock):
    for key, adjoint in (("spiral direct", False), ("spiral adjoint", True)):
        yield key, "ns", measure_run(clock, 150, spiral_step(adjoint)), "torch, our own Euler and adjoint, iterations 1-150"
    for key, solve in (("cubic direct", odeint), ("cubic adjoint", odeint_adjoint)):
        if solve is None:
            yield key, "ns", None, NO_TORCHDIFFEQ
            continue
        counts = []
        result = measure_run(clock, 200, cubic_step(solve, counts), runs=1)
        forward = counts[0] / counts[2]
        backward = (counts[1] - counts[0]) / counts[2]
        yield key, "ns", result, f"torchdiffeq, iterations 1-200, {forward:.1f} evaluations forward, {backward:.1f} backward"


def conv(clock):
    with torch.no_grad():
        for key, operations, run in images.convolutions():
            lower, median, upper = measure(clock, run)
            yield key, "GFLOP/s", (operations / upper, operations / median, operations / lower), "torch, channels last"


def mnist(clock):
    for key in images.BLOCKS:
        yield key, "ns", measure(clock, images.training_step(key), batches=9), "torch, a training step of 32 images, our own Euler and adjoint"
    yield "mnist evaluation", "ns", measure(clock, images.evaluation(), batches=9), "torch, no_grad, 32 images, 20 Euler steps"


def latent(clock):
    for key in ("latent direct", "latent backsolve"):
        yield key, "ns", measure(clock, latent_model.training_step(key), batches=9), "torch, a training step, our own Euler and adjoint"


def flows(clock):
    rows = (("closed", True, False), ("products", False, False), ("adjoint", True, True))
    for key, closed, adjoint in rows:
        if odeint is None:
            yield f"flow first {key}", "ns", None, NO_TORCHDIFFEQ
            continue
        step, flow = circles_flow.make_step(closed, adjoint)
        result = measure(clock, lambda: step(update=False), batches=9)
        yield f"flow first {key}", "ns", result, f"torchdiffeq dopri5, {flow.forward_count} evaluations forward"
    for key, adjoint in (("direct", False), ("adjoint", True)):
        if odeint is not None:
            made = []
            begin = lambda: made.append(circles_flow.make_step(False, adjoint)) or made[-1][0]
            result = measure_run(clock, 300, begin, runs=1, warm_up=2)
            flow = made[-1][1]
            note = f"torchdiffeq, products, iterations 1-300, at the end {flow.forward_count} evaluations forward, test {circles_flow.test(flow):.3f} nats"
            yield f"flow circles {key}", "ns", result, note


def fast_blas():
    """Whether what PyTorch multiplies with is more than the reference BLAS (Linux; elsewhere it is taken for granted)."""
    torch.mm(torch.ones(8, 8), torch.ones(8, 8))
    try:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            return any(name in line for line in maps for name in ("openblas", "mkl_", "blis"))
    except OSError:
        return True


SECTIONS = {x.__name__: x for x in (gemm, elementwise, fields, steps, wide, lotka, training, conv, mnist, latent, flows)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], metavar="SECTION")
    parser.add_argument("--json")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    options = parser.parse_args()
    clock = Clock(options.clock)
    capability = [x.strip(" -") for x in torch.__config__.show().splitlines() if "capability" in x]
    print(f"PyTorch {torch.__version__}, {', '.join(capability)}, {torch.get_num_threads()} thread, {clock.name} time")
    if odeint is None:
        print(NO_TORCHDIFFEQ, file=sys.stderr)
    if not fast_blas():
        print("WARNING: no optimised BLAS is loaded, so PyTorch's products are 20 times too slow: apt install libopenblas0-pthread", file=sys.stderr)
    rows = []
    for name in options.sections or SECTIONS:
        for key, unit, spread, note in SECTIONS[name](clock):
            if spread is None:
                print(f"{key}: {note}", flush=True)
                continue
            lower, median, upper = spread
            rows.append(dict(key=key, unit=unit, lower=lower, median=median, upper=upper, note=note))
            print(f"{key}: {median:,.1f} {unit} ({lower:,.1f} - {upper:,.1f}) {note}", flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(dict(clock=clock.name, rows=rows), file, indent=1)


if __name__ == "__main__":
    main()
