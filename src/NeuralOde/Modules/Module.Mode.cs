using System.Runtime.InteropServices;

namespace NeuralOde.Modules;

/// <content>Training and evaluation.</content>
public abstract partial class Module
{
    private static long s_modeChanges;

    [ThreadStatic]
    private static HashSet<Module>? s_modeReaders;

    [ThreadStatic]
    private static List<char>? s_modesRead;

    private bool _isTraining = true;
    private bool _dependsOnMode;
    private string _modes = "";
    private long _modesVersion = -1;

    /// <summary>Whether this module is being trained rather than used: some layers, such as batch normalization and dropout, then do something else.</summary>
    /// <value>Default <see langword="true"/>.</value>
    /// <remarks>
    /// A compiled field is compiled for the modes of its modules; it is compiled again when one is switched whose <see cref="IsTraining"/> was
    /// read while the field was compiled.
    /// </remarks>
    public bool IsTraining
    {
        get
        {
            if (Trace.Current is not null)
            {
                s_modeReaders?.Add(this);
                if (!_dependsOnMode)
                {
                    _dependsOnMode = true;
                    MarkModesChanged();
                }
            }

            return _isTraining;
        }
    }

    /// <summary>Switches this module and all modules within it to training.</summary>
    public void SwitchToTraining() => Switch(training: true);

    /// <summary>Switches this module and all modules within it to evaluation: what is computed then depends on the arguments alone, and changes nothing.</summary>
    public void SwitchToEvaluation() => Switch(training: false);

    /// <summary>
    /// The modes that compiled programs of this module depend on, one character for each module that reads its own while it is compiled. Asking
    /// costs nothing while nothing was switched.
    /// </summary>
    internal string Modes
    {
        get
        {
            long version = Interlocked.Read(ref s_modeChanges);
            if (_modesVersion != version)
            {
                // The count is the process's: a switch anywhere leads here, also in the middle of another model's training, so that nothing may be allocated.
                s_modesRead ??= [];
                s_modesRead.Clear();
                AddModes(s_modesRead);
                ReadOnlySpan<char> modes = CollectionsMarshal.AsSpan(s_modesRead);
                if (!modes.SequenceEqual(_modes))
                {
                    _modes = modes.ToString();
                }

                _modesVersion = version;
            }

            return _modes;
        }
    }

    /// <summary>Adds the modes of this module and of those within it that programs depend on, in the order of <see cref="SelfAndWithin"/>.</summary>
    internal virtual void AddModes(List<char> modes)
    {
        if (_dependsOnMode)
        {
            modes.Add(_isTraining ? 't' : 'e');
        }

        foreach ((_, Module module) in _modules)
        {
            module.AddModes(modes);
        }
    }

    /// <summary>This module, then those within it, each before its own.</summary>
    internal virtual IEnumerable<Module> SelfAndWithin() => _modules.SelectMany(static x => x.Module.SelfAndWithin()).Prepend(this);

    /// <summary>Switches this module and all modules within it to evaluation for a while.</summary>
    /// <returns>Dispose of it to give every module the mode back that it had.</returns>
    public IDisposable BeginEvaluation()
    {
        var modes = new ModeScope([.. SelfAndWithin().Select(static x => (x, x._isTraining))]);
        SwitchToEvaluation();
        return modes;
    }

    /// <summary>Runs something that compiles, and says which modules read their mode meanwhile.</summary>
    internal static TResult WatchModes<TResult>(Func<TResult> compile, out IReadOnlyCollection<Module> readers)
    {
        HashSet<Module>? outer = s_modeReaders;
        HashSet<Module> own = s_modeReaders = [];
        try
        {
            return compile();
        }
        finally
        {
            readers = own;
            s_modeReaders = outer;
        }
    }

    private protected static void MarkModesChanged() => Interlocked.Increment(ref s_modeChanges);

    private void Switch(bool training)
    {
        foreach (Module module in SelfAndWithin())
        {
            module._isTraining = training;
        }

        MarkModesChanged();
    }

    private sealed class ModeScope((Module Module, bool IsTraining)[] modes) : IDisposable
    {
        public void Dispose()
        {
            foreach ((Module module, bool isTraining) in modes)
            {
                module._isTraining = isTraining;
            }

            MarkModesChanged();
        }
    }
}
