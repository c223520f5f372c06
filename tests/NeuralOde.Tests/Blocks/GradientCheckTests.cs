using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Blocks;

public class GradientCheckTests
{
    [Fact]
    public void All_methods_but_the_biased_one_are_right_on_a_smooth_network()
    {
        LayerField field = new Mlp(2, [7], 2, Activation.Tanh, new RandomSource(2), DType.Float64).AsField();
        double[] before = [.. field.Parameters.SelectMany(static x => x.ToDoubles())];
        Tensor z0 = new RandomSource(3).Normal([3, 2], dtype: DType.Float64), observed = new RandomSource(4).Normal([3, 3, 2], dtype: DType.Float64);
        GradientCheckResult check = GradientCheck.Run(new OdeBlock(field), z0, [0, 0.7, 1.6], states => Loss.MeanSquared(states, observed));
        Assert.Equal(before, field.Parameters.SelectMany(static x => x.ToDoubles()));
        Assert.True(check.DifferenceError < 1e-6);
        foreach (GradientCheckEntry x in check.Entries)
        {
            bool isBiased = x.Method is TruncatedAdjoint;
            Assert.Equal(isBiased ? GradientCheckCause.Biased : GradientCheckCause.None, x.Cause);
            Assert.True(isBiased ? x.Error > 1e-2 : x.Error < 1e-4, check.ToString());
            Assert.True(x.Bytes > 0 && x.Time > TimeSpan.Zero);
        }

        Assert.Contains("Trust", check.ToString(), StringComparison.Ordinal);
        Assert.NotEqual("truncated", check.Trusted!.Method.Name);
    }

    [Fact]
    public void It_tells_steps_that_do_not_resolve_the_gradient_from_a_flow_that_cannot_be_reversed()
    {
        // Without their checks both the direct gradient and the seminorm go wrong: z' = θ sin 20t at θ = 1e-3.
        var theta = new Parameter(Tensor.From([1e-3]), "theta");
        var driven = new OdeBlock(VectorField.Define((t, z) => (theta * (20 * t).Sin()) + (0 * z)));
        var options = new GradientCheckOptions
        {
            Methods = [new DirectGradient { CheckInterval = 0 }, new BacksolveAdjoint { CheckInterval = 0 }, GradientMethod.GaussAdjoint],
        };
        GradientCheckResult check = GradientCheck.Run(driven, Tensor.From([1.0], [1, 1]), [0, 10], static states => states.Select(0, 1).Sum(), options);
        Assert.Equal(
            [GradientCheckCause.ParametersBelowTolerance, GradientCheckCause.ParametersBelowTolerance, GradientCheckCause.None], check.Entries.Select(static x => x.Cause));
        Assert.Equal("gauss", check.Trusted!.Method.Name);

        // A strong decay: backward in time it explodes.
        var decay = new OdeBlock(VectorField.Define((t, z) => (-20 * z) + (10 * z.Sin())));
        check = GradientCheck.Run(decay, Tensor.From([1.0, -0.5], [1, 2]), [0, 3], static states => states.Square().Sum());
        GradientCheckEntry adjoint = check.Entries.Single(static x => x.Method is BacksolveAdjoint);
        Assert.True(adjoint.Cause is GradientCheckCause.ReverseFlow or GradientCheckCause.Failed, check.ToString());
        Assert.True(check.Trusted!.Method is DirectGradient or InterpolatedAdjoint or GaussAdjoint);
    }

    [Fact]
    public void Single_precision_and_fixed_steps_are_checked_too()
    {
        LayerField field = new Mlp(2, [7], 2, Activation.Tanh, new RandomSource(2)).AsField();
        var ode = new OdeBlock(field) { Solver = new RungeKutta4(), Steps = FixedSteps.PerInterval(4) };
        GradientCheckResult check = GradientCheck.Run(ode, new RandomSource(3).Normal([3, 2]), [0, 0.7, 1.6], static states => states.Square().Mean());
        Assert.Equal(GradientCheckCause.None, check.Entries.Single(static x => x.Method is DirectGradient).Cause);
    }
}
