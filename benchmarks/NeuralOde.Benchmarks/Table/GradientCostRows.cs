using System.Globalization;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about what a gradient costs beside its solve: time and memory.</summary>
internal static class GradientCostRows
{
    public static IEnumerable<TableRow> Costs(BatchTimer timer)
    {
        foreach (GradientMethod gradient in new[] { GradientMethod.Direct, GradientMethod.BacksolveAdjoint })
        {
            AdjointSolveWorkload solve = FieldWorkload.Create("wide").AdjointSolve(gradient, 1e-5, 1e-6);
            (Measurement forward, double quotient) = timer.Compare(solve.Run, solve.RunForward);
            yield return TableRow.Time(
                $"wide {gradient.Name} forward",
                $"64-128-128-64 tanh, batch 512, Dopri5 on [0, 1] at 1e-5, 1e-6, {gradient.Name}: the solve",
                forward,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"its gradient takes {quotient - 1:0.00} times that; {solve.Forward.Evaluations} evaluations forward, "
                        + $"{solve.Backward.VectorJacobianProducts} products backward"));
        }

        foreach ((string key, string name, double relative, double absolute) in new[]
        {
            ("wide", "64-128-128-64 tanh, batch 512, Dopri5 on [0, 1]", 1e-5, 1e-6),
            ("cubic", "y³-2-50-2 tanh, batch 20, Dopri5 on [0, 1]", 1e-7, 1e-9),
            ("spiral", "2-16-16-2 ELU, Dopri5 on [0, 1]", 1e-7, 1e-9),
            ("images", "MNIST field, 32 images of 6x6x64, Dopri5 on [0, 1]", 1e-3, 1e-3),
        })
        {
            AdjointSolveWorkload kept = FieldWorkload.Create(key).DirectSolve(keeps: true, relative, absolute);
            AdjointSolveWorkload computed = FieldWorkload.Create(key).DirectSolve(keeps: false, relative, absolute);
            (Measurement time, double quotient) = timer.Compare(computed.Run, kept.Run);
            yield return TableRow.Time(
                $"{key} kept",
                $"{name}, direct: solve and gradient",
                time,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{1 / quotient:0.00} of the time that it takes without keeping what evaluations compute; {kept.Bytes / 1024.0:0} KiB, {computed.Bytes / 1024.0:0} without; "
                        + $"{kept.Forward.Evaluations} evaluations forward, {kept.Backward.VectorJacobianProducts} products backward"));
        }

        foreach (GradientMethod gradient in new[] { GradientMethod.Direct, GradientMethod.BacksolveAdjoint })
        {
            var ode = new OdeBlock(FieldWorkload.CubicField(new RandomSource(4))) { GradientMethod = gradient };
            var solve = new AdjointSolveWorkload(ode.Compile<float>([1, 2]), [2, 0], [.. Enumerable.Range(0, 30).Select(static i => 1.5 * i / 29)]);
            yield return TableRow.Time(
                $"sciml spiral {gradient.Name}",
                $"y³-2-50-2 tanh, 30 points on [0, 1.5], defaults, {gradient.Name}: solve and gradient",
                timer.Measure(solve.Run),
                string.Create(CultureInfo.InvariantCulture, $"{solve.Forward.Evaluations} evaluations forward, {solve.Backward.VectorJacobianProducts} products backward"));
        }

        (OdeSolver Solver, GradientMethod Gradient)[] methods =
        [
            (new RungeKutta4(), GradientMethod.Direct),
            (new RungeKutta4(), GradientMethod.BacksolveAdjoint),
            (new AsynchronousLeapfrog(), GradientMethod.Reversible),
            (new ReversibleHeun(), GradientMethod.Reversible),
        ];
        foreach ((OdeSolver solver, GradientMethod gradient) in methods)
        {
            long few = Bytes(solver, gradient, 100, out _), many = Bytes(solver, gradient, 10_000, out long allocated);
            yield return TableRow.Bytes(
                $"memory {solver.Name} {gradient.Name}",
                $"2-16-2, batch 20, {solver.Name}, 10,000 steps, {gradient.Name}: kept for the gradient",
                many,
                string.Create(CultureInfo.InvariantCulture, $"{(double)many / few:0.000} times that of 100 steps; a second solve and gradient allocate {allocated} bytes"));
        }
    }

    /// <summary>What a solve and its gradient keep, and allocate once more.</summary>
    private static long Bytes(OdeSolver solver, GradientMethod gradient, int steps, out long allocated)
    {
        VectorField field = new Mlp(2, [16], 2, Activation.Tanh, random: new RandomSource(4)).AsField();
        var ode = new OdeBlock(field) { Solver = solver, Steps = FixedSteps.PerInterval(steps), GradientMethod = gradient };
        var solve = new AdjointSolveWorkload(ode.Compile<float>([20, 2]), new RandomSource(3).Normal([20, 2]).ToArray<float>(), 0, 1);
        solve.Run(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        solve.Run(1);
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return solve.Bytes;
    }
}
