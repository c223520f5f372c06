"""The table's workloads in JAX, everything under jit, and solves by Diffrax, on one thread.

    PEER_PYTHON jitted.py [SECTION...] [--json FILE] [--clock wall|cpu]

Sections: fields wide training mnist. Keys are those of the C# table. Where this Python has no JAX and Diffrax, it says so and has no rows.
"""

import os

os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import optional
from timing import measure

try:
    import diffrax
    import jax
    import jax.numpy as jnp
    import numpy
except ImportError:
    diffrax = None

BATCH = 32
NETWORKS = {"cubic": ([2, 50, 2], "tanh", (20, 2)), "spiral": ([2, 16, 16, 2], "elu", (1, 2)), "wide": ([64, 128, 128, 64], "tanh", (512, 64))}


def network(name):
    """The field, its parameters and a state."""
    sizes, activation, shape = NETWORKS[name]
    random = numpy.random.default_rng(4)
    function = {"tanh": jnp.tanh, "elu": jax.nn.elu}[activation]
    parameters = [
        (jnp.asarray(random.uniform(-1, 1, (m, n)) / m**0.5, jnp.float32), jnp.zeros(n, jnp.float32)) for m, n in zip(sizes, sizes[1:])
    ]

    def f(parameters, z):
        z = z**3 if name == "cubic" else z
        for weight, bias in parameters[:-1]:
            z = function(z @ weight + bias)
        weight, bias = parameters[-1]
        return z @ weight + bias

    return f, parameters, jnp.asarray(0.5 * random.standard_normal(shape), jnp.float32)


def vjp(f):
    def both(parameters, z, a):
        value, pull = jax.vjp(f, parameters, z)
        return value, pull(a)

    return both


def call(function, *arguments):
    """A call of a jitted function, to its end."""
    compiled = jax.jit(function)
    return lambda: jax.block_until_ready(compiled(*arguments))


def evaluation(clock, name):
    f, parameters, z = network(name)
    yield f"{name} f", measure(clock, call(f, parameters, z)), "jit, one call"
    yield f"{name} vjp", measure(clock, call(vjp(f), parameters, z, jnp.ones_like(z))), "jit, one call"


def fields(clock):
    yield from evaluation(clock, "cubic")
    yield from evaluation(clock, "spiral")


def wide(clock):
    yield from evaluation(clock, "wide")
    f, parameters, z = network("wide")
    yield "wide adjoint solve", measure(clock, solve_gradient(f, parameters, z, diffrax.BacksolveAdjoint()), batches=9), "Diffrax Dopri5, backsolve adjoint"
    yield "wide direct solve", measure(clock, solve_gradient(f, parameters, z, diffrax.RecursiveCheckpointAdjoint()), batches=9), "Diffrax Dopri5, checkpoints"


def solve_gradient(f, parameters, z, adjoint):
    """A Dopri5 solve on [0, 1] and the gradient of the sum of its final state."""

    def loss(parameters, z):
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, args: f(args, y)), diffrax.Dopri5(), 0.0, 1.0, None, z, parameters,
            stepsize_controller=diffrax.PIDController(rtol=1e-5, atol=1e-6), adjoint=adjoint,
        )
        return solution.ys[-1].sum()

    return call(jax.value_and_grad(loss, argnums=(0, 1)), parameters, z)


def adam(gradients, state, count, rate):
    """The moves of Adam and its memory."""
    mean = jax.tree_util.tree_map(lambda m, g: 0.9 * m + 0.1 * g, state[0], gradients)
    square = jax.tree_util.tree_map(lambda v, g: 0.999 * v + 0.001 * g * g, state[1], gradients)
    scale = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    return jax.tree_util.tree_map(lambda m, v: -scale * m / (jnp.sqrt(v) + 1e-8), mean, square), (mean, square)


def train(loss, parameters, rate):
    """A training step that keeps its parameters and Adam's memory, all of it one jitted call."""

    @jax.jit
    def step(parameters, state, count):
        gradients = jax.grad(loss)(parameters)
        moves, state = adam(gradients, state, count, rate)
        return jax.tree_util.tree_map(jnp.add, parameters, moves), state, count + 1

    zeros = jax.tree_util.tree_map(jnp.zeros_like, parameters)
    kept = [(parameters, (zeros, zeros), jnp.float32(1))]

    def run():
        kept[0] = jax.block_until_ready(step(*kept[0]))

    return run


