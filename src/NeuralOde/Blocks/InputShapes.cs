using NeuralOde.Fields;

namespace NeuralOde.Blocks;

/// <summary>Names, shapes and kinds of a field's inputs, equal where one program serves both. Makes no garbage.</summary>
internal readonly struct InputShapes(IReadOnlyList<FieldInput> inputs) : IEquatable<InputShapes>
{
    private readonly IReadOnlyList<FieldInput> _inputs = inputs;

    public bool Equals(InputShapes other)
    {
        if (_inputs.Count != other._inputs.Count)
        {
            return false;
        }

        for (int i = 0; i < _inputs.Count; i++)
        {
            if (_inputs[i].Name != other._inputs[i].Name || _inputs[i].Shape != other._inputs[i].Shape || _inputs[i].IsTime != other._inputs[i].IsTime)
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is InputShapes other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        for (int i = 0; i < _inputs.Count; i++)
        {
            hash.Add(_inputs[i].Name);
            hash.Add(_inputs[i].Shape);
        }

        return hash.ToHashCode();
    }

    /// <summary>Whether what was compiled takes the gradients that are wanted.</summary>
    public static bool HasGradients(IReadOnlyList<FieldInput> compiled, IReadOnlyList<FieldInput> wanted)
    {
        for (int i = 0; i < wanted.Count; i++)
        {
            if (wanted[i].NeedsGradient && !compiled[i].NeedsGradient)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The inputs with the gradients that either wants.</summary>
    public static FieldInput[] WithGradients(IReadOnlyList<FieldInput> first, IReadOnlyList<FieldInput> second) =>
        [.. first.Zip(second, static (x, y) => x with { NeedsGradient = x.NeedsGradient || y.NeedsGradient })];
}
