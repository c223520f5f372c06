using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

public class KeptEvaluationTests
{
    public static TheoryData<string> Solvers()
        => [.. OdeSolver.Names.Where(static x => OdeSolver.Parse(x) is { HasTranspose: true, TransposesAtEvaluations: true, NeedsPositions: false })];

    public static TheoryData<string> Fields() => [.. s_fields.Keys];

    private static readonly Dictionary<string, Func<VectorField>> s_fields = new()
    {
        ["tanh"] = static () => new Mlp(2, [7], 2, Activation.Tanh, new RandomSource(2), DType.Float64).AsField(),
        ["silu"] = static () => new Mlp(2, [9, 5], 2, Activation.Silu, new RandomSource(2), DType.Float64).AsField(),
        ["gelu"] = static () => new Mlp(2, [300], 2, Activation.Gelu, new RandomSource(2), DType.Float64).AsField(),
        ["cubic"] = static () =>
        {
            var network = new Mlp(2, [7], 2, Activation.Elu, new RandomSource(2), DType.Float64);
            return VectorField.Define((t, z) => network.Forward(z.Cube().Tanh()) + ((t * 3).Sin() * z), network);
        },
        ["linear"] = static () => new Linear(2, 2, random: new RandomSource(2), dtype: DType.Float64).AsField(),
        ["constant"] = static () =>
        {
            var rate = new Parameter(Tensor.From([0.3, -0.2]), "rate");
            return VectorField.Define((t, z) => rate.BroadcastTo(z.Shape) * t.Cos());
        },
        ["state twice"] = static () =>
        {
            var weight = new Parameter(new RandomSource(1).Normal([2, 2], dtype: DType.Float64), "weight");
            return VectorField.Define((t, z) => (z.MatMul(weight).Tanh() * z.MatMul(weight).Tanh()) - (z / (1 + z.Square())));
        },
    };

    [Theory]
    [MemberData(nameof(Solvers))]
    public void Every_product_finds_what_its_evaluation_left(string name)
    {
        var solver = OdeSolver.Parse(name);
        StepSizeControl[] controls = solver.IsAdaptive ? [FixedSteps.PerInterval(5), new AdaptiveSteps { MaxStep = 0.2 }] : [FixedSteps.PerInterval(5)];
        foreach (StepSizeControl control in controls)
        {
            (double[] gradient, (long Found, long Missed) counts) = Gradient(s_fields["cubic"](), solver, control, keeps: true);
            Assert.Equal(Gradient(s_fields["cubic"](), solver, control, keeps: false).Gradient, gradient);
            Assert.True(counts.Missed == 0, $"{counts.Missed} of {counts.Missed + counts.Found} products with {control} found nothing.");
            Assert.True(counts.Found > 0);
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Gradients_have_the_same_bits_as_without_keeping(string name)
    {
        foreach (OdeSolver solver in new OdeSolver[] { new Tsit5(), new Euler(), new Vern7() })
        {
            StepSizeControl control = solver.IsAdaptive ? new AdaptiveSteps() : FixedSteps.PerInterval(10);
            (double[] gradient, (long Found, long Missed) counts) = Gradient(s_fields[name](), solver, control, keeps: true);
            Assert.Equal(Gradient(s_fields[name](), solver, control, keeps: false).Gradient, gradient);
            Assert.Equal(0, counts.Missed);
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Sums_of_stacked_rows_are_those_of_each_evaluation_but_for_rounding(string name)
    {
        var field = new CompiledField<double>(s_fields[name](), [3, 2]);
        double[] alone = Run(new(field, new RungeKutta4(), FixedSteps.PerInterval(50), new CompiledVectorJacobianProduct<double>(field)));
        double[] stacked = Run(new(field, new RungeKutta4(), FixedSteps.PerInterval(50), new DirectGradient()));
        double scale = alone.Max(Math.Abs);
        for (int i = 0; i < alone.Length; i++)
        {
            // 400 terms in another order.
            Assert.Equal(alone[i], stacked[i], 400 * 2.2e-16 * scale);
        }

        static double[] Run(DirectSensitivity<double> sensitivity)
        {
            SolveMemory<double> memory = sensitivity.Rent();
            double[] initial = new double[6];
            sensitivity.Forward(memory, [0.4, -1, 0.9, 0.1, -0.2, 2], [0, 0.7, 1.6], forGradient: true).ThrowIfFailed();
            sensitivity.Backward(memory, [.. Enumerable.Range(0, 18).Select(static i => Math.Cos(i))], initial, []);
            return [.. initial, .. sensitivity.ParameterGradient];
        }
    }

    [Theory]
    [InlineData(1_500, false)]
    [InlineData(20_000, true)]
    [InlineData(200_000, true)]
    [InlineData(1L << 30, true)]
    public void Steps_and_what_they_keep_stay_within_the_budget(long budget, bool keeps)
    {
        // 1,200 evaluations keep 0.3 MB. The times of 300 steps and their attempts are not counted by a budget.
        var field = new CompiledField<double>(s_fields["tanh"](), [3, 2]);
        double[] times = [0, 0.7, 1.6], initial = new double[6], gradients = [.. Enumerable.Range(0, 18).Select(static i => Math.Cos(i))];
        var reference = new DirectSensitivity<double>(field, new RungeKutta4(), FixedSteps.PerInterval(150), new DirectGradient()) { KeepsEvaluations = false };
        double[] expected = Run(reference, out _);
        var within = new DirectSensitivity<double>(field, new RungeKutta4(), FixedSteps.PerInterval(150), new DirectGradient { MemoryBudget = budget });
        Assert.Equal(expected, Run(within, out SolveMemory<double> memory));
        Assert.InRange(memory.Bytes - memory.StateBytes, 0, budget + (300 * 200));
        Assert.Equal(keeps, memory.Kept is not null);
        (long found, long missed) = memory.Kept?.Counts ?? default;
        Assert.True(!keeps || missed <= found / 8, $"{missed} of {missed + found} products found nothing.");

        // A second gradient needs no new memory.
        long bytes = memory.Bytes;
        Assert.Equal(expected, Run(within, out memory));
        Assert.Equal(bytes, memory.Bytes);

        double[] Run(DirectSensitivity<double> sensitivity, out SolveMemory<double> memory)
        {
            memory = sensitivity.Rent();
            sensitivity.Forward(memory, [0.4, -1, 0.9, 0.1, -0.2, 2], times, forGradient: true).ThrowIfFailed();
            sensitivity.Backward(memory, gradients, initial, []);
            sensitivity.Return(memory);
            return [.. initial, .. sensitivity.ParameterGradient];
        }
    }

    private static (double[] Gradient, (long Found, long Missed) Counts) Gradient(VectorField dynamics, OdeSolver solver, StepSizeControl control, bool keeps)
    {
        double[] times = [0, 0.7, 1.6, 1.9], initial = new double[6];
        var field = new CompiledField<double>(dynamics, [3, 2]);
        var sensitivity = new DirectSensitivity<double>(field, solver, control, new DirectGradient { CheckInterval = 0 }) { KeepsEvaluations = keeps };
        SolveMemory<double> memory = sensitivity.Rent();
        sensitivity.Forward(memory, [0.4, -1, 0.9, 0.1, -0.2, 2], times, forGradient: true).ThrowIfFailed();
        double[] timeGradients = new double[4];
        sensitivity.Backward(memory, [.. Enumerable.Range(0, 24).Select(static i => Math.Sin(i))], initial, timeGradients);
        return ([.. initial, .. timeGradients, .. sensitivity.ParameterGradient], memory.Kept?.Counts ?? default);
    }
}
