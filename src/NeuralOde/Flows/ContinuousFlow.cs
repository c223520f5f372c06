using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Flows.Divergences;
using NeuralOde.Sensitivities;

namespace NeuralOde.Flows;

/// <summary>
/// A continuous normalizing flow: a field that carries a base distribution to that of the data, with <c>d log p/dt = −tr(∂f/∂z)</c> along each path (Chen et al. 2018, arXiv
/// 1806.07366, theorem 1; Grathwohl et al. 2019, arXiv 1810.01367). Points and log-density are solved together.
/// </summary>
/// <remarks>
/// <para>
/// Points are <c>[batch, dimension]</c> of the element type of the field's parameters. The field treats each row of a batch by itself: where rows meet, as in batch normalization
/// in training, the divergence is not that of one point. A flow is conditional where its field reads inputs: give them with each call, a row for each point.
/// </para>
/// <para>
/// All results are differentiable in points, parameters and inputs. The divergence is part of the dynamics, so their gradients hold second derivatives of the field.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var flow = new ContinuousFlow(new ConcatSquashField(2, [64, 64]), new NormalDistribution(2));
/// var optimizer = new Adam(flow.Parameters, 1e-3);
/// for (int i = 0; i &lt; 1000; i++)
/// {
///     flow.Loss(data.Next()).Total.Backward();
///     optimizer.Step();
/// }
///
/// Tensor drawn = flow.Sample(100);
/// Tensor density = flow.LogDensity(points);
/// </code>
/// </example>
public sealed class ContinuousFlow : Module
{
    private readonly Dictionary<FlowQuadratures, (FlowField Field, OdeBlock Block)> _blocks = [];
    private OdeBlock? _points;

