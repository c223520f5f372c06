namespace NeuralOde.Solvers;

/// <summary>A vector field as a function: writes <c>f(t, z)</c>.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time, always within the interval that is solved.</param>
/// <param name="z">State.</param>
/// <param name="dz">Destination of the derivative, as long as the state; every element must be written.</param>
public delegate void VectorFieldFunction<T>(double t, ReadOnlySpan<T> z, Span<T> dz);
