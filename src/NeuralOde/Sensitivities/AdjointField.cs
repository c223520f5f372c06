namespace NeuralOde.Sensitivities;

/// <summary>
/// The adjoint system as a solver sees it: the state <c>[z, a]</c>, and the gradient of parameters and inputs as a quadrature, which enters neither
/// the right-hand side nor the error norm (Kidger, Chen, Lyons 2021, arXiv 2009.09457).
/// </summary>
internal sealed class AdjointField<T>(CompiledField<T> field) : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program = field.CompileAdjoint();
    private readonly int _length = field.StateLength;
    private readonly int _outputCount = field.GradientCount + 2;

    /// <summary>The buffers that the program reads.</summary>
    public IReadOnlyList<Parameter> Buffers => _program.Buffers;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        _program.SetWide(0, t);
        z[.._length].CopyTo(_program.Input(1));
        Tensors.Kernels.Map.Unary<T, Tensors.Kernels.NegateOperator<T>>(z.Slice(_length, _length), _program.Input(2));
        _program.Run();
        int start = 0;
        for (int i = 0; i < _outputCount; i++)
        {
            ReadOnlySpan<T> part = _program.Output(i);
            part.CopyTo(dz[start..]);
            start += part.Length;
        }
    }
}
