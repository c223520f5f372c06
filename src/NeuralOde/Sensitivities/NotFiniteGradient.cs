namespace NeuralOde.Sensitivities;

/// <summary>Says where a gradient stopped being finite: in the loss, or on the way back through the solve.</summary>
internal static class NotFiniteGradient
{
    /// <summary>Refuses a loss's gradient that is not finite: whatever a method made of it would be worthless.</summary>
    /// <param name="stateGradients">∂L/∂z(tᵢ), <c>[times, state]</c>.</param>
    /// <param name="times">The times.</param>
    /// <param name="shape">The shape of the state.</param>
    /// <exception cref="GradientException">It is not finite.</exception>
    public static void RefuseIn<T>(ReadOnlySpan<T> stateGradients, ReadOnlySpan<double> times, Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int index = IndexIn(stateGradients);
        if (index >= 0)
        {
            (int time, int component) = Math.DivRem(index, shape.ElementCount);
            throw Of(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The loss's gradient by the state at time {times[time]:G6} is {stateGradients[index]} in element {ElementName.Of(shape, component)}."),
                "Look at the loss: a logarithm or a root of 0, a division by 0, or data that are not finite.");
        }
    }

    /// <summary>The failure of a gradient that stopped being finite in the solve.</summary>
    /// <param name="time">Time.</param>
    /// <param name="component">Component of the state.</param>
    /// <param name="shape">The shape of the state.</param>
    public static GradientException At(double time, int component, Shape shape) => Of(
        string.Create(
            CultureInfo.InvariantCulture,
            $"The gradient stopped being finite on the way back through the solve, at time {time:G6} in element {ElementName.Of(shape, component)} of the adjoint."),
        "Where the field's derivative is infinite there, as that of a root is at 0, keep the state away from it, or smooth the field. Where the gradient grows step by step, the "
            + $"steps are too long for it: {nameof(InterpolatedAdjoint)} and {nameof(GaussAdjoint)} choose steps of their own.");

    /// <summary>The failure of a gradient whose part by parameters or inputs alone is not finite.</summary>
    public static GradientException OfParameters() => Of(
        "The gradient by parameters or inputs is not finite, though that by the state is: the field's derivative by them overflowed, or is infinite where the solution passes.",
        "Smooth the field there, or scale its parameters.");

    /// <summary>The first number that is not finite, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int IndexIn<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            // A number less itself is zero, and not a number otherwise.
            var some = new Vector<T>(values[i..]);
            if (!Vector.EqualsAll(some - some, Vector<T>.Zero))
            {
                break;
            }
        }

        for (; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static GradientException Of(string problem, string advice)
        => new(new GradientWarning(GradientWarningReason.NotFinite, problem, advice, double.PositiveInfinity));
}
