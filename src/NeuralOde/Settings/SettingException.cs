using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Settings;

/// <summary>Why a setting is refused.</summary>
public enum SettingReason
{
    /// <summary>The value is out of its range, or is not a value of its kind.</summary>
    WrongValue,

    /// <summary>The setting is not there.</summary>
    Missing,

    /// <summary>The setting says nothing about options such as these.</summary>
    DoesNotApply,

    /// <summary>Several settings exclude one another.</summary>
    Conflict,
}

/// <summary>A setting cannot be taken.</summary>
public sealed class SettingException : NeuralOdeException
{
    /// <summary>Describes why a setting is refused.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="setting">The setting's name.</param>
    /// <param name="value">The value that is refused, as text; null where there is none.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do; null where the problem says it all.</param>
    public SettingException(SettingReason reason, string setting, string? value, string problem, string? advice = null) : base(problem, advice)
    {
        Reason = reason;
        Setting = setting;
        Value = value;
    }

    /// <summary>Why.</summary>
    public SettingReason Reason { get; }

    /// <summary>The setting's name.</summary>
    public string Setting { get; }

    /// <summary>The value that is refused, as text; null where there is none.</summary>
    public string? Value { get; }

    /// <summary>Throws where a check fails. Texts are written only then.</summary>
    internal static void ThrowIf(
        [DoesNotReturnIf(true)] bool refused,
        SettingReason reason,
        string setting,
        string? value,
        [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage fault,
        [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage advice = default)
    {
        if (refused)
        {
            throw new SettingException(reason, setting, value, fault.Text!, advice.Text);
        }
    }
}
