using System.Globalization;
using System.Numerics;
using NeuralOde.Tensors;

namespace NeuralOde.Blocks;

/// <summary>Finds what was not finite before a solve began, where one has failed.</summary>
internal static class NotFinite
{
    /// <summary>A sentence on the first number that is not finite among the initial state and the parameters, with a space behind; empty where all are finite.</summary>
    /// <param name="state">The initial state.</param>
    /// <param name="parameters">Parameters and buffers with their names.</param>
    /// <param name="describe">Says which element of the state it is, given its flat index.</param>
    public static string Culprit<T>(ReadOnlySpan<T> state, IEnumerable<(string Name, Parameter Parameter)> parameters, Func<int, string> describe)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int index = IndexIn(state);
        if (index >= 0)
        {
            return Sentence($"{describe(index)} is {state[index]} before the solve begins.");
        }

        foreach ((string name, Parameter parameter) in parameters)
        {
            int at = parameter.DType == DType.Float32 ? IndexIn(parameter.AsSpan<float>()) : IndexIn(parameter.AsSpan<double>());
            if (at >= 0)
            {
                double value = parameter.DType == DType.Float32 ? parameter.AsSpan<float>()[at] : parameter.AsSpan<double>()[at];
                return Sentence($"{Element($"{(parameter.IsTrainable ? "parameter" : "buffer")} '{name}'", parameter.Shape, at)} is {value}.");
            }
        }

        return "";
    }

    /// <summary>Names one element of a tensor: "Element [1, 0] of the initial state".</summary>
    public static string Element(string tensor, Shape shape, int index)
    {
        int[] indices = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            (index, indices[axis]) = Math.DivRem(index, shape[axis]);
        }

        return $"Element [{string.Join(", ", indices)}] of the {tensor}";
    }

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture) + " ";

    private static int IndexIn<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
