using System.Globalization;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about the gradient methods: time, memory and error of each, as a gradient check finds them.</summary>
internal static class GradientRows
{
    public static IEnumerable<TableRow> Gradients(BatchTimer timer) =>
    [
        .. Rows("spiral", "spiral network y³-2-50-2, 30 points on [0, 1.5], Tsit5", Spiral()),
        .. Rows("vdp", "stiff Van der Pol (μ = 100) and a network, Kvaerno5", VanDerPol(new Kvaerno5())),
        .. Rows("vdp bdf", "the same, BDF", VanDerPol(new Bdf())),
        .. Rows("mnist", "MNIST block, 8 channels of 6x6, 4 images, Dopri5 at 1e-3", Convolutional()),
        .. Rows("rest", "damped oscillator at rest, to 10", Oscillator()),
        .. Rows("near zero", "z' = θ sin 20t at θ = 1e-3, to 10", NearZero()),
        .. Rows("lorenz", "Lorenz system, observed at 1, 2, … 5", Lorenz()),
        .. Rows("damped", "strongly damped field, z' = −30 z + tanh(W z), to 0.5", Damped()),
    ];

    private static IEnumerable<TableRow> Rows(string key, string work, GradientCheckResult check) => check.Entries.Select(x =>
    {
        double nanoseconds = x.Time.TotalNanoseconds;
        string note = double.IsNaN(x.Error) ? $"no gradient: {x.Cause}"
            : string.Create(CultureInfo.InvariantCulture, $"error {x.InitialError:0.0e+0} by the state, {x.ParameterError:0.0e+0} by parameters; {x.Bytes / 1024.0:0.0} "
                + $"KiB{(x.Cause == GradientCheckCause.None ? "" : $"; {x.Cause}")}");
        return new TableRow($"gradient {key} {x.Method.Name}", $"{work}: {x.Method.Name}", "ns", nanoseconds, nanoseconds, nanoseconds, note);
    });

    private static GradientCheckResult Spiral()
    {
        var network = new Mlp(2, [50], 2, Activation.Tanh, new RandomSource(1), DType.Float64);
        double[] times = [.. Enumerable.Range(0, 30).Select(static i => 1.5 * i / 29)];
        Tensor observed = new RandomSource(2).Normal([30, 1, 2], dtype: DType.Float64);
        var ode = new OdeBlock(VectorField.Define((t, z) => network.Forward(z.Cube()), network));
        return GradientCheck.Run(ode, Tensor.From([2.0, 0.0], [1, 2]), times, states => Loss.MeanSquared(states, observed));
    }

    private static GradientCheckResult VanDerPol(OdeSolver solver)
    {
        var network = new Mlp(2, [16], 1, Activation.Tanh, new RandomSource(1), DType.Float64);
        var ode = new OdeBlock(VectorField.Define(
            (t, z) =>
            {
                Tensor x = z.Slice(-1, 0, 1), y = z.Slice(-1, 1, 1);
                return Tensor.Concatenate([y, (100 * (1 - x.Square()) * y) - x + network.Forward(z)], -1);
            },
            network))
        {
            Solver = solver,
        };
        return GradientCheck.Run(ode, Tensor.From([2.0, 0.0], [1, 2]), [0, 20, 40, 60], static states => states.Square().Mean());
    }

    private static GradientCheckResult Convolutional()
    {
        const int Channels = 8;
        var first = new TimeConcatenatedConv2d(Channels, Channels, 3, padding: 1, bias: false, random: new RandomSource(1), dtype: DType.Float64);
        var second = new TimeConcatenatedConv2d(Channels, Channels, 3, padding: 1, bias: false, random: new RandomSource(2), dtype: DType.Float64);
        GroupNorm norm = new(4, Channels, dtype: DType.Float64), lastNorm = new(4, Channels, dtype: DType.Float64);
        var field = VectorField.Define((t, z) => lastNorm.Forward(second.Forward(t, norm.Forward(first.Forward(t, z).Relu())).Relu()), first, second, norm, lastNorm);
        var ode = new OdeBlock(field) { Solver = new Dopri5(), Steps = new AdaptiveSteps { RelativeTolerance = 1e-3, AbsoluteTolerance = 1e-3 } };
        return GradientCheck.Run(ode, new RandomSource(3).Normal([4, 6, 6, Channels], dtype: DType.Float64), [0, 1], static states => states.Select(0, 1).Square().Mean());
    }

    private static GradientCheckResult Oscillator()
    {
        var a = new Parameter(Tensor.From([-0.05, 2.0, -2.0, -0.05], [2, 2]), "a");
        var b = new Parameter(Tensor.Zeros([2], DType.Float64), "b");
        var ode = new OdeBlock(VectorField.Define((t, z) => z.MatMul(a.Transpose()) + b));
        return GradientCheck.Run(ode, Tensor.Zeros([1, 2], DType.Float64), [0, 10], static states => (states.Select(0, 1) - 0.01).Square().Mean());
    }

    private static GradientCheckResult NearZero()
    {
        var theta = new Parameter(Tensor.From([1e-3]), "theta");
        var ode = new OdeBlock(VectorField.Define((t, z) => (theta * (20 * t).Sin()) + (0 * z)));
        return GradientCheck.Run(ode, Tensor.From([1.0], [1, 1]), [0, 10], static states => states.Select(0, 1).Sum(), new GradientCheckOptions
        {
            Methods =
            [
                new DirectGradient { CheckInterval = 0 }, GradientMethod.Direct, new BacksolveAdjoint { CheckInterval = 0 },
                GradientMethod.BacksolveAdjoint, GradientMethod.InterpolatedAdjoint, GradientMethod.GaussAdjoint,
            ],
        });
    }

    private static GradientCheckResult Lorenz()
    {
        var rates = new Parameter(Tensor.From([10.0, 28.0, 8.0 / 3]), "rates");
        var ode = new OdeBlock(VectorField.Define((t, z) =>
        {
            Tensor x = z.Slice(-1, 0, 1), y = z.Slice(-1, 1, 1), w = z.Slice(-1, 2, 1);
            return Tensor.Concatenate([rates.Slice(0, 0, 1) * (y - x), (x * (rates.Slice(0, 1, 1) - w)) - y, (x * y) - (rates.Slice(0, 2, 1) * w)], -1);
        }));
        return GradientCheck.Run(ode, Tensor.From([1.0, 1.0, 20.0], [1, 3]), [0, 1, 2, 3, 4, 5], static states => states.Mean());
    }

    private static GradientCheckResult Damped()
    {
        var weight = new Parameter(new RandomSource(1).Normal([2, 2], dtype: DType.Float64), "weight");
        var ode = new OdeBlock(VectorField.Define((t, z) => z.MatMul(weight).Tanh() - (30 * z)));
        return GradientCheck.Run(ode, Tensor.From([1.0, -0.5], [1, 2]), [0, 0.5], static states => states.Select(0, 1).Sum());
    }
}
