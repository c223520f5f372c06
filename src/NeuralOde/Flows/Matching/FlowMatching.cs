using NeuralOde.Fields;
using NeuralOde.Losses;
using NeuralOde.Training;

namespace NeuralOde.Flows.Matching;

/// <summary>
/// Flow matching: trains a field so that its flow takes a source to a target from t = 0 to t = 1, by regression on the velocities of paths between pairs of points. No
/// equation is solved (Lipman et al. 2023, arXiv 2210.02747; Tong et al. 2023, arXiv 2302.00482).
/// </summary>
/// <typeparam name="T">The element type of field and points.</typeparam>
/// <remarks>
/// <para>
/// The field gets one time for each sample, <c>[batch, 1]</c>, where a solve gives it one for all: time must enter it by broadcasting, as in
/// <see cref="TimeInput.Concatenated"/>. That, and that samples do not depend on one another, is checked when this is made.
/// </para>
/// <para>Loss and gradient are one compiled program; a step allocates nothing. The field is compiled in the mode that it has. Not thread-safe.</para>
/// </remarks>
/// <example>
/// <code>
/// VectorField field = new Mlp(3, [64, 64, 64], 2, Activation.Selu).AsField(TimeInput.Concatenated);
/// var matching = new FlowMatching&lt;float&gt;(field, batchSize: 256, dimension: 2);
/// double loss = matching.AddGradients(source, target, random);
/// optimizer.Step();
/// </code>
/// </example>
public sealed class FlowMatching<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly FlowMatchingOptions _options;
    private readonly CompiledLoss<T> _loss;
    private readonly LinearAssignment? _assignment;
    private readonly FieldInput[] _inputs;
    private readonly int[] _partners;

    /// <summary>Compiles the training step.</summary>
    /// <param name="field">The field to train.</param>
    /// <param name="batchSize">Pairs in a step, at least 1.</param>
    /// <param name="dimension">The number of components of a point, at least 1.</param>
    /// <param name="options">Pairs and paths; the defaults where null.</param>
    /// <param name="inputs">What the field takes beside time and state, for a conditional flow; nothing if not given.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, the field does not take one time for each sample, or its samples depend on one another, as in batch normalization.
    /// </exception>
    public FlowMatching(VectorField field, int batchSize, int dimension, FlowMatchingOptions? options = null, IReadOnlyList<FieldInput>? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        _options = options ?? new FlowMatchingOptions();
        _options.Check();
        _inputs = inputs is null ? [] : [.. inputs];
        (BatchSize, Dimension) = (batchSize, dimension);
        _partners = new int[batchSize];
        if (_options.Pairing == Pairing.OptimalTransport)
        {
            _assignment = new LinearAssignment(batchSize);
        }

        SampleTimes.Check<T>(field, batchSize, dimension, _inputs);
        Shape points = [batchSize, dimension];
        ProgramInput[] arguments =
        [
            new("t", [batchSize, 1]), new("source", points), new("target", points), new("noise", _options.HasNoise ? points : [1, 1]),
            .. _inputs.Select(static x => new ProgramInput(x.Name, x.Shape)),
        ];
        _loss = new CompiledLoss<T>(x => Compute(field, x), arguments);
    }

    /// <summary>Pairs in a step.</summary>
    public int BatchSize { get; }

    /// <summary>The number of components of a point.</summary>
    public int Dimension { get; }

    /// <summary>The parameters that are learned.</summary>
    public IReadOnlyList<Parameter> Parameters => _loss.Parameters;

    /// <summary>Which row of the source each row of the target was paired with in the last step.</summary>
    public ReadOnlySpan<int> Partners => _partners;

    /// <summary>One step up to the gradients: pairs the points, draws times and noise, and adds the loss's gradient to those of the parameters.</summary>
    /// <param name="source">Points of the source, row-major: <c>[batch, dimension]</c>.</param>
    /// <param name="target">Points of the target, in the same way.</param>
    /// <param name="random">Where times and noise come from.</param>
    /// <param name="inputs">The values of the field's inputs; those with a row for each sample belong to the rows of the target.</param>
    /// <returns>The loss: the squared error of the velocity, averaged over pairs and components.</returns>
    /// <exception cref="ArgumentException">The number of values is another, an input is missing, or a point is not finite.</exception>
    public double AddGradients(ReadOnlySpan<T> source, ReadOnlySpan<T> target, RandomSource random, FieldInputs? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        int length = BatchSize * Dimension;
        ArgumentException.ThrowIf(
            source.Length != length || target.Length != length,
            $"{BatchSize} points with {Dimension} components have {length} values; got {source.Length} of the source and {target.Length} of the target.", nameof(source));
        Pair(source, target);
        target.CopyTo(_loss.Input(2));
        DrawTimes(random);
        if (_options.HasNoise)
        {
            random.FillNormal(_loss.Input(3));
        }

        for (int i = 0; i < _inputs.Length; i++)
        {
            FieldInput input = _inputs[i];
            Tensor value = inputs?.Get(input.Name, input.Shape)
                ?? throw new ArgumentException($"The field takes the input '{input.Name}', which was not given.", nameof(inputs));
            value.AsSpan<T>().CopyTo(_loss.Input(4 + i));
        }

        return _loss.AddGradients();
    }

    /// <summary>Puts the partner of each target's row into the program's memory.</summary>
    private void Pair(ReadOnlySpan<T> source, ReadOnlySpan<T> target)
    {
        if (_assignment is null)
        {
            for (int i = 0; i < _partners.Length; i++)
            {
                _partners[i] = i;
            }

            source.CopyTo(_loss.Input(1));
            return;
        }

        _assignment.Pair(target, source, Dimension, _partners);
        Span<T> paired = _loss.Input(1);
        for (int i = 0; i < _partners.Length; i++)
        {
            source.Slice(_partners[i] * Dimension, Dimension).CopyTo(paired[(i * Dimension)..]);
        }
    }

    /// <summary>
    /// Times that are each uniform on [0, 1) and together evenly spaced, from a random start: the loss has the mean of independent times and less variance (Kingma et al. 2021,
    /// appendix I.1). An exponent then moves them toward the data.
    /// </summary>
    private void DrawTimes(RandomSource random)
    {
        double start = random.NextUniform();
        Span<T> times = _loss.Input(0);
        for (int i = 0; i < times.Length; i++)
        {
            double t = start + ((double)i / times.Length);
            t = t < 1 ? t : t - 1;
            times[i] = T.CreateTruncating(_options.TimeExponent == 1 ? t : 1 - Math.Pow(1 - t, _options.TimeExponent));
        }
    }

    private Tensor Compute(VectorField field, Tensor[] x)
    {
        (Tensor t, Tensor source, Tensor target, double sigma) = (x[0], x[1], x[2], _options.Sigma);
        bool isStraight = _options.Path == ConditionalPath.Straight;
        Tensor velocity = target - (isStraight ? source : (1 - sigma) * source);
        Tensor point = source + (t * velocity);
        if (_options.HasNoise)
        {
            point += sigma * x[3];
        }

        var inputs = new FieldInputs();
        for (int i = 0; i < _inputs.Length; i++)
        {
            inputs[_inputs[i].Name] = x[4 + i];
        }

        return Loss.MeanSquared(field.Forward(t, point, inputs), velocity);
    }
}
