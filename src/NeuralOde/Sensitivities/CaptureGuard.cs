namespace NeuralOde.Sensitivities;

/// <summary>
/// Finds numbers that a compiled function captured and that have changed since. The function is called again, symbolically, before its second, fourth, eighth, … use: often
/// enough to be noticed early, and so rarely that it costs nothing.
/// </summary>
/// <param name="what">What the function is, in a message: "vector field".</param>
/// <param name="advice">What to do where the captured number is to change.</param>
/// <param name="first">What it computed when it was compiled.</param>
/// <param name="again">Calls it again.</param>
internal sealed class CaptureGuard(string what, string advice, TracedFunction first, Func<TracedFunction> again)
{
    private readonly TracedFunction _first = first.Remember();
    private long _uses;

    /// <summary>Counts a use, and looks at some of them.</summary>
    /// <exception cref="InvalidOperationException">The function computes something else now.</exception>
    public void Use()
    {
        _uses++;
        if (_uses > 1 && BitOperations.IsPow2(_uses))
        {
            Check();
        }
    }

    private void Check()
    {
        if (_first.DifferenceFrom(again()) is { } difference)
        {
            throw new InvalidOperationException(
                $"The {what} is not what was compiled: {difference}. A compiled function keeps the numbers, tensors and branches of the time when it was compiled. {advice}");
        }
    }
}