def training(clock):
    """The spiral's iteration with a window of its mean length, 62 Euler steps in a loop inside jit."""
    f, parameters, z = network("spiral")
    target = jnp.zeros((62, *z.shape), jnp.float32)

    def loss(parameters):
        def euler(z, _):
            z = z + 0.04 * f(parameters, z)
            return z, z

        return ((jax.lax.scan(euler, z, None, length=62)[1] - target) ** 2).mean()

    yield "spiral direct", measure(clock, train(loss, parameters, 0.0005)), "one jitted call, a hand-written loop of 62 Euler steps"


def convolve(x, weight, stride=1, padding=0):
    return jax.lax.conv_general_dilated(x, weight, (stride, stride), [(padding, padding)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC"))


def normalize(x, scale, shift):
    """Batch normalization in training; the running statistics take no time worth counting and are left out."""
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    return (x - mean) * (scale / jnp.sqrt(variance + 1e-5)) + shift


def image_step(is_resnet):
    random = numpy.random.default_rng(3)

    def weight(height, inputs, outputs):
        bound = (height * height * inputs) ** -0.5
        return jnp.asarray(random.uniform(-bound, bound, (height, height, inputs, outputs)), jnp.float32)

    def norm():
        return jnp.ones(64, jnp.float32), jnp.zeros(64, jnp.float32)

    channels = 64 if is_resnet else 65
    pairs = 6 if is_resnet else 1
    parameters = {
        "down": [weight(3, 1, 64), weight(4, 64, 64), weight(4, 64, 64)],
        "bias": [jnp.zeros(64, jnp.float32) for _ in range(3)],
        "norm": [norm() for _ in range(3)],
        "pairs": [((weight(3, channels, 64), norm()), (weight(3, channels, 64), norm())) for _ in range(pairs)],
        "last": (jnp.asarray(0.1 * random.standard_normal((64, 10)), jnp.float32), jnp.zeros(10, jnp.float32)),
    }
    images = jnp.asarray(random.standard_normal((BATCH, 28, 28, 1)), jnp.float32)
    labels = jnp.asarray(random.integers(0, 10, BATCH))

    def residual(z, pair):
        x = z
        for kernel, affine in pair:
            x = convolve(jax.nn.relu(normalize(x, *affine)), kernel, 1, 1)
        return z + x

    def field(t, z, pair):
        for kernel, affine in pair:
            time = jnp.full((*z.shape[:3], 1), t, z.dtype)
            z = normalize(jax.nn.relu(convolve(jnp.concatenate([z, time], 3), kernel, 1, 1)), *affine)
        return z

    def loss(parameters):
        z = images
        for i, (stride, padding) in enumerate(((1, 0), (2, 1), (2, 1))):
            z = convolve(z, parameters["down"][i], stride, padding) + parameters["bias"][i]
            z = jax.nn.relu(normalize(z, *parameters["norm"][i])) if i < 2 else z
        if is_resnet:
            for pair in parameters["pairs"]:
                z = residual(z, pair)
        else:
            euler = lambda z, t: (z + 0.05 * field(t, z, parameters["pairs"][0]), None)
            z = jax.lax.scan(euler, z, 0.05 * jnp.arange(20, dtype=jnp.float32))[0]
        z = normalize(z, *parameters["norm"][2]).mean((1, 2))
        kernel, bias = parameters["last"]
        scores = jax.nn.log_softmax(z @ kernel + bias)
        return -scores[jnp.arange(BATCH), labels].mean()

    return train(loss, parameters, 0.001)


def mnist(clock):
    yield "mnist direct", measure(clock, image_step(False), batches=9), "one jitted call, 20 Euler steps"
    yield "mnist resnet", measure(clock, image_step(True), batches=9), "one jitted call"


if __name__ == "__main__":
    version = None if diffrax is None else f"{jax.__version__}, Diffrax {diffrax.__version__}"
    optional.main(__doc__, (fields, wide, training, mnist), "JAX and Diffrax", version)
