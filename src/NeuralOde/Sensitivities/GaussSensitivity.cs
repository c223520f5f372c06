namespace NeuralOde.Sensitivities;

/// <summary>The adjoint along the forward solve's dense output, with the parameters' gradient by quadrature over the adjoint's own steps.</summary>
internal sealed class GaussSensitivity<T> : AdjointSensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Pieces are halved at most so often: a jump of the integrand needs no more.
    private const int MostHalvings = 20;

    private readonly Program<T> _program;
    private readonly InterpolatedField<T> _adjoint;
    private readonly SolveRecording<T> _steps = new();
    private readonly double _tolerance;
    private readonly T[] _a;
    private readonly T[] _fine;
    private readonly T[] _difference;
    private double _largest;
    private long _products;

    public GaussSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, GaussAdjoint settings)
        : this(field, solver, steps, settings, field.CompileVectorJacobianProduct())
    {
    }

    /// <param name="field">The dynamics.</param>
    /// <param name="solver">The method.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="program">The vector-Jacobian product, which may serve others too.</param>
    public GaussSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, GaussAdjoint settings, Program<T> program)
        : base(
            field,
            solver,
            steps,
            new AdjointSolve<T>(settings.Solver ?? solver, settings.Steps ?? steps, AdjointNorm.Seminorm, 0, field.StateLength, 0),
            splits: true)
    {
        _program = program;
        _adjoint = new InterpolatedField<T>(field, program);
        AdaptiveSteps tolerances = (settings.Steps ?? steps) as AdaptiveSteps ?? SolverDefaults.Steps;
        _tolerance = Math.Max(tolerances.RelativeTolerance, typeof(T) == typeof(float) ? 1e-5 : 1e-12);
        _a = new T[field.StateLength];
        _fine = new T[field.GradientLength];
        _difference = new T[field.GradientLength];
    }

    /// <summary>The largest sum of a parameter's contributions, whatever their signs: what rounding is relative to.</summary>
    internal double Magnitude { get; private set; }

    internal override IReadOnlyList<Parameter> BackwardBuffers => _program.Buffers;

    internal override bool NeedsRecording => true;

    private protected override void Begin(SolveMemory<T> memory)
    {
        _adjoint.Recording = memory.Recording;
        _largest = Magnitude = 0;
    }

    private protected override SolveResult Interval(double from, double to)
    {
        SolveResult result = Solve.Run(_adjoint, from, to, [], _steps);
        if (result.IsSuccess && Gradient.Length > 0)
        {
            for (int step = 0; step < _steps.StepCount; step++)
            {
                Add(_steps.Times[step], _steps.Times[step + 1], MostHalvings);
            }
        }

        return result;
    }

    /// <summary>Adds the integral over a piece, in the order of time forward.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(double from, double to, int halvings)
    {
        double middle = 0.5 * (from + to), half = 0.5 * (from - to);
        Array.Clear(_fine);
        Array.Clear(_difference);
        for (int i = 0; i < KronrodRule.Nodes.Length; i++)
        {
            double t = middle + (half * KronrodRule.Nodes[i]);
            _steps.Interpolate(t, _a);
            double weight = KronrodRule.Weights[i], coarse = KronrodRule.GaussWeights[i];
            _adjoint.AddParameterPart(t, _a, T.CreateTruncating(half * weight), _fine, T.CreateTruncating(half * (weight - coarse)), _difference);
        }

        _products += KronrodRule.Nodes.Length;
        double unit = double.CreateTruncating(Solve.LastScale), value = unit * double.CreateTruncating(AdjointSolve<T>.Largest(_fine));
        double error = unit * double.CreateTruncating(AdjointSolve<T>.Largest(_difference));
        _largest = Math.Max(_largest, value);

        // The difference is the error of the rule with 3 points; that of the one with 7 is about its square, relative to the value.
        if (error > 0 && halvings > 0 && error * Math.Min(1, error / Math.Max(value, double.Epsilon)) > _tolerance * _largest && middle != from && middle != to)
        {
            Add(from, middle, halvings - 1);
            Add(middle, to, halvings - 1);
            return;
        }

        Magnitude += value;
        for (int i = 0; i < _fine.Length; i++)
        {
            Gradient[i] += _fine[i] * Solve.LastScale;
        }
    }
}
