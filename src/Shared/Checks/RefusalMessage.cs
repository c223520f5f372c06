using System.Globalization;
using System.Runtime.CompilerServices;

namespace NeuralOde.Checks;

/// <summary>The message of a check: a text, or an interpolated string that is evaluated only where the check fails.</summary>
[InterpolatedStringHandler]
internal ref struct RefusalMessage
{
    private readonly string? _text;
    private readonly bool _isInterpolated;
    private DefaultInterpolatedStringHandler _parts;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RefusalMessage(int literalLength, int formattedCount, bool refused, out bool isEvaluated)
    {
        isEvaluated = refused;
        if (refused)
        {
            _isInterpolated = true;
            _parts = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
        }
    }

    private RefusalMessage(string? text) => _text = text;

    /// <summary>The message; null where none was given. It can be read once.</summary>
    public string? Text => _isInterpolated ? _parts.ToStringAndClear() : _text;

    public static implicit operator RefusalMessage(string? text) => new(text);

    public void AppendLiteral(string text) => _parts.AppendLiteral(text);

    public void AppendFormatted<T>(T value, string? format = null) => _parts.AppendFormatted(value, format);

    public void AppendFormatted(ReadOnlySpan<char> value) => _parts.AppendFormatted(value);
}
