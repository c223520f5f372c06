namespace NeuralOde.Sensitivities;

/// <summary>
/// The continuous adjoint with many observations, backward in time from one to the one before (Chen et al. 2018, appendix B and C, with the boundary terms that
/// the published write-ups get wrong). How an interval is solved is left to the method.
/// </summary>
internal abstract class AdjointSensitivity<T> : Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // An adjoint that decays below this share of its start is solved in two halves, each in units of its own: absolute tolerances would hide the rest.
    private const double Faded = 0.05;
    private const int MostHalvings = 12;

    private readonly bool _splits;
    private readonly string _advice;
    private readonly T[] _scratch;

    private protected AdjointSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, AdjointSolve<T> backward, bool splits)
        : base(field, solver, steps)
    {
        Solve = backward;
        _splits = splits && backward.IsScaled;
        _scratch = new T[2 * field.StateLength];
        _advice = this is not BacksolveSensitivity<T> ? ""
            : solver.HasTranspose ? $"The direct gradient ({nameof(GradientMethod)}.{nameof(GradientMethod.Direct)}) has no solve backward in time."
            : $"The interpolated adjoint ({nameof(GradientMethod)}.{nameof(GradientMethod.InterpolatedAdjoint)}) does not integrate the state backward.";
    }

    /// <summary>What to take instead.</summary>
    private protected string Advice => _advice;

    /// <summary>The largest component of the adjoint at the observations of the last gradient.</summary>
    internal double LargestAdjoint { get; private set; }

    /// <summary>What solves over an interval.</summary>
    private protected AdjointSolve<T> Solve { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override SolveStatistics BackwardCore(
        SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        bool wantsTimes = !timeGradients.IsEmpty;
        int length = Field.StateLength;
        Span<T> scratch = _scratch.AsSpan(0, length), a = Solve.Adjoint;
        Array.Clear(Gradient);
        LargestAdjoint = 0;
        Solve.Begin(memory.MeanStep);
        Begin(memory);
        SolveStatistics total = default;
        for (int i = memory.TimeCount - 1; i >= 1; i--)
        {
            ReadOnlySpan<T> g = stateGradients.Slice(i * length, length);
            if (wantsTimes)
            {
                timeGradients[i] = TimeGradient(memory.Times[i], memory.State(i), g, scratch);
            }

            // The adjoint gains this observation's gradient and carries on.
            StartInterval(memory, i, a);
            AdjointSolve<T>.Add(a, g);
            LargestAdjoint = _splits ? Math.Max(LargestAdjoint, double.CreateTruncating(AdjointSolve<T>.Largest(a))) : 0;
            if (a.ContainsAnyExcept(T.Zero))
            {
                total = Over(memory.Times[i], memory.Times[i - 1], MostHalvings, total);
                EndInterval(memory, i);
            }
        }

        if (wantsTimes)
        {
            // The initial state is given: moving t₀ only shortens the solve. The adjoint is taken before g₀ is added.
            timeGradients[0] = -TimeGradient(memory.Times[0], memory.State(0), a, scratch);
        }

        Solve.End(Gradient);
        a.CopyTo(initialGradient);
        AdjointSolve<T>.Add(initialGradient, stateGradients[..length]);
        return total;
    }

    /// <summary>Starts the gradient of a solve.</summary>
    private protected virtual void Begin(SolveMemory<T> memory)
    {
    }

    /// <summary>Prepares an interval, before its observation's gradient is added to the adjoint.</summary>
    private protected virtual void StartInterval(SolveMemory<T> memory, int observation, Span<T> adjoint)
    {
    }

    /// <summary>Solves over an interval, and adds to the parameters' gradient.</summary>
    private protected abstract SolveResult Interval(double from, double to);

    /// <summary>Looks at what came of an interval.</summary>
    private protected virtual void EndInterval(SolveMemory<T> memory, int observation)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveStatistics Over(double from, double to, int halvings, SolveStatistics total)
    {
        Span<T> before = _scratch.AsSpan(Field.StateLength);
        double middle = from + (0.5 * (to - from));
        bool mayFade = _splits && halvings > 0 && middle != from && middle != to;
        if (mayFade)
        {
            Solve.Adjoint.CopyTo(before);
            Solve.Keep(Gradient);
        }

        SolveResult result = Interval(from, to);
        if (!result.IsSuccess)
        {
            throw AdjointFailure.Of(result, Solve.CarriedLength, Field.StateShape, _advice);
        }

        total = AdjointSolve<T>.Sum(total, result.Statistics);
        if (!mayFade || double.CreateTruncating(AdjointSolve<T>.Largest(Solve.Adjoint)) >= Faded * double.CreateTruncating(AdjointSolve<T>.Largest(before)))
        {
            return total;
        }

        before.CopyTo(Solve.Adjoint);
        Solve.Restore(Gradient);
        total = Over(from, middle, halvings - 1, total);
        return Over(middle, to, halvings - 1, total);
    }
}
