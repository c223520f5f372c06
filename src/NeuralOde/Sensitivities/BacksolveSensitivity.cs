using System.Numerics;
using NeuralOde.Solvers;

namespace NeuralOde.Sensitivities;

/// <summary>
/// The continuous adjoint with many observations: one augmented system <c>[z, a, a_θ]</c> backward in time from observation to observation
/// (Chen et al. 2018, appendix B and C, with the boundary terms that the published write-ups get wrong).
/// </summary>
internal sealed class BacksolveSensitivity<T> : Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdjointField<T> _adjoint;
    private readonly Integrator<T> _backward;
    private readonly bool _truncated;
    private readonly int _length;
    private readonly T[] _start;
    private readonly T[] _ends;
    private readonly T[] _scratch;

    public BacksolveSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, bool truncated)
        : base(field, solver, steps)
    {
        _adjoint = new AdjointField<T>(field);
        _length = field.StateLength;
        _truncated = truncated;
        _backward = new Integrator<T>(solver, steps, 2 * _length, field.GradientLength);
        _start = new T[(2 * _length) + field.GradientLength];
        _ends = new T[2 * _start.Length];
        _scratch = new T[_length];
    }

    internal override IReadOnlyList<Tensors.Parameter> BackwardBuffers => _adjoint.Buffers;

    private protected override bool NeedsRecording => false;

    private protected override SolveStatistics BackwardCore(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        int last = memory.TimeCount - 1;
        bool wantsTimes = !timeGradients.IsEmpty;
        Span<T> z = _start.AsSpan(0, _length);
        Span<T> a = _start.AsSpan(_length, _length);
        Span<T> quadrature = _start.AsSpan(2 * _length);
        ReadOnlySpan<T> end = _ends.AsSpan(_start.Length);
        a.Clear();
        quadrature.Clear();
        SolveStatistics total = default;
        Span<double> interval = stackalloc double[2];
        for (int i = last; i >= 1; i--)
        {
            ReadOnlySpan<T> g = stateGradients.Slice(i * _length, _length);
            if (wantsTimes)
            {
                timeGradients[i] = TimeGradient(memory.Times[i], memory.State(i), g, _scratch);
            }

            // The state starts anew from what the forward pass stored; the adjoint gains this observation's gradient and carries on.
            memory.State(i).CopyTo(z);
            if (_truncated)
            {
                a.Clear();
            }

            Add(a, g);
            interval[0] = memory.Times[i];
            interval[1] = memory.Times[i - 1];
            SolveResult result = _backward.Solve(_adjoint, _start, interval, _ends);
            if (!result.IsSuccess)
            {
                throw new OdeSolveException(result, "The adjoint could not be integrated backward in time (the direct gradient has no backward solve). ");
            }

            end.Slice(_length, _length).CopyTo(a);
            end[(2 * _length)..].CopyTo(quadrature);
            SolveStatistics s = result.Statistics;
            total = new SolveStatistics(
                total.Evaluations + s.Evaluations, total.AcceptedSteps + s.AcceptedSteps, total.RejectedSteps + s.RejectedSteps, total.VectorJacobianProducts + s.Evaluations);
        }

        if (wantsTimes)
        {
            // The initial state is given: moving t₀ only shortens the solve. The adjoint is taken before g₀ is added.
            timeGradients[0] = -TimeGradient(memory.Times[0], memory.State(0), a, _scratch);
        }

        a.CopyTo(initialGradient);
        Add(initialGradient, stateGradients[.._length]);
        quadrature.CopyTo(Gradient);
        return total;
    }

    private static void Add(Span<T> sum, ReadOnlySpan<T> part) => Tensors.Kernels.Map.Binary<T, Tensors.Kernels.AddOperator<T>>(sum, part, sum);
}
