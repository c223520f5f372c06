using System.Text;
using NeuralOde.Sensitivities;

namespace NeuralOde.Blocks;

/// <summary>Why a gradient differs from central differences.</summary>
public enum GradientCheckCause
{
    /// <summary>It does not differ by more than the tolerance.</summary>
    None,

    /// <summary>The state does not come back when it is integrated backward in time.</summary>
    ReverseFlow,

    /// <summary>Perturbations of the state are not resolved, though the state is: steps go beyond the method's stability, or tolerances are loose.</summary>
    Steps,

    /// <summary>The gradient by the parameters is not resolved, though that by the state is: the state hardly depends on them.</summary>
    ParametersBelowTolerance,

    /// <summary>The method is biased by construction.</summary>
    Biased,

    /// <summary>The solve backward in time failed.</summary>
    Failed,

    /// <summary>The loss is not smooth, so that differences say little.</summary>
    Kinks,
}

/// <summary>What a <see cref="GradientCheck"/> found of one method.</summary>
/// <param name="Method">The method.</param>
/// <param name="InitialError">Largest error of the gradient by the initial state along the directions, relative to the largest derivative; not a number where it failed.</param>
/// <param name="ParameterError">The same by the parameters; 0 where there are none.</param>
/// <param name="Time">The time of a solve and its gradient.</param>
/// <param name="Bytes">The memory of the solve, for its gradient.</param>
/// <param name="Cause">Why it differs, as far as that can be told.</param>
/// <param name="Message">What the method itself said; null where it said nothing.</param>
public sealed record GradientCheckEntry(
    GradientMethod Method, double InitialError, double ParameterError, TimeSpan Time, long Bytes, GradientCheckCause Cause, string? Message)
{
    /// <summary>The larger of the two errors.</summary>
    public double Error => Math.Max(InitialError, ParameterError);
}

/// <summary>What a <see cref="GradientCheck"/> found.</summary>
public sealed record GradientCheckResult
{
    /// <summary>The methods, in the order in which they were tried.</summary>
    public required IReadOnlyList<GradientCheckEntry> Entries { get; init => field = ValueList.From(value); }

    /// <summary>How far central differences with a step and with half of it are apart, relative to the largest derivative: errors below it mean nothing.</summary>
    public required double DifferenceError { get; init; }

    /// <summary>The error up to which a gradient was called right.</summary>
    public required double Tolerance { get; init; }

    /// <summary>The fastest of the methods whose gradient is right; null where none is.</summary>
    public GradientCheckEntry? Trusted => Entries.Where(x => x.Error <= Math.Max(Tolerance, 2 * DifferenceError)).MinBy(static x => x.Time);

    /// <summary>A table of the methods, what is wrong with each, and which to trust.</summary>
    /// <returns>Lines of text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine("method         initial state  parameters  time        memory");
        foreach (GradientCheckEntry x in Entries)
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{x.Method.Name,-14} {Number(x.InitialError),-14} {Number(x.ParameterError),-11} {x.Time.TotalMilliseconds,8:0.000} ms {x.Bytes / 1024.0,9:0.0} KiB{Reason(x)}"));
        }

        text.AppendLine(string.Create(
            CultureInfo.InvariantCulture, $"Relative errors against central differences, which are right to {Number(DifferenceError)}."));
        text.Append(
            Trusted is { } best ? $"Trust {best.Method.Name}: it is the fastest of those that are right to {Number(Math.Max(Tolerance, 2 * DifferenceError))}."
            : DifferenceError > Tolerance ? "The loss is not smooth enough along the directions for differences to tell which method is right."
            : "None is right: tighten the tolerances, or take smaller steps.");
        return text.ToString();
    }

    private static string Number(double value) => double.IsNaN(value) ? "failed" : value.ToString("0.0e+0", CultureInfo.InvariantCulture);

    private static string Reason(GradientCheckEntry x) => x.Cause switch
    {
        GradientCheckCause.None => "",
        GradientCheckCause.ReverseFlow => "  the state does not come back when it is integrated backward",
        GradientCheckCause.Steps => "  the steps do not resolve perturbations of the state",
        GradientCheckCause.ParametersBelowTolerance => "  the steps do not resolve the parameters' part, of which the state says nothing",
        GradientCheckCause.Biased => "  biased: it forgets later observations",
        GradientCheckCause.Failed => "  " + x.Message,
        _ => "  the loss is not smooth, so that differences say little",
    };
}
