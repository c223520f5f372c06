namespace NeuralOde.Sensitivities;

/// <summary>The adjoint system <c>[a, a_θ]</c> along a recorded solution: <c>−a·∂f/∂z</c> and, where there is room for it, <c>−a·∂f/∂θ</c>.</summary>
internal sealed class InterpolatedField<T> : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program;
    private readonly int _length;
    private readonly int _parameterCount;

    /// <param name="field">The dynamics.</param>
    /// <param name="program">Its vector-Jacobian product.</param>
    public InterpolatedField(CompiledField<T> field, Program<T> program)
    {
        _program = program;
        _length = field.StateLength;
        _parameterCount = field.GradientCount;
    }

    /// <summary>The solution.</summary>
    public SolveRecording<T> Recording { get; set; } = null!;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> y, Span<T> dy)
    {
        Tensors.Kernels.Map.Unary<T, Tensors.Kernels.NegateOperator<T>>(y[.._length], _program.Input(2));
        Run(t);
        _program.Output(0).CopyTo(dy);
        int start = _length;
        for (int i = 0; start < dy.Length; i++)
        {
            ReadOnlySpan<T> part = _program.Output(i + 2);
            part.CopyTo(dy[start..]);
            start += part.Length;
        }
    }

    /// <summary>Adds the weighted <c>a·∂f/∂θ</c> at a time to one or two sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddParameterPart(double t, ReadOnlySpan<T> a, T weight, Span<T> sum, T otherWeight, Span<T> other)
    {
        a.CopyTo(_program.Input(2));
        Run(t);
        int start = 0;
        for (int i = 0; i < _parameterCount; i++)
        {
            ReadOnlySpan<T> part = _program.Output(i + 2);
            Add(part, weight, sum.Slice(start, part.Length));
            if (otherWeight != T.Zero)
            {
                Add(part, otherWeight, other.Slice(start, part.Length));
            }

            start += part.Length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<T> part, T weight, Span<T> sum)
    {
        for (int i = 0; i < part.Length; i++)
        {
            sum[i] += weight * part[i];
        }
    }

    private void Run(double t)
    {
        _program.SetWide(0, t);
        Recording.Interpolate(t, _program.Input(1));
        _program.Run();
    }
}
