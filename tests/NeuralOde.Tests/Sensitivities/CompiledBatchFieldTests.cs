using System.Numerics;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

public class CompiledBatchFieldTests
{
    private const int Problems = 37;

    public static TheoryData<bool, bool> Cases => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_has_the_same_bits_alone_and_in_any_batch_on_any_threads(bool adaptive, bool isNetwork)
    {
        CheckBits<float>(adaptive, isNetwork);
        CheckBits<double>(adaptive, isNetwork);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_agrees_with_the_integrator(bool adaptive, bool isNetwork)
    {
        VectorField field = Field(isNetwork, DType.Float64);
        OdeBatch<double> batch = Batch<double>();
        new BatchIntegrator<double>(new Tsit5(), Steps(adaptive), 2).Solve(new CompiledBatchField<double>(field, [2]), batch);
        batch.ThrowIfFailed();
        var one = new CompiledField<double>(field, [1, 2]);
        var integrator = new Integrator<double>(new Tsit5(), Steps(adaptive), 2);
        for (int i = 0; i < Problems; i++)
        {
            double[] states = new double[batch.Times(i).Length * 2];
            SolveResult result = integrator.Solve(one, batch.InitialState(i), batch.Times(i), states);
            Assert.Equal(
                (result.Statistics.AcceptedSteps, result.Statistics.RejectedSteps), (batch.Result(i).Statistics.AcceptedSteps, batch.Result(i).Statistics.RejectedSteps));

            // Fixed steps are the same but for rounding. Adaptive ones differ by about 1e-8 of their length, because error estimates of 1e-8 at states of 1 keep
            // half of their digits; that moves the states by this part of the tolerance, 1e-4.
            double tolerance = adaptive ? 1e-11 : 1e-12;
            Assert.Equal(states[^2], batch.FinalState(i)[0], tolerance);
            Assert.Equal(states[^1], batch.FinalState(i)[1], tolerance);
        }
    }

    [Fact]
    public void Parameters_are_read_live()
    {
        var rate = new Parameter(Tensor.Scalar(-1.0, DType.Float64), "rate");
        var field = new CompiledBatchField<double>(VectorField.Define((t, z) => rate * z), [1]);
        var integrator = new BatchIntegrator<double>(new Tsit5(), new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-12 }, 1);
        foreach (double value in new[] { -1.0, -0.25 })
        {
            rate.SetValues<double>([value]);
            var batch = new OdeBatch<double>(3, 1);
            for (int i = 0; i < 3; i++)
            {
                batch.InitialState(i)[0] = i;
                batch.SetTimes(i, [0, 1 + i]);
            }

            integrator.Solve(field, batch);
            Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(i * Math.Exp(value * (1 + i)), batch.FinalState(i)[0], 1e-9));
        }
    }

    [Fact]
    public void What_mixes_rows_or_has_another_shape_is_refused()
    {
        Assert.Contains("other rows", Assert.Throws<ArgumentException>(() => new CompiledBatchField<float>(VectorField.Define((t, z) => z - z.Mean()), [2])).Message);
        Assert.Contains("[16, 2]", Assert.Throws<ArgumentException>(() => new CompiledBatchField<float>(VectorField.Define((t, z) => z.Sum([1])), [2])).Message);
        VectorField moving = new Sequential(new Linear(2, 2), new BatchNorm(2)).AsField();
        Assert.Contains("running statistics", Assert.Throws<InvalidOperationException>(() => new CompiledBatchField<float>(moving, [2])).Message);
        moving.SwitchToEvaluation();
        Assert.Equal(new Shape(2), new CompiledBatchField<float>(moving, [2]).StateShape);
    }

    [Fact]
    public void A_row_that_is_not_a_number_leaves_the_others_unharmed()
    {
        // The logarithm of a state that falls below zero, in one row.
        var field = new CompiledBatchField<double>(VectorField.Define((t, z) => (z.Log() * 0) - 1), [1]);
        var batch = new OdeBatch<double>(20, 1);
        batch.SetTimes(0, 1);
        for (int i = 0; i < 20; i++)
        {
            batch.InitialState(i)[0] = i == 7 ? 0.5 : 1.5;
        }

        new BatchIntegrator<double>(new Tsit5(), new AdaptiveSteps(), 1).Solve(field, batch);
        Assert.All(Enumerable.Range(0, 20).Where(static i => i != 7), i => Assert.Equal(0.5, batch.FinalState(i)[0], 1e-12));
        Assert.Equal(SolveStatus.NotFinite, batch.Result(7).Status);
        Assert.InRange(batch.Result(7).Time, 0.4, 0.5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_have_inputs_of_their_own_and_the_bits_of_a_row_alone(bool adaptive)
    {
        CheckInputs<float>(adaptive, DType.Float32, 2e-3);
        CheckInputs<double>(adaptive, DType.Float64, 2e-3);
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_refused()
    {
        var field = VectorField.Define((_, z, inputs) => inputs["rate"] * z);
        Assert.Contains(
            "'force'", Assert.Throws<ArgumentException>(() => new CompiledBatchField<double>(field, [1], [new("rate", [1]), new("force", [1])])).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => new CompiledBatchField<double>(field, [1], [new("rate", [1]), new("rate", [1])])).Message,
            StringComparison.Ordinal);
        Assert.Contains("time", Assert.Throws<ArgumentException>(() => new CompiledBatchField<double>(field, [1], [new("rate", [1]) { IsTime = true }])).Message,
            StringComparison.Ordinal);
        Assert.Contains("was not given", Assert.Throws<ArgumentException>(() => new CompiledBatchField<double>(field, [1])).Message, StringComparison.Ordinal);
        var mixing = VectorField.Define((_, z, inputs) => inputs["rate"].Mean() * z);
        Assert.Contains("other rows", Assert.Throws<ArgumentException>(() => new CompiledBatchField<double>(mixing, [1], [new("rate", [1])])).Message, StringComparison.Ordinal);

        var batch = new OdeBatch<double>(1, 1, parameterLength: 2);
        batch.SetTimes(0, 1);
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(
            () => new BatchIntegrator<double>(new Tsit5(), new AdaptiveSteps(), 1, parameterLength: 2).Solve(new CompiledBatchField<double>(field, [1], [new("rate", [1])]),
                batch));
        Assert.Contains("2 parameters", error.Message, StringComparison.Ordinal);
    }

    private static StepSizeControl Steps(bool adaptive) => adaptive ? new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-6 } : FixedSteps.OfLength(0.05);

    private static VectorField Field(bool isNetwork, DType dtype)
    {
        if (isNetwork)
        {
            return new Mlp(3, [16, 13], 2, Activation.Tanh, random: new RandomSource(5), dtype: dtype).AsField(TimeInput.Concatenated);
        }

        var rate = new Parameter(Tensor.Scalar(1.3, dtype), "rate");
        return VectorField.Define((t, z) => (t * 3).Sin() - (rate * z * z.Abs()));
    }

    private static OdeBatch<T> Batch<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var batch = new OdeBatch<T>(Problems, 2);
        for (int i = 0; i < Problems; i++)
        {
            batch.InitialState(i)[0] = T.CreateChecked(0.1 * i);
            batch.InitialState(i)[1] = T.CreateChecked(1 - (0.2 * i));
            batch.SetTimes(i, [0.1, 0.4 + (0.1 * (i % 7)), 1.2 + (0.2 * (i % 5))]);
        }

        return batch;
    }

    private static void CheckBits<T>(bool adaptive, bool isNetwork)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var field = new CompiledBatchField<T>(Field(isNetwork, typeof(T) == typeof(float) ? DType.Float32 : DType.Float64), [2]);
        var integrator = new BatchIntegrator<T>(new Dopri5(), Steps(adaptive), 2);
        OdeBatch<T> batch = Batch<T>();
        integrator.Solve(field, batch, threads: 2);
        batch.ThrowIfFailed();
        for (int i = 0; i < Problems; i++)
        {
            var alone = new OdeBatch<T>(1, 2);
            batch.InitialState(i).CopyTo(alone.InitialState(0));
            alone.SetTimes(batch.Times(i));
            integrator.Solve(field, alone, threads: 1);
            Assert.Equal(batch.Result(i), alone.Result(0));
            for (int k = 0; k < 3; k++)
            {
                Assert.Equal(batch.State(i, k).ToArray(), alone.State(0, k).ToArray());
            }
        }
    }

    /// <summary>x' = rate x + w·(1, 2), whose solution is known.</summary>
    private static void CheckInputs<T>(bool adaptive, DType dtype, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor direction = Tensor.From(1.0, 2.0).To(dtype);
        var dynamics = VectorField.Define((_, z, inputs) => (inputs["rate"] * z) + (inputs["weights"] * direction).Sum([1], keepAxes: true));
        var field = new CompiledBatchField<T>(dynamics, [1], [new FieldInput("rate", [1]), new FieldInput("weights", [2])]);
        Assert.Equal(3, field.ParameterLength);
        var integrator = new BatchIntegrator<T>(new Tsit5(), Steps(adaptive), 1, field.ParameterLength);
        OdeBatch<T> batch = new(Problems, 1, field.ParameterLength);
        for (int i = 0; i < Problems; i++)
        {
            Fill(batch, i, i);
        }

        integrator.Solve(field, batch, threads: 2);
        batch.ThrowIfFailed();
        for (int i = 0; i < Problems; i++)
        {
            OdeBatch<T> alone = new(1, 1, field.ParameterLength);
            Fill(alone, 0, i);
            integrator.Solve(field, alone, threads: 1);
            Assert.Equal(alone.FinalState(0).ToArray(), batch.FinalState(i).ToArray());
            Assert.Equal(alone.Result(0), batch.Result(i));
            double rate = -0.5 - (0.1 * i), constant = (0.3 * i) + 2, exact = ((1 + (constant / rate)) * Math.Exp(rate)) - (constant / rate);
            Assert.Equal(exact, double.CreateTruncating(batch.FinalState(i)[0]), tolerance);
        }

        static void Fill(OdeBatch<T> batch, int problem, int number)
        {
            batch.InitialState(problem)[0] = T.One;
            batch.SetTimes(problem, [0, 1]);
            Span<T> parameters = batch.Parameters(problem);
            (parameters[0], parameters[1], parameters[2]) = (T.CreateTruncating(-0.5 - (0.1 * number)), T.CreateTruncating(0.3 * number), T.One);
        }
    }
}
