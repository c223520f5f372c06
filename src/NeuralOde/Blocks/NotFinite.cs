using NeuralOde.Sensitivities;

namespace NeuralOde.Blocks;

/// <summary>Finds what was not finite before a solve began, where one has failed.</summary>
internal static class NotFinite
{
    /// <summary>A sentence on the first number that is not finite among what a solve was given and the parameters, with a space behind; empty where all are finite.</summary>
    /// <param name="given">Initial state and inputs with what they are called.</param>
    /// <param name="parameters">Parameters and buffers with their names.</param>
    public static string Culprit(IEnumerable<(string Name, Tensor Tensor)> given, IEnumerable<(string Name, Parameter Parameter)> parameters)
    {
        foreach ((string name, Tensor tensor) in given)
        {
            if (IndexIn(tensor) is >= 0 and int index)
            {
                return Sentence($"{Element(name, tensor.Shape, index)} is {Value(tensor, index)} before the solve begins.");
            }
        }

        foreach ((string name, Parameter parameter) in parameters)
        {
            if (IndexIn(parameter) is >= 0 and int index)
            {
                return Sentence($"{Element($"{(parameter.IsTrainable ? "parameter" : "buffer")} '{name}'", parameter.Shape, index)} is {Value(parameter, index)}.");
            }
        }

        return "";
    }

    /// <summary>Names one element of a tensor: "Element [1, 0] of the initial state".</summary>
    private static string Element(string tensor, Shape shape, int index) => $"Element {ElementName.Of(shape, index)} of the {tensor}";

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture) + " ";

    private static double Value(Tensor tensor, int index) => tensor.DType == DType.Float32 ? tensor.AsSpan<float>()[index] : tensor.AsSpan<double>()[index];

    private static int IndexIn(Tensor tensor)
        => tensor.DType == DType.Float32 ? NotFiniteGradient.IndexIn(tensor.AsSpan<float>()) : NotFiniteGradient.IndexIn(tensor.AsSpan<double>());
}
