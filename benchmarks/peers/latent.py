"""One training step of the latent ODE on spirals in PyTorch: batch 100, 100 points, Euler steps of at most 0.05, Adam."""

import torch

import euler_adjoint

BATCH, POINTS, LATENT, HIDDEN, NOISE, STEP = 100, 100, 6, 64, 0.02, 0.05
TIMES = [i * (6.29 * 5) / 199 for i in range(POINTS)]


class LatentOde(torch.nn.Module):
    """A GRU that reads values and time differences in reverse, an ODE in the latent space, and a network to the data."""

    def __init__(self, adjoint):
        super().__init__()
        self.adjoint = adjoint
        self.encoder = torch.nn.GRU(3, HIDDEN)
        self.posterior = torch.nn.Linear(HIDDEN, 2 * LATENT)
        self.net = torch.nn.Sequential(
            torch.nn.Linear(LATENT, 64), torch.nn.ELU(), torch.nn.Linear(64, 64), torch.nn.ELU(), torch.nn.Linear(64, LATENT)
        )
        self.decoder = torch.nn.Sequential(torch.nn.Linear(LATENT, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 2))

    def field(self, t, z):
        return self.net(z)

    def negative_elbo(self, observed):
        times = torch.tensor(TIMES)
        differences = torch.cat([times[:1] - times[1:2], times[:-1] - times[1:]])
        inputs = torch.cat([observed, differences[:, None, None].expand(-1, BATCH, 1)], 2).flip(0)
        _, last = self.encoder(inputs)
        mean, log_variance = self.posterior(last[0]).chunk(2, 1)
        z0 = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        if self.adjoint:
            states = euler_adjoint.solve_adjoint(self.field, tuple(self.net.parameters()), z0, TIMES, STEP)
        else:
            states = euler_adjoint.solve_direct(self.field, z0, TIMES, STEP)
        error = ((self.decoder(states) - observed) ** 2).sum((0, 2)) / (2 * NOISE**2)
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1)
        return (error + divergence).mean() / POINTS


def training_step(key):
    torch.manual_seed(5)
    model = LatentOde(adjoint=key.endswith("backsolve"))
    adam = torch.optim.Adam(model.parameters(), lr=0.001)
    observed = torch.randn(POINTS, BATCH, 2)

    def step():
        adam.zero_grad()
        model.negative_elbo(observed).backward()
        adam.step()

    return step
