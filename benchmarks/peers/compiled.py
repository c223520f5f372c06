"""The table's workloads in PyTorch 2, compiled (torch.compile) and channels last, on one thread.

    PEER_PYTHON compiled.py [SECTION...] [--json FILE] [--clock wall|cpu]

Sections: fields wide mnist latent. Keys are those of the C# table. Where this Python has no PyTorch 2, it says so and has no rows.
"""

import optional
from timing import measure

try:
    import torch
except ImportError:
    torch = None

if torch is not None:
    import images
    import latent as latent_model
    import workloads


def evaluation(clock, name):
    f, z = workloads.field(name)
    compiled = torch.compile(f)
    t = torch.tensor(0.0)
    with torch.no_grad():
        yield f"{name} f", measure(clock, lambda: compiled(t, z)), "torch.compile, no_grad"
    a = torch.randn_like(z)
    z.requires_grad_(True)
    parameters = tuple(f.parameters())
    yield f"{name} vjp", measure(clock, lambda: torch.autograd.grad(compiled(t, z), (z, *parameters), a)), "torch.compile, torch.autograd.grad"


def fields(clock):
    yield from evaluation(clock, "cubic")
    yield from evaluation(clock, "spiral")


def wide(clock):
    yield from evaluation(clock, "wide")


def image_step(key):
    torch.manual_seed(3)
    model = images.classifier(images.BLOCKS[key]()).to(memory_format=torch.channels_last)
    adam = torch.optim.Adam(model.parameters())
    x, labels = torch.randn(images.BATCH, 1, 28, 28).to(memory_format=torch.channels_last), torch.randint(10, (images.BATCH,))
    loss = torch.compile(lambda: torch.nn.functional.cross_entropy(model(x), labels))

    def step():
        adam.zero_grad()
        loss().backward()
        adam.step()

    return step


def mnist(clock):
    for key in ("mnist direct", "mnist resnet"):
        yield key, measure(clock, image_step(key), batches=9), "torch.compile, channels last, a training step of 32 images"


def latent(clock):
    model = latent_model.LatentOde(adjoint=False)
    adam = torch.optim.Adam(model.parameters(), lr=0.001)
    observed = torch.randn(latent_model.POINTS, latent_model.BATCH, 2)
    loss = torch.compile(model.negative_elbo)

    def step():
        adam.zero_grad()
        loss(observed).backward()
        adam.step()

    yield "latent direct", measure(clock, step, batches=9), "torch.compile, a training step"


if __name__ == "__main__":
    has_peer = torch is not None and hasattr(torch, "compile")
    optional.main(__doc__, (fields, wide, mnist, latent), "PyTorch 2", torch.__version__ if has_peer else None)
