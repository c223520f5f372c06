namespace NeuralOde.Tensors;

/// <summary>Switches the recording of eager operations off and on, for the current thread.</summary>
public static class GradientMode
{
    [ThreadStatic]
    private static int s_disabled;

    /// <summary>Whether operations on tensors that require a gradient are recorded.</summary>
    public static bool IsEnabled => s_disabled == 0;

    /// <summary>Records nothing until the returned object is disposed: for evaluation and prediction.</summary>
    /// <returns>Dispose it to record again.</returns>
    public static IDisposable Disable()
    {
        s_disabled++;
        return new Scope();
    }

    /// <summary>Records, whatever was disabled before, until the returned object is disposed.</summary>
    internal static EnabledScope Enable()
    {
        int before = s_disabled;
        s_disabled = 0;
        return new EnabledScope(before);
    }

    internal readonly ref struct EnabledScope(int before) : IDisposable
    {
        public void Dispose() => s_disabled = before;
    }

    private sealed class Scope : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            if (!_disposed)
            {
                _disposed = true;
                s_disabled--;
            }
        }
    }
}
