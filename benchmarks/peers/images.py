"""One training step of the MNIST models in PyTorch: batch 32, Adam, cross entropy, on random images (the time does not depend on them)."""

import torch

import euler_adjoint

BATCH = 32
STEP = 0.05


class TimeConcatenated(torch.nn.Module):
    """A 3x3 convolution of the state and of one more channel that holds the time."""

    def __init__(self, channels):
        super().__init__()
        self.convolution = torch.nn.Conv2d(channels + 1, channels, 3, padding=1, bias=False)

    def forward(self, t, z):
        time = torch.full_like(z[:, :1], float(t))
        return self.convolution(torch.cat([z, time], 1))


class Field(torch.nn.Module):
    """f(t, z) = BN(ReLU(conv([BN(ReLU(conv([z, t]))), t])))."""

    def __init__(self, channels=64):
        super().__init__()
        self.convolutions = torch.nn.ModuleList(TimeConcatenated(channels) for _ in range(2))
        self.norms = torch.nn.ModuleList(torch.nn.BatchNorm2d(channels) for _ in range(2))

    def forward(self, t, z):
        for convolution, norm in zip(self.convolutions, self.norms):
            z = norm(torch.relu(convolution(t, z)))
        return z


class Residual(torch.nn.Module):
    def __init__(self, channels=64):
        super().__init__()
        self.branch = torch.nn.Sequential(
            torch.nn.BatchNorm2d(channels),
            torch.nn.ReLU(),
            torch.nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            torch.nn.BatchNorm2d(channels),
            torch.nn.ReLU(),
            torch.nn.Conv2d(channels, channels, 3, padding=1, bias=False),
        )

    def forward(self, z):
        return z + self.branch(z)


class Solve(torch.nn.Module):
    """The state at time 1 by Euler steps of at most 0.05."""

    def __init__(self, adjoint):
        super().__init__()
        self.field, self.adjoint = Field(), adjoint

    def forward(self, z):
        times = [0.0, 1.0]
        if self.adjoint:
            return euler_adjoint.solve_adjoint(self.field, tuple(self.field.parameters()), z, times, STEP)[-1]
        return euler_adjoint.solve_direct(self.field, z, times, STEP)[-1]


def classifier(block):
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 64, 3),
        torch.nn.BatchNorm2d(64),
        torch.nn.ReLU(),
        torch.nn.Conv2d(64, 64, 4, stride=2, padding=1),
        torch.nn.BatchNorm2d(64),
        torch.nn.ReLU(),
        torch.nn.Conv2d(64, 64, 4, stride=2, padding=1),
        *block,
        torch.nn.BatchNorm2d(64),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(64, 10),
    )


BLOCKS = {
    "mnist backsolve": lambda: [Solve(adjoint=True)],
    "mnist direct": lambda: [Solve(adjoint=False)],
    "mnist resnet": lambda: [Residual() for _ in range(6)],
}


def training_step(key):
    torch.manual_seed(3)
    model = classifier(BLOCKS[key]())
    adam = torch.optim.Adam(model.parameters())
    images, labels = torch.randn(BATCH, 1, 28, 28), torch.randint(10, (BATCH,))

    def step():
        adam.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        adam.step()

    return step


def evaluation():
    torch.manual_seed(3)
    model = classifier(BLOCKS["mnist direct"]()).eval()
    images = torch.randn(BATCH, 1, 28, 28)

    def run():
        with torch.no_grad():
            model(images)

    return run


def convolutions():
    """Key, nominal operations and the call of each convolution kernel that the table measures."""
    for inputs in (64, 65):
        for size in (6, 7):
            x = torch.randn(BATCH, inputs, size, size).contiguous(memory_format=torch.channels_last)
            weight = torch.randn(64, inputs, 3, 3).contiguous(memory_format=torch.channels_last)
            gradient = torch.randn(BATCH, 64, size, size).contiguous(memory_format=torch.channels_last)
            operations = 2 * BATCH * size * size * 9 * inputs * 64

            def backward(mask, x=x, weight=weight, gradient=gradient):
                return torch.ops.aten.convolution_backward(gradient, x, weight, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, mask)

            kernels = {
                "forward": lambda x=x, weight=weight: torch.conv2d(x, weight, padding=1),
                "data gradient": lambda backward=backward: backward([True, False, False]),
                "weight gradient": lambda backward=backward: backward([False, True, False]),
            }
            for name, run in kernels.items():
                yield f"convolution {name} 3x3, {inputs}→64, {size}x{size}→{size}x{size}", operations, run