    /// <summary>Makes a flow.</summary>
    /// <param name="field">The dynamics of a point.</param>
    /// <param name="baseDistribution">The distribution at <see cref="BaseTime"/>; it says how many components a point has.</param>
    public ContinuousFlow(VectorField field, BaseDistribution baseDistribution)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(baseDistribution);
        Field = AddModule("field", field);
        Base = AddModule("base", baseDistribution);
    }

    /// <summary>The dynamics of a point.</summary>
    public VectorField Field { get; }

    /// <summary>The distribution that the flow starts from.</summary>
    public BaseDistribution Base { get; }

    /// <summary>The number of components of a point.</summary>
    public int Dimension => Base.Dimension;

    /// <summary>The time at which points have the base distribution.</summary>
    /// <value>Default 0.</value>
    public double BaseTime { get; init; }

    /// <summary>The time at which points have the distribution of the data; another than <see cref="BaseTime"/>.</summary>
    /// <value>Default 1.</value>
    public double DataTime { get; init; } = 1;

    /// <summary>How the divergence is computed.</summary>
    /// <value>Default <see cref="DivergenceMethod.Exact"/>.</value>
    public DivergenceMethod Divergence { get; init; } = DivergenceMethod.Exact;

    /// <summary>What <see cref="Loss"/> adds to the negative log-likelihood.</summary>
    /// <value>Default nothing.</value>
    public FlowRegularization Regularization { get; init; } = new();

    /// <summary>The method that integrates.</summary>
    /// <value>Default <see cref="SolverDefaults.Solver"/>.</value>
    public OdeSolver Solver { get; init; } = SolverDefaults.Solver;

    /// <summary>How the steps are chosen.</summary>
    /// <value>Default <see cref="SolverDefaults.Steps"/>.</value>
    public StepSizeControl Steps { get; init; } = SolverDefaults.Steps;

    /// <summary>How gradients are taken through a solve.</summary>
    /// <value>Default that of <see cref="OdeBlock.GradientMethod"/>.</value>
    public GradientMethod GradientMethod
    {
        get => field ?? GradientMethod.For(Solver);
        init;
    }

    /// <summary>The log-density of points, in nats.</summary>
    /// <param name="x">Points at <see cref="DataTime"/>, <c>[batch, dimension]</c>.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <param name="random">Where the noise of Hutchinson's divergence comes from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <returns><c>[batch]</c>. With Hutchinson's divergence an unbiased estimate.</returns>
    /// <exception cref="ArgumentException">The points have another shape, or the field returns one or reads other inputs.</exception>
    /// <exception cref="DivergenceException">The exact divergence needs more memory than there is.</exception>
    /// <exception cref="OdeSolveException">The solve failed.</exception>
    public Tensor LogDensity(Tensor x, FieldInputs? inputs = null, RandomSource? random = null) => LogDensityAt(x, DataTime, inputs, random);

    /// <summary>The log-density, at some time on the way, of the points that flow from the base distribution.</summary>
    /// <param name="z">Points at that time, <c>[batch, dimension]</c>.</param>
    /// <param name="time">The time; at <see cref="BaseTime"/> it is the density of the base distribution.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <param name="random">Where the noise of Hutchinson's divergence comes from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <inheritdoc cref="LogDensity"/>
    public Tensor LogDensityAt(Tensor z, double time, FieldInputs? inputs = null, RandomSource? random = null)
    {
        if (time == BaseTime)
        {
            CheckPoints(z);
            return Base.LogDensity(z);
        }

        FlowSolution solution = Solve(z, time, BaseTime, inputs, random, FlowQuadratures.None);
        return Base.LogDensity(solution.Points) + solution.LogDeterminant;
    }

    /// <summary>Draws points from the flow.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="random">Where the draws come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <returns>Points at <see cref="DataTime"/>, <c>[count, dimension]</c>; the gradient reaches parameters and inputs.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    /// <exception cref="OdeSolveException">The solve failed.</exception>
    public Tensor Sample(int count, RandomSource? random = null, FieldInputs? inputs = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Path(Base.Sample(count, random ?? RandomSource.Default), [BaseTime, DataTime], inputs).Select(0, 1);
    }

    /// <summary>Carries points of the data to the base distribution.</summary>
    /// <param name="x">Points at <see cref="DataTime"/>, <c>[batch, dimension]</c>.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <param name="random">Where the noise of Hutchinson's divergence comes from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <returns>The points at <see cref="BaseTime"/>, and the logarithms of the determinants.</returns>
    /// <inheritdoc cref="LogDensity"/>
    public FlowSolution ToBase(Tensor x, FieldInputs? inputs = null, RandomSource? random = null) => Solve(x, DataTime, BaseTime, inputs, random, FlowQuadratures.None);

    /// <summary>Carries points of the base distribution to the data's.</summary>
    /// <param name="z">Points at <see cref="BaseTime"/>, <c>[batch, dimension]</c>.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <param name="random">Where the noise of Hutchinson's divergence comes from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <returns>The points at <see cref="DataTime"/>, and the logarithms of the determinants: their log-density is <c>Base.LogDensity(z) − LogDeterminant</c>.</returns>
    /// <inheritdoc cref="LogDensity"/>
    public FlowSolution FromBase(Tensor z, FieldInputs? inputs = null, RandomSource? random = null) => Solve(z, BaseTime, DataTime, inputs, random, FlowQuadratures.None);

    /// <summary>The ways of points, without their density.</summary>
    /// <param name="z">Points at the first time, <c>[batch, dimension]</c>.</param>
    /// <param name="times">At least two times, strictly rising or strictly falling.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <returns>The points at all times, the first included, <c>[times, batch, dimension]</c>.</returns>
    /// <exception cref="ArgumentException">The points have another shape, or the times are not monotone.</exception>
    /// <exception cref="OdeSolveException">The solve failed.</exception>
    public Tensor Path(Tensor z, ReadOnlySpan<double> times, FieldInputs? inputs = null)
    {
        CheckPoints(z);
        _points ??= Block(Field);
        return inputs is null ? _points.Forward(z, times) : _points.Forward(z, times, inputs);
    }

    /// <summary>What training minimizes on a batch: the mean negative log-likelihood, and what <see cref="Regularization"/> adds.</summary>
    /// <param name="x">Points of the data, <c>[batch, dimension]</c>.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <param name="random">Where the noise of Hutchinson's divergence and random end times come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <returns>The loss and its parts.</returns>
    /// <exception cref="ArgumentException">The points have another shape, or the field returns one or reads other inputs.</exception>
    /// <exception cref="DivergenceException">The exact divergence needs more memory than there is.</exception>
    /// <exception cref="InvalidOperationException">The spread of the end time reaches the time of the base distribution.</exception>
    /// <exception cref="OdeSolveException">The solve failed.</exception>
    public FlowLoss Loss(Tensor x, FieldInputs? inputs = null, RandomSource? random = null)
    {
        random ??= RandomSource.Default;
        double time = DataTime;
        if (Regularization.EndTimeSpread > 0)
        {
            InvalidOperationException.ThrowIf(
                Regularization.EndTimeSpread >= Math.Abs(DataTime - BaseTime),
                $"The end time moves by {Regularization.EndTimeSpread}, which is not less than the flow's duration {Math.Abs(DataTime - BaseTime)}.");
            time += Regularization.EndTimeSpread * ((2 * random.NextUniform()) - 1);
        }

        FlowQuadratures wanted = (Regularization.KineticEnergy > 0 ? FlowQuadratures.KineticEnergy : 0)
            | (Regularization.JacobianNorm > 0 ? FlowQuadratures.JacobianNorm : 0)
            | (Regularization.Acceleration > 0 ? FlowQuadratures.Acceleration : 0);
        FlowSolution solution = Solve(x, time, BaseTime, inputs, random, wanted);
        Tensor likelihood = -(Base.LogDensity(solution.Points) + solution.LogDeterminant).Mean();
        Tensor total = likelihood;
        foreach ((Tensor? value, double weight) in new[]
        {
            (solution.KineticEnergy, Regularization.KineticEnergy), (solution.JacobianNorm, Regularization.JacobianNorm), (solution.Acceleration, Regularization.Acceleration),
        })
        {
            total = value is null ? total : total + (weight * value);
        }

        return new FlowLoss(total, likelihood, solution);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new ContinuousFlow(cloner.Clone(Field), cloner.Clone(Base))
    {
        BaseTime = BaseTime,
        DataTime = DataTime,
        Divergence = Divergence,
        Regularization = Regularization,
        Solver = Solver,
        Steps = Steps,
        GradientMethod = GradientMethod,
    };

    private FlowSolution Solve(Tensor start, double from, double to, FieldInputs? inputs, RandomSource? random, FlowQuadratures quadratures)
    {
        CheckPoints(start);
        (FlowField field, OdeBlock block) = BlockOf(quadratures);
        if (Divergence.Draw(start.Shape, start.DType, random ?? RandomSource.Default) is { } noise)
        {
            inputs = (inputs ?? []).With(FlowField.Noise, noise);
        }

        (int batch, int length) = (start.Shape[0], start.ElementCount);
        var state = Tensor.Concatenate([start.Reshape([length]), Tensor.Zeros([batch + field.QuadratureCount], start.DType)], 0);
        OdeBlockSolution solution = inputs is null ? block.Solve(state, from, to) : block.Solve(state, [from, to], inputs);
        Tensor end = solution.States.Select(0, 1);
        int next = length + batch;
        return new FlowSolution(solution, end.Slice(0, 0, length).Reshape(start.Shape), end.Slice(0, length, batch))
        {
            KineticEnergy = Quadrature(FlowQuadratures.KineticEnergy),
            JacobianNorm = Quadrature(FlowQuadratures.JacobianNorm),
            Acceleration = Quadrature(FlowQuadratures.Acceleration),
        };

        // Backward in time an integral is negative.
        Tensor? Quadrature(FlowQuadratures which) => quadratures.HasFlag(which) ? end.Slice(0, next++, 1).Reshape(Shape.Scalar) * Math.Sign(to - from) : null;
    }

    private (FlowField Field, OdeBlock Block) BlockOf(FlowQuadratures quadratures)
    {
        lock (_blocks)
        {
            if (!_blocks.TryGetValue(quadratures, out (FlowField, OdeBlock) known))
            {
                var field = new FlowField(Field, Dimension, Divergence, quadratures);
                _blocks[quadratures] = known = (field, Block(field));
            }

            return known;
        }
    }

    private OdeBlock Block(VectorField field)
    {
        InvalidOperationException.ThrowIf(
            !double.IsFinite(BaseTime) || !double.IsFinite(DataTime) || BaseTime == DataTime,
            $"A flow runs from one finite time to another; {nameof(BaseTime)} is {BaseTime} and {nameof(DataTime)} {DataTime}.");
        return new OdeBlock(field) { Solver = Solver, Steps = Steps, GradientMethod = GradientMethod };
    }

    private void CheckPoints(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentException.ThrowIf(
            points.Rank != 2 || points.Shape[1] != Dimension || points.Shape[0] == 0,
            $"Points of this flow have the shape [batch, {Dimension}], with at least one row; got {points.Shape}.", nameof(points));
    }
}
