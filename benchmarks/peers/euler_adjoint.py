"""Euler steps with the gradient of the continuous adjoint, as a torch.autograd.Function.

Our own code, written from the mathematics (Chen et al. 2018, arXiv 1806.07366, appendix B and C), to be measured against: with
n = ceil(|dt| / h_max) equal Euler steps between two observations, forward for dz/dt = f(t, z), and backward for

    dz/dt = f,   da/dt = -a df/dz,   da_theta/dt = -a df/dtheta

where a gains the loss's own gradient at each observation and z starts anew from the stored state.
"""

import math

import torch


def step_count(from_, to, largest):
    # Round-off does not add a step.
    return max(1, math.ceil(abs(to - from_) / largest * (1 - 1e-9)))


def euler(f, z, from_, to, largest):
    n = step_count(from_, to, largest)
    h = (to - from_) / n
    for i in range(n):
        z = z + h * f(from_ + i * h, z)
    return z


def solve_direct(f, z0, times, largest):
    """States at all times, [times, batch, state]; autograd reverses the steps themselves."""
    states = [z0]
    for from_, to in zip(times, times[1:]):
        states.append(euler(f, states[-1], from_, to, largest))
    return torch.stack(states)


class _Adjoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx, f, times, largest, z0, *parameters):
        with torch.no_grad():
            states = solve_direct(f, z0, times, largest)
        ctx.f, ctx.times, ctx.largest, ctx.parameters = f, times, largest, parameters
        ctx.save_for_backward(states)
        return states

    @staticmethod
    def backward(ctx, gradients):
        (states,) = ctx.saved_tensors
        a = torch.zeros_like(states[0])
        sums = [torch.zeros_like(p) for p in ctx.parameters]
        for i in range(len(ctx.times) - 1, 0, -1):
            a = a + gradients[i]
            z = states[i]
            n = step_count(ctx.times[i], ctx.times[i - 1], ctx.largest)
            h = (ctx.times[i - 1] - ctx.times[i]) / n
            for j in range(n):
                with torch.enable_grad():
                    z = z.detach().requires_grad_(True)
                    value = ctx.f(ctx.times[i] + j * h, z)
                    products = torch.autograd.grad(value, (z, *ctx.parameters), a)
                with torch.no_grad():
                    z = z + h * value
                    a = a - h * products[0]
                    for total, product in zip(sums, products[1:]):
                        total.sub_(product, alpha=h)
        return None, None, None, a + gradients[0], *sums


def solve_adjoint(f, parameters, z0, times, largest):
    """The same states; the gradient by the adjoint."""
    return _Adjoint.apply(f, times, largest, z0, *parameters)
