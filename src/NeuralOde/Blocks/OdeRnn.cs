using NeuralOde.Layers.Recurrent;

namespace NeuralOde.Blocks;

/// <summary>
/// A recurrent layer whose state follows an ordinary differential equation between observations and jumps by a GRU at each (ODE-RNN: Rubanova, Chen, Duvenaud 2019,
/// arXiv 1907.03907, algorithm 1).
/// </summary>
/// <remarks>
/// Samples may share their times or have their own; a masked step neither moves nor changes a sample's state. The state flows over the whole time from a sample's previous
/// observation to its next, in the direction of reading.
/// </remarks>
public sealed class OdeRnn : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="flow">What moves the state between observations: states <c>[batch, hidden]</c>. Its solver and number of steps hold for each gap.</param>
    /// <param name="cell">What takes in an observation.</param>
    /// <param name="reverse">Whether the last step is read first, going back in time.</param>
    public OdeRnn(PerSampleOdeBlock flow, GruCell cell, bool reverse = false)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(cell);
        Flow = AddModule("flow", flow);
        Cell = AddModule("cell", cell);
        IsReversed = reverse;
    }

    /// <summary>What moves the state between observations.</summary>
    public PerSampleOdeBlock Flow { get; }

    /// <summary>What takes in an observation.</summary>
    public GruCell Cell { get; }

    /// <summary>Whether the last step is read first.</summary>
    public bool IsReversed { get; }

    /// <summary>Reads sequences.</summary>
    /// <param name="x">The inputs, <c>[time, batch, inputs]</c>.</param>
    /// <param name="times">
    /// When each step was, <c>[time, batch]</c> row-major, or <c>[time]</c> where all samples share them; rising for each sample, of any value where
    /// masked.
    /// </param>
    /// <param name="mask"><c>[time, batch]</c>, 0 where a sample has no step; all have all steps if not given.</param>
    /// <param name="initial">The state at the first step that is read, <c>[batch, hidden]</c>; zeros if not given.</param>
    /// <returns>The states after each step, <c>[time, batch, hidden]</c>, in order of time in either direction.</returns>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public Tensor Forward(Tensor x, IReadOnlyList<double> times, Tensor? mask = null, Tensor? initial = null) => Tensor.Stack(Run(x, times, mask, initial));

    /// <summary>Reads sequences for their final state only: that after the last step, or after the first if the direction is reversed.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>The state, <c>[batch, hidden]</c>.</returns>
    public Tensor Final(Tensor x, IReadOnlyList<double> times, Tensor? mask = null, Tensor? initial = null) => Run(x, times, mask, initial)[IsReversed ? 0 : ^1];

    private Tensor[] Run(Tensor x, IReadOnlyList<double> times, Tensor? mask, Tensor? initial)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(times);
        if (x.Rank != 3 || x.Shape[2] != Cell.InputCount || x.ElementCount == 0)
        {
            throw new ArgumentException($"This layer takes sequences [time, batch, {Cell.InputCount}] of at least one step and one sample; got shape {x.Shape}.", nameof(x));
        }

        (int count, int batch) = (x.Shape[0], x.Shape[1]);
        if (times.Count != count && times.Count != count * batch)
        {
            throw new ArgumentException($"A sequence {x.Shape} takes {count} times, or {count * batch} where each sample has its own; got {times.Count}.", nameof(times));
        }

        if (mask is not null && mask.Shape != x.Shape.Slice(..2))
        {
            throw new ArgumentException($"The mask of a sequence {x.Shape} has the shape {x.Shape.Slice(..2)}, one number per step and sample; got {mask.Shape}.", nameof(mask));
        }

        double[]? present = mask?.ToDoubles();
        bool shared = times.Count == count;
        double[] last = new double[batch];
        Array.Fill(last, double.NaN);
        Tensor state = initial ?? Tensor.Zeros([batch, Cell.HiddenCount], x.DType);
        var states = new Tensor[count];
        double[] spans = new double[batch];
        for (int i = 0; i < count; i++)
        {
            int step = IsReversed ? count - 1 - i : i;
            for (int sample = 0; sample < batch; sample++)
            {
                spans[sample] = 0;
                if (present is null || present[(step * batch) + sample] != 0)
                {
                    double time = times[shared ? step : (step * batch) + sample];
                    spans[sample] = double.IsNaN(last[sample]) ? 0 : time - last[sample];
                    last[sample] = time;
                }
            }

            if (Array.Exists(spans, static span => span != 0))
            {
                var dt = Tensor.From(spans, [batch, 1]);
                state = Flow.Forward(state, x.DType == DType.Float32 ? dt.ToSingle() : dt);
            }

            state = RecurrentLayer.Keep(mask, step, Cell.Forward(RecurrentLayer.Input(x, mask, step), state), state);
            states[step] = state;
        }

        return states;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new OdeRnn(cloner.Clone(Flow), cloner.Clone(Cell), IsReversed);
}
