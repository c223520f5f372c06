using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralOde.Series;

/// <summary>Why series cannot be used.</summary>
public enum SeriesReason
{
    /// <summary>A series, or every series, has fewer than two points with a value.</summary>
    TooFewPoints,

    /// <summary>Holding out so much leaves fewer than two points to learn from.</summary>
    HoldOutTooLarge,

    /// <summary>A component has no value in the part that is learned from.</summary>
    NoTrainingValue,

    /// <summary>A value of a component that is modeled as a logarithm is not above 0.</summary>
    NotPositive,

    /// <summary>There are fewer series than the model needs.</summary>
    TooFewSeries,

    /// <summary>The series have other components or covariates than the model.</summary>
    OtherComponents,

    /// <summary>A series has a class that the model does not know.</summary>
    UnknownClass,

    /// <summary>A series is not known.</summary>
    UnknownSeries,

    /// <summary>A series has no value, so there is nothing to forecast it from.</summary>
    NothingObserved,

    /// <summary>An input has no value where one is needed.</summary>
    InputMissing,

    /// <summary>A text is not a saved standardization.</summary>
    NotAScaling,
}

/// <summary>Series are read, but cannot be learned from, scaled or forecast as they are.</summary>
public sealed class SeriesException : NeuralOdeException
{
    /// <summary>Describes what is wrong.</summary>
    /// <param name="reason">Why the series cannot be used.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do; null where there is nothing to say.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public SeriesException(SeriesReason reason, string problem, string? advice = null, Exception? inner = null)
        : base(problem, advice, inner) => Reason = reason;

    /// <summary>Why the series cannot be used.</summary>
    public SeriesReason Reason { get; }

    /// <summary>The series' id; null where the fault is not one series', or it has none.</summary>
    public string? Series { get; init; }

    /// <summary>The component's name; null where the fault is not one component's.</summary>
    public string? Component { get; init; }

    /// <summary>Throws where a check fails. Texts are written only then.</summary>
    internal static void ThrowIf(
        [DoesNotReturnIf(true)] bool refused,
        SeriesReason reason,
        [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage fault,
        [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage advice = default)
    {
        if (refused)
        {
            throw new SeriesException(reason, fault.Text!, advice.Text);
        }
    }
}
