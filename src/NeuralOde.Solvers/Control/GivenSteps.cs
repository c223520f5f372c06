using System.Globalization;

namespace NeuralOde.Solvers;

/// <summary>Steps that the caller gives, by their lengths or by the times they end on. Any method can be used.</summary>
/// <remarks>Dense output gives the states at output times within steps; the last step is cut where the solve ends.</remarks>
public sealed record GivenSteps : StepSizeControl
{
    private readonly double[] _values;
    private readonly bool _areTimes;

    private GivenSteps(double[] values, bool areTimes)
    {
        _values = values;
        _areTimes = areTimes;
    }

    /// <summary>The tolerances that the iterations of implicit methods are measured by; explicit methods have no use for them.</summary>
    /// <value>Those of <see cref="SolverDefaults.Steps"/>.</value>
    public override Tolerances Tolerances => SolverDefaults.Steps.Tolerances;

    /// <summary>Steps of given lengths, one after the other; after the last of them, steps of its length.</summary>
    /// <param name="lengths">At least one length in units of time, each positive and finite.</param>
    /// <returns>The control.</returns>
    /// <exception cref="ArgumentException">There is no length, or one is not positive and finite.</exception>
    public static GivenSteps OfLengths(params IEnumerable<double> lengths)
    {
        double[] values = Checked(lengths, nameof(lengths));
        for (int i = 0; i < values.Length; i++)
        {
            Require(values[i] is > 0 and < double.PositiveInfinity, i, values[i], "positive and finite", nameof(lengths));
        }

        return new GivenSteps(values, areTimes: false);
    }

    /// <summary>
    /// Steps that end on given times, in the direction of the solve; times outside its interval have no effect. After the last of them one step leads to the end.
    /// </summary>
    /// <param name="times">At least one finite time, in any order.</param>
    /// <returns>The control.</returns>
    /// <exception cref="ArgumentException">There is no time, or one is not finite.</exception>
    public static GivenSteps At(params IEnumerable<double> times)
    {
        double[] values = Checked(times, nameof(times));
        for (int i = 0; i < values.Length; i++)
        {
            Require(double.IsFinite(values[i]), i, values[i], "finite", nameof(times));
        }

        Array.Sort(values);
        return new GivenSteps(values, areTimes: true);
    }

    /// <inheritdoc/>
    public override StepController CreateController(string parameter) => _areTimes ? new TimesController(_values) : new LengthsController(_values);

    private static double[] Checked(IEnumerable<double> values, string parameter)
    {
        ArgumentNullException.ThrowIfNull(values, parameter);
        double[] all = [.. values];
        return all.Length > 0 ? all : throw new ArgumentException("There must be at least one step.", parameter);
    }

    private static void Require(bool condition, int index, double value, string range, string parameter)
    {
        if (!condition)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Value {index} is {value:R}; it must be {range}."), parameter);
        }
    }

    private abstract class Controller : StepController
    {
        public sealed override bool NeedsError => false;

        public sealed override bool OnRejected(in StepPlan plan, in StepAttempt attempt) => false;

        public override void OnAccepted(in StepPlan plan, in StepAttempt attempt)
        {
        }
    }

    private sealed class LengthsController(double[] lengths) : Controller
    {
        private int _next;

        public override void Start(double t, double end, double initialStep) => _next = 0;

        public override StepPlan Plan(double t, double stop)
        {
            double length = lengths[Math.Min(_next, lengths.Length - 1)], remaining = stop - t;
            double end = remaining > 0 ? t + length : t - length;

            // A remainder that only round-off leaves is no step of its own.
            return Math.Abs(remaining) <= length * (1 + 1e-9) ? new StepPlan(stop, remaining, true) : end == t ? StepPlan.TooSmall : new StepPlan(end, end - t, false);
        }

        public override void OnAccepted(in StepPlan plan, in StepAttempt attempt) => _next++;
    }

    private sealed class TimesController(double[] rising) : Controller
    {
        public override void Start(double t, double end, double initialStep)
        {
        }

        public override StepPlan Plan(double t, double stop)
        {
            bool forward = stop > t;
            int index = Array.BinarySearch(rising, t);
            int next = index >= 0 ? index + (forward ? 1 : -1) : forward ? ~index : ~index - 1;

            // Times given twice are one.
            while (next >= 0 && next < rising.Length && rising[next] == t)
            {
                next += forward ? 1 : -1;
            }

            bool isBefore = next >= 0 && next < rising.Length && (forward ? rising[next] < stop : rising[next] > stop);
            return isBefore ? new StepPlan(rising[next], rising[next] - t, false) : new StepPlan(stop, stop - t, true);
        }
    }
}
