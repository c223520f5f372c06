"""The flow on two circles of torchdiffeq's example: its field, an iteration and a whole training run.

    TORCHDIFFEQ=checkout /usr/bin/python3 flows.py [--seeds 3] [--iterations 300] [--adjoint]

trains with the example's settings and prints the test negative log-likelihood of each seed and the time of an iteration. The trace of the
Jacobian is taken as in the example, by a product for each dimension, or in closed form.
"""

import argparse
import math
import os
import statistics
import sys

import torch

from timing import Clock

if "TORCHDIFFEQ" in os.environ:
    sys.path.insert(0, os.environ["TORCHDIFFEQ"])

BATCH, DIMENSION, WIDTH, HIDDEN, END = 512, 2, 64, 32, 10.0


class Flow(torch.nn.Module):
    """Points and log-density: 1/width · Σ u·σ(g)·tanh(w·z + b) with weights from a network of time."""

    def __init__(self, closed):
        super().__init__()
        self.closed, self.count = closed, 0
        block = WIDTH * DIMENSION
        self.network = torch.nn.Sequential(
            torch.nn.Linear(1, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, 3 * block + WIDTH)
        )

    def forward(self, t, state):
        self.count += 1
        z = state[0]
        block = WIDTH * DIMENSION
        w, u, g, b = torch.split(self.network(t.reshape(1, 1)).reshape(-1), [block, block, block, WIDTH])
        w, u = w.reshape(WIDTH, DIMENSION), (u * torch.sigmoid(g)).reshape(WIDTH, DIMENSION)
        with torch.enable_grad():
            if not self.closed and not z.requires_grad:
                z.requires_grad_(True)
            h = torch.tanh(z @ w.T + b)
            f = h @ u / WIDTH
            if self.closed:
                trace = (1 - h * h) @ (w * u).sum(1, keepdim=True) / WIDTH
            else:
                columns = (torch.autograd.grad(f[:, i].sum(), z, create_graph=True)[0][:, i : i + 1] for i in range(DIMENSION))
                trace = sum(columns)
        return f, -trace


def circles(count):
    """scikit-learn's make_circles(count, noise=0.06, factor=0.5), in order."""
    angles = torch.arange(count // 2) * (2 * math.pi / (count // 2))
    circle = torch.stack([angles.cos(), angles.sin()], 1)
    return torch.cat([circle, 0.5 * circle]) + 0.06 * torch.randn(2 * (count // 2), DIMENSION)


def log_density(solve, flow, x):
    times = torch.tensor([END, 0.0])
    z, change = solve(flow, (x, torch.zeros(len(x), 1)), times, rtol=1e-5, atol=1e-5, method="dopri5")
    base = -z[-1].square().sum(1) / 0.2 - math.log(0.2 * math.pi)
    return base - change[-1].reshape(-1)


def make_step(closed, adjoint, seed=0):
    """A step of training on fresh points, and its flow."""
    from torchdiffeq import odeint, odeint_adjoint

    torch.manual_seed(seed)
    flow = Flow(closed)
    solve = odeint_adjoint if adjoint else odeint
    optimizer = torch.optim.Adam(flow.parameters(), lr=1e-3)

    def step(update=True):
        optimizer.zero_grad()
        flow.count = 0
        loss = -log_density(solve, flow, circles(BATCH)).mean()
        flow.forward_count = flow.count
        loss.backward()
        if update:
            optimizer.step()

    return step, flow


def test(flow, count=20000):
    from torchdiffeq import odeint

    generator = torch.get_rng_state()
    torch.manual_seed(12345)
    with torch.no_grad():
        value = -log_density(odeint, flow, circles(count)).mean().item()
    torch.set_rng_state(generator)
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=300)
    parser.add_argument("--adjoint", action="store_true")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    options = parser.parse_args()
    torch.set_num_threads(1)
    clock = Clock(options.clock)
    tests = []
    for seed in range(options.seeds):
        step, flow = make_step(closed=False, adjoint=options.adjoint, seed=seed)
        begun = clock.now()
        for _ in range(options.iterations):
            step()
        milliseconds = (clock.now() - begun) / 1e6 / options.iterations
        tests.append(test(flow))
        print(f"seed {seed}: {tests[-1]:.4f} nats, {milliseconds:.0f} ms an iteration, {flow.forward_count} evaluations forward at the end", flush=True)
    print(f"median {statistics.median(tests):.4f} nats")


if __name__ == "__main__":
    main()
