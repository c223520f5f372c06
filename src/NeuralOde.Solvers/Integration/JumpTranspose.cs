using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// The transpose of what happens at an event: of the jump, and of the event's time by the implicit function theorem on the event function (the saltation matrix:
/// M. A. Aizerman, F. R. Gantmacher 1958; for reverse mode R. T. Q. Chen, B. Amos, M. Nickel, "Learning neural event functions for ordinary differential equations", ICLR 2021).
/// </summary>
/// <remarks>
/// With states <c>y_0 = z⁻, …, y_m = z⁺</c> around the events at one time τ the cotangent of τ is <c>−ȳ_m·f(τ, z⁺) + Σ ȳ_j·∂J_j/∂t + ȳ_0·ż⁻</c> and the direct ones. Where
/// a function g
/// makes the time, <c>z̄⁻ −= (τ̄ / ġ) ∂g/∂z</c>, <c>ġ = ∂g/∂t + ∂g/∂z·ż⁻</c>.
/// </remarks>
internal sealed class JumpTranspose<T>(int length)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Below this share of its parts the speed of crossing is round-off.
    private const double Grazing = 1e-12;

    private readonly EventDerivatives<T> _derivatives = new(length);
    private readonly T[] _product = new T[length];
    private readonly T[] _slope = new T[length];

    /// <summary>Cotangent of the state after the event on entry, before it on return.</summary>
    public T[] StateBar { get; } = new T[length];

    /// <summary>Goes through what happened at one time: jumps, and events that are only noted or end the solve.</summary>
    /// <param name="problem">What was solved.</param>
    /// <param name="jump">What happened.</param>
    /// <param name="gradients">Direct gradients, and destination of those by given times; or none.</param>
    /// <param name="slope">Cotangent times derivative of the state before the event, by dense output.</param>
    public void Run(OdeProblem<T> problem, RecordedJump<T> jump, EventGradients<T>? gradients, Func<T[], double> slope)
    {
        ReadOnlySpan<EventOccurrence<T>> all = jump.Occurrences;
        int function = -1;
        foreach (EventOccurrence<T> occurrence in all)
        {
            if (problem.Events[occurrence.Index].Function is not null)
            {
                if (function >= 0 || all.Length > 1)
                {
                    throw new NotSupportedException(
                        FormattableString.Invariant($"{Describe(problem, all[0])} and {Describe(problem, all[^1])} happened at one time, t = {occurrence.Time:R}. ")
                        + "Which comes first when a parameter changes is not known, so the solve has no derivative there.");
                }

                function = occurrence.Index;
            }
        }

        for (int i = all.Length - 1; i >= 0; i--)
        {
            EventOccurrence<T> occurrence = all[i];
            int index = jump.FirstOccurrence + i;

            // What follows starts at this time; the state after the event itself moves with it.
            double time = (gradients?.Times[index] ?? 0) - Slope(problem, jump.Time, occurrence.StateAfter);
            Add(StateBar, gradients is null ? [] : gradients.StateAfter(index));
            if (problem.Events[occurrence.Index].Jump is not null)
            {
                time += _derivatives.JumpProduct(problem.Events[occurrence.Index], occurrence.Time, occurrence.StateBefore, StateBar, _product);
                _product.CopyTo(StateBar, 0);
            }

            Add(StateBar, gradients is null ? [] : gradients.StateBefore(index));
            time += i == 0 ? slope(StateBar) : Slope(problem, jump.Time, occurrence.StateBefore);
            if (function >= 0)
            {
                MoveTime(problem, occurrence, time, slope);
            }
            else if (gradients is not null)
            {
                gradients.GivenTimesDestination[index] = time;
            }
        }
    }

    /// <summary><c>StateBar · f(t, z)</c>.</summary>
    public double Slope(OdeProblem<T> problem, double t, ReadOnlySpan<T> z)
    {
        if (!StateBar.AsSpan().ContainsAnyExcept(T.Zero))
        {
            return 0;
        }

        problem.Field.Evaluate(t, z[..length], _slope);
        return Reductions.Dot<T>(StateBar, _slope);
    }

    /// <summary>Lets the time follow the state, by the event function.</summary>
    private void MoveTime(OdeProblem<T> problem, EventOccurrence<T> occurrence, double timeBar, Func<T[], double> slope)
    {
        if (timeBar == 0)
        {
            return;
        }

        OdeEvent<T> of = problem.Events[occurrence.Index];
        double byTime = _derivatives.Gradient(of, occurrence.Time, occurrence.StateBefore[..length], _product), byState = slope(_product), speed = byTime + byState;
        if (!(Math.Abs(speed) > Grazing * (Math.Abs(byTime) + Math.Abs(byState))))
        {
            throw new NotSupportedException(
                FormattableString.Invariant($"{Describe(problem, occurrence)} touches zero at t = {occurrence.Time:R} without crossing it, so its time has no derivative."));
        }

        double a = -timeBar / speed;
        T factor = T.CreateTruncating(a);
        for (int i = 0; i < length; i++)
        {
            StateBar[i] += factor * _product[i];
        }

        of.FunctionParameterGradient?.Invoke(occurrence.Time, occurrence.StateBefore[..length], a);
    }

    private static string Describe(OdeProblem<T> problem, EventOccurrence<T> occurrence)
    {
        string name = problem.Events[occurrence.Index].Name;
        return name.Length > 0 ? $"Event {occurrence.Index} ({name})" : $"Event {occurrence.Index}";
    }

    private static void Add(Span<T> to, ReadOnlySpan<T> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            to[i] += values[i];
        }
    }
}
