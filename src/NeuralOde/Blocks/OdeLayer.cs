using NeuralOde.Fields;
using NeuralOde.Layers;

namespace NeuralOde.Blocks;

/// <summary>
/// An ordinary differential equation as a layer: from the state at one time to the state at another, of the same shape. It stands where a stack of
/// residual blocks would (Chen et al. 2018, section 3).
/// </summary>
public sealed class OdeLayer : Layer
{
    private readonly double[] _times;

    /// <summary>Makes the layer.</summary>
    /// <param name="ode">The dynamics and how they are solved.</param>
    /// <param name="start">The time at which the input holds.</param>
    /// <param name="end">The time of the output, another than <paramref name="start"/>.</param>
    /// <exception cref="ArgumentException">The times are equal or not finite.</exception>
    public OdeLayer(OdeBlock ode, double start = 0, double end = 1)
    {
        ArgumentNullException.ThrowIfNull(ode);
        if (!double.IsFinite(start) || !double.IsFinite(end) || start == end)
        {
            throw new ArgumentException(FormattableString.Invariant($"An ODE layer solves from one time to another; got {start} and {end}."), nameof(end));
        }

        Ode = AddModule("ode", ode);
        _times = [start, end];
    }

    /// <summary>The dynamics and how they are solved.</summary>
    public OdeBlock Ode { get; }

    /// <inheritdoc/>
    /// <exception cref="Solvers.OdeSolveException">The solve failed.</exception>
    public override Tensor Forward(Tensor x) => Ode.Forward(x, _times).Select(0, 1);

    /// <summary>The output for one input, where the field takes inputs of its own.</summary>
    /// <param name="x">The state at the start.</param>
    /// <param name="inputs">What the field takes beside time and state.</param>
    /// <returns>The state at the end, of the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The field reads other inputs than those given.</exception>
    /// <exception cref="Solvers.OdeSolveException">The solve failed.</exception>
    public Tensor Forward(Tensor x, FieldInputs inputs) => Ode.Forward(x, _times, inputs).Select(0, 1);

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new OdeLayer(cloner.Clone(Ode), _times[0], _times[1]);
}
