using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Equal steps from one output time to the next.</summary>
internal sealed class FixedStepController(FixedSteps settings) : StepController
{
    private double _from;
    private double _to;
    private double _size;
    private int _count;
    private int _taken;

    public override bool NeedsError => false;

    public override bool LandsOnOutputs => true;

    public override void Start(double t, double end, double initialStep) => _to = t;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override StepPlan Plan(double t, double stop)
    {
        if (stop != _to)
        {
            _from = t;
            _to = stop;
            _count = settings.StepsOn(t, stop);
            _size = (stop - t) / _count;
            _taken = 0;
        }

        // From the interval's ends, not by adding up steps: no error builds up, and the last step lands on the output time.
        int step = _taken + 1;
        bool lands = step == _count;
        return new StepPlan(Node(_from, _to, step, _count), _size, lands);
    }

    /// <summary>Time of a node between two output times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Node(double from, double to, int step, int count) => step == count ? to : from + ((to - from) * ((double)step / count));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void OnAccepted(in StepPlan plan, in StepAttempt attempt) => _taken++;

    public override bool OnRejected(in StepPlan plan, in StepAttempt attempt) => false;
}
