"""Writes gradients of a small network's solve by torchdiffeq in double, for `NeuralOde.Benchmarks gradients FILE` to compare with.

    TORCHDIFFEQ=checkout /usr/bin/python3 gradients.py FILE

dz/dt = MLP(z, t), 3 -> 8 -> 8 -> 2 tanh with time as the last input, two states, five irregular times, dopri5 at 1e-10, mean squared
loss; with respect to the initial states, every weight and every time, by torchdiffeq's direct and adjoint gradients. Weights are
written, not seeded.
"""

import json
import os
import sys

import torch

if "TORCHDIFFEQ" not in os.environ or len(sys.argv) != 2:
    sys.exit(__doc__)
sys.path.insert(0, os.environ["TORCHDIFFEQ"])
from torchdiffeq import odeint, odeint_adjoint  # noqa: E402

torch.set_default_dtype(torch.float64)
torch.manual_seed(11)


class Field(torch.nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))

    def forward(self, t, z):
        x = torch.cat([z, t.expand(z.shape[0], 1)], 1)
        for i, layer in enumerate(self.layers):
            x = layer(x if i == 0 else torch.tanh(x))
        return x


def main():
    f = Field([3, 8, 8, 2])
    z0 = torch.randn(2, 2)
    times = torch.tensor([0.1, 0.35, 0.9, 1.4, 2.2])
    observed = torch.randn(5, 2, 2)
    result = dict(
        source=f"torchdiffeq's dopri5 at 1e-10 on PyTorch {torch.__version__}",
        z0=z0.tolist(),
        times=times.tolist(),
        observed=observed.tolist(),
        layers=[dict(weight=x.weight.tolist(), bias=x.bias.tolist()) for x in f.layers],
    )
    for name, solve in (("direct", odeint), ("adjoint", odeint_adjoint)):
        f.zero_grad()
        z = z0.clone().requires_grad_(True)
        t = times.clone().requires_grad_(True)
        loss = ((solve(f, z, t, rtol=1e-10, atol=1e-10, method="dopri5") - observed) ** 2).mean()
        loss.backward()
        result[name] = dict(
            loss=loss.item(),
            z0=z.grad.tolist(),
            times=t.grad.tolist(),
            layers=[dict(weight=x.weight.grad.tolist(), bias=x.bias.grad.tolist()) for x in f.layers],
        )
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
