#:project ../src/NeuralOde/NeuralOde.csproj
#:property PublishAot=false

// A stiff neural ODE: Robertson's reactions, of which one rate is a network, learned over eleven decades of time: dotnet run examples/stiff.cs
// As in Kim, Ji, Deng, Ma, Rackauckas, "Stiff neural ordinary differential equations" (Chaos 31, 2021), the variables are scaled; a stiff solver integrates, and the
// gradient is that of its own steps.
using System.Diagnostics;
using System.Globalization;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// The truth, and what is observed of it: all three species, five times in each decade.
double[] times = [0, .. Enumerable.Range(0, 56).Select(static i => Math.Pow(10, -5 + (i / 5.0)))];
double[] truth = Ode.Solve(
    (t, y, dy) =>
    {
        double first = 0.04 * y[0], second = 3e7 * y[1] * y[1], third = 1e4 * y[1] * y[2];
        (dy[0], dy[1], dy[2]) = (third - first, first - second - third, second);
    },
    [1.0, 0.0, 0.0],
    times,
    new RadauIIA5(),
    new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-18 } }).States.ToArray();

// Each species in units of its largest value, which the data show.
double[] scales = [.. Enumerable.Range(0, 3).Select(c => truth.Where((_, i) => i % 3 == c).Max())];
Tensor observed = Tensor.From([.. truth.Select((y, i) => y / scales[i % 3])], [times.Length, 1, 3]).Slice(0, 1, times.Length - 1);

// The model knows the first and the third reaction. The second one consumes the second species, at a rate per amount that is learned: the exponential of a network of
// the amount's logarithm.
var network = new Mlp(inputs: 1, hidden: [16, 16], outputs: 1, random: new RandomSource(seed: 0), dtype: DType.Float64);
double scale = scales[1];
VectorField field = VectorField.Define(
    (t, z) =>
    {
        Tensor y1 = scales[0] * z.Slice(-1, 0, 1), u = z.Slice(-1, 1, 1), y3 = scales[2] * z.Slice(-1, 2, 1);
        Tensor first = 0.04 * y1, third = 1e4 * scale * u * y3;
        Tensor second = 0.04 * u * (5 * network.Forward((0.4 * (u.Relu() + 1e-6).Log()) + 1.5)).Exp();
        return Tensor.Concatenate([(third - first) / scales[0], (first - second - third) / scales[1], second / scales[2]], -1);
    },
    network);
var ode = new OdeBlock(field) { Solver = new Kvaerno5(), Steps = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-13 } };
Tensor z0 = Tensor.From([1 / scales[0], 0, 0], [1, 3]);

const int Iterations = 600;
var adam = new Adam(ode.Parameters, beta2: 0.98);
var clock = Stopwatch.StartNew();
for (int i = 1; i <= Iterations; i++)
{
    // Errors of the logarithms count the same at all times, however small a species is.
    Tensor loss = ((Solve().Relu() + 1e-12).Log() - (observed + 1e-12).Log()).Square().Mean();
    loss.Backward();
    adam.LearningRate = 0.05 * LearningRateSchedule.Cosine().Factor((double)i / Iterations);
    adam.Step();
    if (i % 100 == 0)
    {
        Console.WriteLine($"iteration {i,4}   loss {loss.ToScalar():E2}   {clock.Elapsed.TotalSeconds:F1} s");
    }
}

Console.WriteLine($"trained in {clock.Elapsed.TotalSeconds:F1} s, {Environment.CpuUsage.TotalTime.TotalSeconds:F1} s of one processor");
using (GradientMode.Disable())
{
    double[] learned = Solve().ToDoubles(), expected = observed.ToDoubles();
    double[] relative = [.. learned.Zip(expected, (x, y) => Math.Abs((x / y) - 1))];
    for (int c = 0; c < 3; c++)
    {
        Console.WriteLine($"y{c + 1}: largest relative error {100 * relative.Where((_, i) => i % 3 == c).Max():F2} % over t from 1e-5 to 1e6");
    }

    Console.WriteLine("  amount   true rate    learned");
    foreach (double u in (double[])[1, 1e-1, 1e-2, 1e-3, 3e-4])
    {
        double rate = 0.04 * u * Math.Exp(5 * network.Forward(Tensor.From([(0.4 * Math.Log(u + 1e-6)) + 1.5], [1, 1])).ToScalar());
        Console.WriteLine($"{u * scale,8:E1} {3e7 * u * u * scale * scale,11:E3} {rate,10:E3}");
    }
}

Tensor Solve() => ode.Forward(z0, times).Slice(0, 1, times.Length - 1);
