using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

/// <summary>Small inputs on which gradients have gone wrong, at default settings: right to 1e-3, or a word about it.</summary>
public class GradientCaseTests
{
    private const double Tolerance = 1e-3;

    [Theory]
    [InlineData("direct", 5)]
    [InlineData("direct", 100)]
    [InlineData("adjoint", 5)]
    [InlineData("adjoint", 100)]
    [InlineData("interpolated", 5)]
    [InlineData("interpolated", 100)]
    [InlineData("gauss", 100)]
    public void At_rest_the_gradient_by_the_initial_state_decays(string method, double end)
    {
        var ode = new OdeBlock(VectorField.Define((t, z) => -z)) { GradientMethod = GradientMethod.Parse(method) };
        var z0 = Tensor.From([0.0], [1, 1], requiresGradient: true);
        ode.Forward(z0, 0, end).Select(0, 1).Sum().Backward();
        Relative(Math.Exp(-end), z0.Gradient!.ToDoubles()[0]);
    }

    [Theory]
    [InlineData("direct", 0)]
    [InlineData("direct", 1e-3)]
    [InlineData("direct", 1)]
    [InlineData("adjoint", 0)]
    [InlineData("adjoint", 1e-3)]
    [InlineData("adjoint", 1)]
    [InlineData("interpolated", 0)]
    [InlineData("interpolated", 1e-3)]
    [InlineData("interpolated", 1)]
    [InlineData("gauss", 0)]
    [InlineData("gauss", 1e-3)]
    [InlineData("gauss", 1)]
    public void A_parameter_near_0_has_its_gradient(string method, double value)
    {
        var theta = new Parameter(Tensor.From([value]), "theta");
        var ode = new OdeBlock(VectorField.Define((t, z) => (theta * (20 * t).Sin()) + (0 * z))) { GradientMethod = GradientMethod.Parse(method) };
        ode.Forward(Tensor.From([1.0], [1, 1]), 0, 10).Select(0, 1).Sum().Backward();
        Relative((1 - Math.Cos(200)) / 20, theta.Gradient!.ToDoubles()[0]);
    }

