using NeuralOde.Fields;
using NeuralOde.Flows.Matching;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>Training iterations of flow matching as torchcfm's examples have them: 256 fresh pairs from a normal distribution to eight Gaussians, σ = 0.1, Adam.</summary>
internal sealed class MatchingWorkload
{
    public const int Batch = 256;
    private readonly RandomSource _random = new(0);
    private readonly FlowMatching<float> _matching;
    private readonly Adam _adam;
    private readonly float[] _source = new float[2 * Batch];
    private readonly float[] _target = new float[2 * Batch];

    public MatchingWorkload(Pairing pairing)
    {
        LayerField field = new Mlp(3, [64, 64, 64], 2, Activation.Selu, _random).AsField(TimeInput.Concatenated);
        _matching = new FlowMatching<float>(field, Batch, 2, new FlowMatchingOptions { Pairing = pairing, Sigma = 0.1 });
        _adam = new Adam(field.Parameters);
    }

    public void Train(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Draw(_random, _source, _target);
            _matching.AddGradients(_source, _target, _random);
            _adam.Step();
        }
    }

    /// <summary>Normal points, and points of eight modes on a ring of radius 5 with deviation 0.1^(1/4).</summary>
    public static void Draw(RandomSource random, Span<float> source, Span<float> target)
    {
        random.FillNormal(source);
        random.FillNormal(target);
        float deviation = MathF.Pow(0.1f, 0.25f);
        for (int i = 0; i < target.Length; i += 2)
        {
            (double sin, double cos) = Math.SinCos(random.NextInteger(8) * Math.PI / 4);
            target[i] = (deviation * target[i]) + (float)(5 * cos);
            target[i + 1] = (deviation * target[i + 1]) + (float)(5 * sin);
        }
    }
}

/// <summary>The exact assignment of normal points to points of eight Gaussians: the plan within an iteration, costs included.</summary>
internal sealed class AssignmentWorkload
{
    private const int Sets = 16;
    private readonly (float[] Source, float[] Target)[] _sets;
    private readonly LinearAssignment _assignment;
    private readonly int[] _partners;

    public AssignmentWorkload(int count)
    {
        var random = new RandomSource(0);
        _assignment = new LinearAssignment(count);
        _partners = new int[count];
        _sets = new (float[], float[])[Sets];
        for (int i = 0; i < Sets; i++)
        {
            _sets[i] = (new float[2 * count], new float[2 * count]);
            MatchingWorkload.Draw(random, _sets[i].Source, _sets[i].Target);
        }
    }

    public void Solve(int count)
    {
        for (int i = 0; i < count; i++)
        {
            (float[] source, float[] target) = _sets[i % Sets];
            _assignment.Pair<float>(target, source, 2, _partners);
        }
    }
}
