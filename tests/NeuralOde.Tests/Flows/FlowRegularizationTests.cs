using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Divergences;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.TestSupport;

namespace NeuralOde.Tests.Flows;

public class FlowRegularizationTests
{
    [Fact]
    public void The_quadratures_of_a_linear_flow_have_their_closed_form()
    {
        // z' = a z in one dimension, solved from x at 1 to 0: ∫a²z² dt, ∫a² dt and ∫a⁴z² dt with z = x·e^(a(t − 1)).
        const double A = 0.8;
        var field = new LinearField(1, new RandomSource(1), dtype: DType.Float64);
        field.Matrix.SetValues<double>([A]);
        var flow = new ContinuousFlow(field, new NormalDistribution(1, dtype: DType.Float64))
        {
            Solver = new Dopri8(),
            Steps = new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 },
            Regularization = new FlowRegularization { KineticEnergy = 0.3, JacobianNorm = 0.2, Acceleration = 0.1 },
        };
        var x = Tensor.From([1.5, -0.4], [2, 1]);
        FlowLoss loss = flow.Loss(x);
        double squares = ((1.5 * 1.5) + (0.4 * 0.4)) / 2 * (1 - Math.Exp(-2 * A)) / (2 * A);
        Assert.Equal(A * A * squares, loss.Solution.KineticEnergy!.ToScalar(), 1e-9);
        Assert.Equal(A * A, loss.Solution.JacobianNorm!.ToScalar(), 1e-12);
        Assert.Equal(A * A * A * A * squares, loss.Solution.Acceleration!.ToScalar(), 1e-9);
        Assert.Equal(-flow.LogDensity(x).Mean().ToScalar(), loss.NegativeLogLikelihood.ToScalar(), 1e-9);
        Assert.Equal(
            loss.NegativeLogLikelihood.ToScalar() + (0.3 * A * A * squares) + (0.2 * A * A) + (0.1 * A * A * A * A * squares), loss.Total.ToScalar(), 1e-9);
    }

    [Fact]
    public void The_acceleration_is_the_second_derivative_of_the_path()
    {
        // f = sin(t)·(z₂, −z₁): f' = cos(t)·(z₂, −z₁) − sin²(t)·z, whose parts are orthogonal; |z| stays.
        var field = VectorField.Define(static (t, z) => t.Sin() * Tensor.Concatenate([z.Slice(1, 1, 1), -z.Slice(1, 0, 1)], 1));
        var flow = new ContinuousFlow(field, new NormalDistribution(2, dtype: DType.Float64))
        {
            Solver = new Dopri8(),
            Steps = new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 },
            Regularization = new FlowRegularization { Acceleration = 1 },
            DataTime = Math.PI,
        };

        // ∫cos² + sin⁴ over [0, π] is π/2 + 3π/8.
        Assert.Equal(25 * 7 * Math.PI / 8, flow.Loss(Tensor.From([3.0, 4.0], [1, 2])).Solution.Acceleration!.ToScalar(), 1e-8);
    }

    [Theory]
    [InlineData("exact")]
    [InlineData("hutchinson")]
    public void Gradients_of_the_regularized_loss_equal_finite_differences(string divergence)
    {
        var field = new ConcatSquashField(2, [4], random: new RandomSource(6), dtype: DType.Float64);
        var flow = new ContinuousFlow(field, new NormalDistribution(2, dtype: DType.Float64))
        {
            Steps = FixedSteps.PerInterval(8),
            Divergence = divergence == "exact" ? DivergenceMethod.Exact : DivergenceMethod.Hutchinson,
            Regularization = new FlowRegularization { KineticEnergy = 0.3, JacobianNorm = 0.2, Acceleration = 0.1, EndTimeSpread = 0.5 },
        };
        var x = new Parameter(new RandomSource(7).Normal([3, 2], dtype: DType.Float64));
        LossGradient.EqualsFiniteDifferences(() => flow.Loss(x, random: new RandomSource(5)).Total, [x, .. field.Parameters], 1e-9);
    }

    [Fact]
    public void Quadratures_change_no_step()
    {
        var field = new HypernetworkField(2, 8, 8, new RandomSource(1), DType.Float64);
        var plain = new ContinuousFlow(field, new NormalDistribution(2, dtype: DType.Float64)) { DataTime = 5 };
        var regularized = new ContinuousFlow(field, plain.Base) { DataTime = 5, Regularization = new FlowRegularization { KineticEnergy = 1, Acceleration = 1 } };
        Tensor x = new RandomSource(2).Normal([7, 2], dtype: DType.Float64);
        FlowLoss a = plain.Loss(x), b = regularized.Loss(x);
        Assert.Equal(a.Solution.Forward.Evaluations, b.Solution.Forward.Evaluations);
        Assert.Equal(a.NegativeLogLikelihood.ToScalar(), b.NegativeLogLikelihood.ToScalar(), 1e-13);
    }

    [Fact]
    public void The_end_time_moves_within_its_spread_and_only_in_training()
    {
        // z' = z from the data at T to 0: the log-determinant is −T.
        var field = new LinearField(1, new RandomSource(1), dtype: DType.Float64);
        field.Matrix.SetValues<double>([1.0]);
        var flow = new ContinuousFlow(field, new NormalDistribution(1, dtype: DType.Float64)) { Regularization = new FlowRegularization { EndTimeSpread = 0.25 } };
        var random = new RandomSource(1);
        var x = Tensor.From([0.0], [1, 1]);
        double[] ends = [.. Enumerable.Range(0, 50).Select(_ => -flow.Loss(x, random: random).Solution.LogDeterminant[0])];
        Assert.All(ends, static t => Assert.InRange(t, 0.75, 1.25));
        Assert.True(ends.Max() - ends.Min() > 0.4);
        Assert.Equal(-1, flow.ToBase(x).LogDeterminant[0], 1e-6);
    }

    [Fact]
    public void Weights_and_spreads_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowRegularization { KineticEnergy = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowRegularization { JacobianNorm = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowRegularization { Acceleration = double.PositiveInfinity });
        var flow = new ContinuousFlow(new LinearField(1, new RandomSource(1)), new NormalDistribution(1)) { Regularization = new FlowRegularization { EndTimeSpread = 1 } };
        Assert.Throws<InvalidOperationException>(() => flow.Loss(Tensor.Zeros([1, 1])));
    }
}