    [Theory]
    [InlineData("adjoint")]
    [InlineData("interpolated")]
    [InlineData("gauss")]
    [InlineData("direct")]
    public void The_gradient_is_proportional_to_the_loss(string method)
    {
        double[] one = Of(1);
        foreach (double scale in (double[])[1e-6, 1e-7, 1e-9, 1e-30])
        {
            double[] scaled = Of(scale);
            for (int i = 0; i < one.Length; i++)
            {
                Relative(one[i] * scale, scaled[i]);
            }
        }

        double[] Of(double scale)
        {
            (VectorField field, _, Parameter b) = Oscillator();
            var ode = new OdeBlock(field) { GradientMethod = GradientMethod.Parse(method) };
            var z0 = Tensor.From([0.0, 0.0], [1, 2], requiresGradient: true);
            (ode.Forward(z0, 0, 10).Select(0, 1).Sum() * scale).Backward();
            return [.. z0.Gradient!.ToDoubles(), .. b.Gradient!.ToDoubles()];
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    public void Nearly_at_rest_a_step_of_gradient_descent_lowers_the_loss(string method)
    {
        (VectorField field, _, Parameter b) = Oscillator();
        var ode = new OdeBlock(field) { GradientMethod = GradientMethod.Parse(method) };
        double before = Step(), after = Step();
        Assert.Equal(1e-4, before, 1e-9);
        Assert.True(after < before, FormattableString.Invariant($"{before:R}, then {after:R}"));

        double Step()
        {
            b.ClearGradient();
            Tensor loss = (ode.Forward(Tensor.Zeros([1, 2], DType.Float64), 0, 10).Select(0, 1) - 0.01).Square().Mean();
            loss.Backward();
            b.SetValues<double>([.. b.ToDoubles().Zip(b.Gradient!.ToDoubles(), static (x, g) => x - (0.1 * g))]);
            return loss.ToScalar();
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    [InlineData("interpolated")]
    public void A_mean_over_ten_thousand_rows_has_the_gradient_of_one_row(string method)
    {
        double[] one = Of(1), many = Of(10_000);
        for (int i = 0; i < one.Length; i++)
        {
            Relative(one[i], many[i]);
        }

        double[] Of(int rows)
        {
            (VectorField field, _, Parameter b) = Oscillator();
            var ode = new OdeBlock(field) { GradientMethod = GradientMethod.Parse(method) };
            (ode.Forward(Tensor.Zeros([rows, 2], DType.Float64), 0, 10).Select(0, 1).Mean() * 2).Backward();
            return b.Gradient!.ToDoubles();
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    [InlineData("interpolated")]
    public void A_pendulum_at_rest_carries_perturbations_as_an_oscillator(string method)
    {
        var ode = new OdeBlock(VectorField.Define((t, z) => Tensor.Concatenate([z.Slice(1, 1, 1), -z.Slice(1, 0, 1).Sin()], 1))) { GradientMethod = GradientMethod.Parse(method) };
        var z0 = Tensor.From([0.0, 0.0], [1, 2], requiresGradient: true);
        ode.Forward(z0, 0, 30).Select(0, 1).Slice(1, 0, 1).Sum().Backward();
        Relative(Math.Cos(30), z0.Gradient!.ToDoubles()[0]);
        Relative(Math.Sin(30), z0.Gradient!.ToDoubles()[1]);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    [InlineData("interpolated")]
    public void States_below_the_absolute_tolerance_have_gradients(string method)
    {
        // Logistic growth from 1e-12, of which the tolerance of 1e-9 sees nothing: dz(T)/dz(0) = e^T/(1 + z(0)(e^T − 1))².
        var ode = new OdeBlock(VectorField.Define((t, z) => z * (1 - z))) { GradientMethod = GradientMethod.Parse(method) };
        var z0 = Tensor.From([1e-12], [1, 1], requiresGradient: true);
        ode.Forward(z0, 0, 5).Select(0, 1).Sum().Backward();
        double e = Math.Exp(5);
        Relative(e / Math.Pow(1 + (1e-12 * (e - 1)), 2), z0.Gradient!.ToDoubles()[0]);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    [InlineData("interpolated")]
    public void One_moving_row_among_resting_ones_leaves_all_gradients_right(string method)
    {
        // A fast oscillator rests in nine of ten rows; a slow motion in the first one decides the steps.
        const int Rows = 10;
        var a = Tensor.From([-0.05, 20.0, -20.0, -0.05], [2, 2]);
        var speed = Tensor.From([0.02, .. Enumerable.Repeat(1.0, Rows - 1)], [Rows, 1]);
        var ode = new OdeBlock(VectorField.Define((t, z) => z.MatMul(a.Transpose()) * speed)) { GradientMethod = GradientMethod.Parse(method) };
        var z0 = Tensor.From([1.0, 0.0, .. new double[2 * (Rows - 1)]], [Rows, 2], requiresGradient: true);
        ode.Forward(z0, 0, 10).Select(0, 1).Slice(1, 0, 1).Sum().Backward();
        double[] gradient = z0.Gradient!.ToDoubles();
        for (int row = 0; row < Rows; row++)
        {
            double s = row == 0 ? 0.02 : 1, decay = Math.Exp(-0.5 * s);
            Relative(decay * Math.Cos(200 * s), gradient[2 * row]);
            Relative(decay * Math.Sin(200 * s), gradient[(2 * row) + 1]);
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    [InlineData("gauss")]
    public void Parameters_that_are_nearly_0_beside_others_have_their_gradients(string method)
    {
        // z' = −z + θ₁ sin 30t + θ₂ cos t at θ₁ = 1e-5, θ₂ = 1, from 0 to 4.
        var fast = new Parameter(Tensor.From([1e-5]), "fast");
        var slow = new Parameter(Tensor.From([1.0]), "slow");
        var ode = new OdeBlock(VectorField.Define((t, z) => (fast * (30 * t).Sin()) + (slow * t.Cos()) - z)) { GradientMethod = GradientMethod.Parse(method) };
        ode.Forward(Tensor.From([0.0], [1, 1]), 0, 4).Select(0, 1).Sum().Backward();
        Relative(Response(30).Sine, fast.Gradient!.ToDoubles()[0]);
        Relative(Response(1).Cosine, slow.Gradient!.ToDoubles()[0]);

        // ∫ e^{−(T − t)} sin ωt dt and the same with cos, from 0 to T.
        static (double Sine, double Cosine) Response(double w)
        {
            const double T = 4;
            double d = 1 + (w * w), e = Math.Exp(-T);
            return ((Math.Sin(w * T) - (w * Math.Cos(w * T)) + (w * e)) / d, (Math.Cos(w * T) + (w * Math.Sin(w * T)) - e) / d);
        }
    }

    [Fact]
    public void The_direct_gradient_says_that_its_steps_did_not_resolve_it()
    {
        var theta = new Parameter(Tensor.From([1e-3]), "theta");
        var ode = new OdeBlock(VectorField.Define((t, z) => (theta * (20 * t).Sin()) + (0 * z)));
        using var warnings = GradientWarnings.Start();
        ode.Forward(Tensor.From([1.0], [1, 1]), 0, 10).Select(0, 1).Sum().Backward();
        GradientWarning warning = Assert.Single(warnings.All);
        Assert.Equal(GradientWarningReason.StepsTooLong, warning.Reason);
        Assert.True(warning.Size > 1e-3);
        Assert.Equal(warning.Size, warnings.MeasuredError);
        Assert.Same(warning, Assert.Single(ode.Compile<double>([1, 1]).Warnings));

        // Without the check the gradient is that of the steps, which is another number.
        var without = new OdeBlock(ode.Field) { GradientMethod = new DirectGradient { CheckInterval = 0 } };
        double right = theta.Gradient!.ToDoubles()[0];
        theta.ClearGradient();
        without.Forward(Tensor.From([1.0], [1, 1]), 0, 10).Select(0, 1).Sum().Backward();
        Assert.Equal(warning.Size, Math.Abs((theta.Gradient!.ToDoubles()[0] / right) - 1), 1e-9);
    }

    [Fact]
    public void Where_the_flow_cannot_be_reversed_the_adjoint_says_so()
    {
        // Rows of a batch that collapse onto one another: on the way back they cannot be told apart.
        var norm = new BatchNorm(2, dtype: DType.Float64);
        var weight = new Parameter(new RandomSource(1).Normal([2, 2], dtype: DType.Float64), "weight");
        var ode = new OdeBlock(new CollapsingField(norm, weight)) { GradientMethod = GradientMethod.BacksolveAdjoint };
        Tensor z0 = new RandomSource(3).Normal([8, 2], dtype: DType.Float64);
        Tensor z = ode.Forward(z0, 0, 12).Select(0, 1);
        Exception? thrown = Record.Exception(() => z.Square().Sum().Backward());
        Assert.True(thrown is GradientException or OdeSolveException, thrown?.ToString() ?? "nothing was said");
        Assert.Contains("direct", thrown!.Message, StringComparison.Ordinal);
    }

    private sealed class CollapsingField : VectorField
    {
        private readonly BatchNorm _norm;
        private readonly Parameter _weight;

        public CollapsingField(BatchNorm norm, Parameter weight)
        {
            _norm = AddModule("norm", norm);
            AddParameter("weight", weight);
            _weight = weight;
        }

        public override Tensor Forward(Tensor t, Tensor z) => (_norm.Forward(z).MatMul(_weight) * 0.1) - (3 * z);
    }

    private static (VectorField Field, Parameter A, Parameter B) Oscillator()
    {
        var a = new Parameter(Tensor.From([-0.05, 2.0, -2.0, -0.05], [2, 2]), "a");
        var b = new Parameter(Tensor.Zeros([2], DType.Float64), "b");
        return (VectorField.Define((t, z) => z.MatMul(a.Transpose()) + b), a, b);
    }

    private static void Relative(double expected, double actual) =>
        Assert.True(Math.Abs(actual - expected) <= Tolerance * Math.Abs(expected), FormattableString.Invariant($"{actual:R} instead of {expected:R}."));
}
