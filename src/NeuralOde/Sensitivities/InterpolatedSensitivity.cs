namespace NeuralOde.Sensitivities;

/// <summary>The adjoint along the forward solve's dense output.</summary>
internal sealed class InterpolatedSensitivity<T> : AdjointSensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program;
    private readonly InterpolatedField<T> _adjoint;

    public InterpolatedSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, InterpolatedAdjoint settings)
        : base(
            field,
            solver,
            steps,
            new AdjointSolve<T>(settings.Solver ?? solver, settings.Steps ?? steps, settings.Norm, 0, field.StateLength, field.GradientLength),
            splits: true)
    {
        _program = field.CompileVectorJacobianProduct();
        _adjoint = new InterpolatedField<T>(field, _program);
    }

    internal override IReadOnlyList<Parameter> BackwardBuffers => _program.Buffers;

    internal override bool NeedsRecording => true;

    private protected override void Begin(SolveMemory<T> memory) => _adjoint.Recording = memory.Recording;

    private protected override SolveResult Interval(double from, double to) => Solve.Run(_adjoint, from, to, Gradient);
}
