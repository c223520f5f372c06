namespace NeuralOde.Sensitivities;

/// <summary>
/// A solve backward in time over one interval after another of <c>[carried, a, q]</c>: what is carried along, the adjoint, and the parameters' gradient, of which the
/// last two are linear in the adjoint.
/// </summary>
/// <remarks>
/// The adjoint is solved in units of its largest component at the interval's start, so that an absolute tolerance means the same for any loss, and the result is
/// proportional to it. With the full norm the parameters' gradient is part of the state, and its error is measured in units of its own largest component.
/// </remarks>
internal sealed class AdjointSolve<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Integrator<T> _integrator;
    private readonly bool _isFull;
    private readonly bool _knowsStep;
    private readonly int _carried;
    private readonly int _length;
    private readonly double _relative;
    private readonly double _unit;
    private readonly T[] _start;
    private readonly T[] _ends;
    private readonly T[] _slope;
    private readonly double[] _interval = new double[2];
    private double _parameterScale;
    private T[] _kept = [];

    /// <param name="solver">The method.</param>
    /// <param name="steps">Its steps; absolute tolerances by component are those of what is carried.</param>
    /// <param name="norm">What counts in the error.</param>
    /// <param name="carried">The number of carried components.</param>
    /// <param name="length">The number of components of the adjoint.</param>
    /// <param name="parameters">The number of parameters.</param>
    public AdjointSolve(OdeSolver solver, StepSizeControl steps, AdjointNorm norm, int carried, int length, int parameters)
    {
        (_carried, _length) = (carried, length);
        IsScaled = steps is not (FixedSteps or GivenSteps);

        // The adjoint of a stiff problem starts with a transient, which an estimate sees.
        _knowsStep = IsScaled && solver is ExplicitRungeKutta;
        _isFull = norm == AdjointNorm.Full && IsScaled && parameters > 0;
        _relative = Math.Max(steps.Tolerances.Relative, typeof(T) == typeof(float) ? 1e-6 : 1e-13);
        int state = carried + length;
        Tolerances tolerances = steps.Tolerances;

        // In this unit the absolute tolerance of the adjoint is at least the relative one of its largest component: less would ask more of small components than of large ones.
        _unit = Math.Max(1, tolerances.Absolute > 0 ? tolerances.Relative / tolerances.Absolute : 1);
        if (steps is AdaptiveSteps adaptive && (_isFull || adaptive.AbsoluteTolerances is not null))
        {
            // A unit for the parameters' components, in which their errors come out as they are.
            steps = adaptive with
            {
                AbsoluteTolerances =
                [
                    .. adaptive.AbsoluteTolerances?.Take(carried) ?? Enumerable.Repeat(adaptive.AbsoluteTolerance, carried),
                    .. Enumerable.Repeat(adaptive.Tolerances.Absolute, length),
                    .. Enumerable.Repeat(1.0, _isFull ? parameters : 0),
                ],
            };
        }

        _integrator = _isFull
            ? new Integrator<T>(solver, steps, state + parameters, 0, new ErrorNorm(0, state + parameters) { Function = FullNorm })
            : new Integrator<T>(solver, steps, state, parameters);
        _start = new T[state + parameters];
        _ends = new T[2 * _start.Length];
        _slope = new T[_isFull ? _start.Length : 0];
    }

    /// <summary>Whether the adjoint is solved in units of its own, because steps are chosen by an error.</summary>
    public bool IsScaled { get; }

    /// <summary>The number of carried components.</summary>
    public int CarriedLength => _carried;

    /// <summary>What is carried along: at the start of the next interval, and at the end of the last one.</summary>
    public Span<T> Carried => _start.AsSpan(0, _carried);

    /// <summary>The adjoint, in the same way.</summary>
    public Span<T> Adjoint => _start.AsSpan(_carried, _length);

    /// <summary>Starts the gradient of a solve.</summary>
    /// <param name="firstStep">Length of the first step where an explicit method chooses it, if one is known.</param>
    public void Begin(double? firstStep)
    {
        _integrator.FirstStep = _knowsStep ? firstStep : null;
        _start.AsSpan(_carried).Clear();
    }

    /// <summary>Ends the gradient of a solve.</summary>
    /// <param name="gradient">The parameters' gradient; written where it was not gathered interval by interval.</param>
    public void End(Span<T> gradient)
    {
        if (!IsScaled)
        {
            _start.AsSpan(_carried + _length).CopyTo(gradient);
        }
    }

    /// <summary>Solves over an interval.</summary>
    /// <param name="field">The system, as long as state and quadratures together.</param>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="gradient">Gains the parameters' gradient of the interval, where the adjoint is scaled; else <see cref="End"/> gives that of all intervals.</param>
    /// <param name="recording">Receives the steps; not with parameters.</param>
    /// <returns>How it ended; where it failed, what is carried and the adjoint are as they were.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public SolveResult Run(IVectorField<T> field, double from, double to, Span<T> gradient, SolveRecording<T>? recording = null)
    {
        // Of a gradient of zero comes zero; of one that is not finite the solve says where.
        T size = IsScaled ? Largest(Adjoint) * T.CreateTruncating(_unit) : T.One;
        size = size > T.Zero && T.IsFinite(size) ? size : T.One;
        Scale(Adjoint, T.One / size);
        Span<T> quadrature = _start.AsSpan(_carried + _length);
        if (IsScaled)
        {
            quadrature.Clear();
        }

        if (_isFull)
        {
            field.Evaluate(from, _start, _slope);
            double step = double.CreateTruncating(Largest(_slope.AsSpan(_carried + _length))) * Math.Abs(to - from);
            _parameterScale = Math.Max(step, double.CreateTruncating(Largest(gradient) / size));
            _parameterScale = _parameterScale > 0 && double.IsFinite(_parameterScale) ? _parameterScale : 1;
        }

        (_interval[0], _interval[1]) = (from, to);
        SolveResult result = _integrator.Solve(field, _start, _interval, _ends, recording);
        if (!result.IsSuccess)
        {
            Scale(Adjoint, size);
            return result;
        }


        ReadOnlySpan<T> end = _ends.AsSpan(_start.Length);
        end[.._carried].CopyTo(Carried);
        end.Slice(_carried, _length).CopyTo(Adjoint);
        Scale(Adjoint, size);
        ReadOnlySpan<T> part = end[(_carried + _length)..];
        Magnitude += _isFull ? double.CreateTruncating(size) * double.CreateTruncating(Largest(part)) : 0;
        if (IsScaled)
        {
            AddScaled(gradient, part, size);
            _integrator.FirstStep = _knowsStep ? Math.Abs(to - from) / result.Statistics.AcceptedSteps : null;
        }
        else
        {
            part.CopyTo(quadrature);
        }

        LastScale = size;
        return result;
    }

    /// <summary>The sum of the largest parts of the parameters' gradient, an interval's each, whatever their signs; whoever reads it sets it back.</summary>
    public double Magnitude { get; set; }

    /// <summary>The unit of the adjoint in the last solve.</summary>
    public T LastScale { get; private set; }

    public static void Add(Span<T> sum, ReadOnlySpan<T> part) => Tensors.Kernels.Map.Binary<T, Tensors.Kernels.AddOperator<T>>(sum, part, sum);

    /// <summary>What two solves with vector-Jacobian products cost together; each of the second one's evaluations is one.</summary>
    public static SolveStatistics Sum(SolveStatistics total, SolveStatistics part) => new(
        total.Evaluations + part.Evaluations, total.AcceptedSteps + part.AcceptedSteps, total.RejectedSteps + part.RejectedSteps,
        total.VectorJacobianProducts + part.Evaluations);

    /// <summary>The larger of the usual norm of state and adjoint and the largest error of the parameters' gradient, relative to its largest component.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double FullNorm(ReadOnlySpan<double> errors)
    {
        double sum = 0, largest = 0;
        int state = _carried + _length;
        foreach (double error in errors[..state])
        {
            sum += error * error;
        }

        foreach (double error in errors[state..])
        {
            largest = Math.Max(largest, Math.Abs(error));
        }

        return Math.Max(Math.Sqrt(sum / state), largest / (_relative * _parameterScale));
    }

    /// <summary>Keeps what is carried and a gradient, to come back to.</summary>
    public void Keep(ReadOnlySpan<T> gradient)
    {
        if (_kept.Length < _carried + gradient.Length)
        {
            _kept = new T[_carried + gradient.Length];
        }

        Carried.CopyTo(_kept);
        gradient.CopyTo(_kept.AsSpan(_carried));
    }

    /// <summary>Comes back to what was kept.</summary>
    public void Restore(Span<T> gradient)
    {
        _kept.AsSpan(0, _carried).CopyTo(Carried);
        _kept.AsSpan(_carried, gradient.Length).CopyTo(gradient);
    }

    /// <summary>The largest absolute value; not a number where one is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Largest(ReadOnlySpan<T> values)
    {
        T largest = T.Zero;
        int i = 0;
        if (values.Length >= Vector<T>.Count)
        {
            Vector<T> all = Vector<T>.Zero;
            for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                all = Vector.Max(all, Vector.Abs(new Vector<T>(values[i..])));
            }

            for (int j = 0; j < Vector<T>.Count; j++)
            {
                largest = T.Max(largest, all[j]);
            }
        }

        for (; i < values.Length; i++)
        {
            largest = T.Max(largest, T.Abs(values[i]));
        }

        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(Span<T> sum, ReadOnlySpan<T> part, T factor)
    {
        int i = 0;
        for (; i <= part.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (new Vector<T>(sum[i..]) + (new Vector<T>(part[i..]) * factor)).CopyTo(sum[i..]);
        }

        for (; i < part.Length; i++)
        {
            sum[i] += part[i] * factor;
        }
    }

    private static void Scale(Span<T> values, T factor)
    {
        if (factor == T.One)
        {
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }
}
