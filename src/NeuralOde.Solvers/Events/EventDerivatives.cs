using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Derivatives of an event function by the state.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time of the event.</param>
/// <param name="z">State before it.</param>
/// <param name="zGradient">Destination of ∂g/∂z, <c>[stateLength]</c>.</param>
/// <returns>∂g/∂t.</returns>
public delegate double EventFunctionGradient<T>(double t, ReadOnlySpan<T> z, Span<T> zGradient);

/// <summary>Adds <c>a ∂g/∂θ</c> of an event function to a buffer of its own.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time of the event.</param>
/// <param name="z">State before it.</param>
/// <param name="a">Cotangent of the function's value.</param>
public delegate void EventParameterGradient<T>(double t, ReadOnlySpan<T> z, double a);

/// <summary>
/// The transposed derivative of a jump <c>z⁺ = J(t, z)</c>: overwrites <paramref name="zGradient"/> with <c>a ∂J/∂z</c>, and adds <c>a ∂J/∂θ</c> to a buffer of
/// its own.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time of the event.</param>
/// <param name="z">State before it.</param>
/// <param name="a">Cotangent of the state after it, <c>[stateLength]</c>.</param>
/// <param name="zGradient">Destination, <c>[stateLength]</c>.</param>
/// <returns><c>a ∂J/∂t</c>.</returns>
public delegate double StateJumpProduct<T>(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient);

/// <summary>The derivatives of an event's function and jump: its own, or central differences.</summary>
/// <param name="length">Number of components of the state.</param>
internal sealed class EventDerivatives<T>(int length)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The error of a central difference is least where its step is about the cube root of rounding.
    private static readonly double s_step = Math.Cbrt(double.CreateTruncating(T.BitIncrement(T.One) - T.One));

    private readonly T[] _moved = new T[length];
    private readonly T[] _other = new T[length];

    /// <summary>∂g/∂z.</summary>
    /// <returns>∂g/∂t.</returns>
    public double Gradient(OdeEvent<T> of, double t, ReadOnlySpan<T> z, Span<T> zGradient)
    {
        if (of.FunctionGradient is { } gradient)
        {
            return gradient(t, z, zGradient);
        }

        EventFunction<T> function = of.Function!;
        for (int i = 0; i < length; i++)
        {
            (T low, T high) = Around(z, i);
            double above = With(z, i, high), below = With(z, i, low);
            zGradient[i] = T.CreateTruncating((above - below) / double.CreateTruncating(high - low));
        }

        double step = TimeStep(t);
        return (function(t + step, z) - function(t - step, z)) / (2 * step);

        double With(ReadOnlySpan<T> state, int i, T value)
        {
            state[..length].CopyTo(_moved);
            _moved[i] = value;
            return function(t, _moved);
        }
    }

    /// <summary><c>a ∂J/∂z</c>.</summary>
    /// <returns><c>a ∂J/∂t</c>.</returns>
    public double JumpProduct(OdeEvent<T> of, double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient)
    {
        if (of.JumpProduct is { } product)
        {
            return product(t, z, a, zGradient);
        }

        StateJump<T> jump = of.Jump!;
        for (int i = 0; i < length; i++)
        {
            (T low, T high) = Around(z, i);
            double difference = Difference(z, a, jump, t, t, i, low, high);
            zGradient[i] = T.CreateTruncating(difference / double.CreateTruncating(high - low));
        }

        double step = TimeStep(t);
        return Difference(z, a, jump, t - step, t + step, 0, z[0], z[0]) / (2 * step);
    }

    /// <summary>Difference of <c>a · J</c> between two arguments; component by component, so that large ones that stay the same cancel exactly.</summary>
    private double Difference(ReadOnlySpan<T> z, ReadOnlySpan<T> a, StateJump<T> jump, double t0, double t1, int i, T low, T high)
    {
        z[..length].CopyTo(_moved);
        z[..length].CopyTo(_other);
        (_moved[i], _other[i]) = (low, high);
        jump(t0, _moved);
        jump(t1, _other);
        double sum = 0;
        for (int j = 0; j < length; j++)
        {
            sum += double.CreateTruncating(a[j]) * (double.CreateTruncating(_other[j]) - double.CreateTruncating(_moved[j]));
        }

        return sum;
    }

    private static (T Low, T High) Around(ReadOnlySpan<T> z, int i)
    {
        T step = T.CreateTruncating(s_step * Math.Max(1, Math.Abs(double.CreateTruncating(z[i]))));
        return (z[i] - step, z[i] + step);
    }

    private static double TimeStep(double t) => 6e-6 * Math.Max(1, Math.Abs(t));
}
