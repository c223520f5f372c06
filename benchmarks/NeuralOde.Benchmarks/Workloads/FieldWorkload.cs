using System.Runtime.CompilerServices;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Divergences;
using NeuralOde.Layers;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A network as a vector field, in float, compiled for one batch.</summary>
internal sealed class FieldWorkload
{
    private readonly CompiledField<float> _compiled;
    private readonly float[] _state;

    public FieldWorkload(string name, VectorField field, Shape shape)
    {
        Name = name;
        Field = field;
        Shape = shape;
        _compiled = new CompiledField<float>(field, shape);
        _state = new RandomSource(3).Normal(shape, 0, 0.5).ToArray<float>();
    }

    public static IReadOnlyList<string> Names { get; } = ["cubic", "spiral", "wide", "images", "flow", "squash"];

    /// <summary>The network for a reader of the table.</summary>
    public string Name { get; }

    public VectorField Field { get; }

    public Shape Shape { get; }

    public ReadOnlySpan<float> State => _state;

    public int StateLength => _state.Length;

    public static FieldWorkload Create(string name) => name switch
    {
        "cubic" => new("y³-2-50-2 tanh, batch 20", CubicField(new RandomSource(4)), [20, 2]),
        "spiral" => new("2-16-16-2 ELU, batch 1", new Mlp(2, [16, 16], 2, Activation.Elu, random: new RandomSource(4)).AsField(), [1, 2]),
        "wide" => new("64-128-128-64 tanh, batch 512", new Mlp(64, [128, 128], 64, Activation.Tanh, random: new RandomSource(4)).AsField(), [512, 64]),
        "images" => new("two 3x3 convolutions of 64 channels and t, ReLU and batch normalization, 32 images of 6x6", ImageField(new RandomSource(4)), [32, 6, 6, 64]),
        "flow" => new(
            "two circles' flow, hypernetwork of 32, 64 units, with the divergence in closed form, 512 points",
            new FlowField(new HypernetworkField(2, 64, 32, new RandomSource(4)), 2, DivergenceMethod.Exact, FlowQuadratures.None), [512 * 3]),
        "squash" => new(
            "concatsquash 2-64-64-64-2 tanh, with the divergence by products, 512 points",
            new FlowField(new ConcatSquashField(2, [64, 64, 64], random: new RandomSource(4)), 2, DivergenceMethod.Exact, FlowQuadratures.JacobianNorm), [(512 * 3) + 1]),
        _ => throw new ArgumentException($"There is no field '{name}'; fields are {string.Join(", ", Names)}.", nameof(name)),
    };

    /// <summary>The field of torchdiffeq's demonstration: Linear(2, 50), tanh, Linear(50, 2) of the state's cube; weights N(0, 0.1²), biases 0.</summary>
    public static VectorField CubicField(RandomSource random)
    {
        var network = new Mlp(2, [50], 2, Activation.Tanh, random: random);
        foreach (Linear layer in network.Layers)
        {
            layer.Weight.SetValues<float>(random.Normal(layer.Weight.Shape, 0, 0.1).AsSpan<float>());
            layer.Bias!.SetValues<float>(new float[layer.Bias.ElementCount]);
        }

        return VectorField.Define((_, z) => network.Forward(z * z * z), network);
    }

    /// <summary>The field of an ODE network on MNIST.</summary>
    public static VectorField ImageField(RandomSource random)
    {
        TimeConcatenatedConv2d first = new(64, 64, 3, padding: 1, bias: false, random: random), second = new(64, 64, 3, padding: 1, bias: false, random: random);
        BatchNorm firstNorm = new(64), secondNorm = new(64);
        return VectorField.Define(
            (t, z) => secondNorm.Forward(second.Forward(t, firstNorm.Forward(first.Forward(t, z).Relu())).Relu()),
            first, firstNorm, second, secondNorm);
    }

    /// <summary>The program of f.</summary>
    public Program<float> Evaluation() => Prepare(_compiled.Forward);

    /// <summary>The adjoint system's right-hand side: f and its vector-Jacobian products with the state and the parameters.</summary>
    public Program<float> Adjoint() => Prepare(_compiled.CompileAdjoint());

    /// <summary>One Dormand-Prince step of fixed length: six evaluations of f.</summary>
    public SolveWorkload Step() => new(_compiled, _state, 0);

    /// <summary>The same of the adjoint system, the parameters' gradient as a quadrature.</summary>
    public SolveWorkload AdjointStep() => new(new AdjointField<float>(_compiled), [.. _state, .. _state], _compiled.GradientLength);

    /// <summary>A solve on [0, 1] with the gradient of the sum of the final state's elements.</summary>
    public AdjointSolveWorkload AdjointSolve(GradientMethod gradient, double relativeTolerance, double absoluteTolerance) => new(
        new OdeBlock(Field)
        {
            Solver = new Dopri5(),
            Steps = new AdaptiveSteps { RelativeTolerance = relativeTolerance, AbsoluteTolerance = absoluteTolerance },
            GradientMethod = gradient,
        }.Compile<float>(Shape),
        _state,
        0,
        1);

    /// <summary>The same by the direct gradient without checks, with or without keeping what evaluations compute.</summary>
    public AdjointSolveWorkload DirectSolve(bool keeps, double relativeTolerance, double absoluteTolerance) => new(
        new DirectSensitivity<float>(
            new CompiledField<float>(Field, Shape),
            new Dopri5(),
            new AdaptiveSteps { RelativeTolerance = relativeTolerance, AbsoluteTolerance = absoluteTolerance },
            new DirectGradient { CheckInterval = 0 })
        {
            KeepsEvaluations = keeps,
        },
        _state,
        0,
        1);

    public static Action<int> Repeat(Program<float> program) => n =>
    {
        for (int i = 0; i < n; i++)
        {
            program.Run();
        }
    };

    private Program<float> Prepare(Program<float> program)
    {
        for (int i = 1; i < program.Inputs.Count; i++)
        {
            _state.CopyTo(program.Input(i));
        }

        return program;
    }
}
