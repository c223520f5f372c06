using System.Numerics;

namespace NeuralOde.Solvers.Tests;

/// <summary>A field as a function.</summary>
internal sealed class FunctionField<T>(VectorFieldFunction<T> f) : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz) => f(t, z, dz);
}

/// <summary>The nonlinear field with the integrals of z0 z1 and t z2² as two quadratures, or as two more components of the state.</summary>
internal sealed class QuadratureField : IVectorField<double>
{
    private readonly NonlinearField<double> _field = new();

    public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        _field.Evaluate(t, z[..3], dz[..3]);
        dz[3] = z[0] * z[1];
        dz[4] = t * z[2] * z[2];
    }
}
