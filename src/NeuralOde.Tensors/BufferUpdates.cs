namespace NeuralOde.Tensors;

/// <summary>Switches the moves of buffers (<see cref="Parameter.MoveTowards"/>) off and on, for the current thread.</summary>
/// <remarks>A function that is compiled while they are off becomes a program that moves no buffer: the gradient's part of a training step, for example.</remarks>
public static class BufferUpdates
{
    [ThreadStatic]
    private static int s_disabled;

    /// <summary>Whether buffers are moved.</summary>
    public static bool IsEnabled => s_disabled == 0;

    /// <summary>Moves no buffers until the returned object is disposed.</summary>
    /// <returns>Dispose it to move them again.</returns>
    public static IDisposable Disable()
    {
        s_disabled++;
        return new Scope();
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
