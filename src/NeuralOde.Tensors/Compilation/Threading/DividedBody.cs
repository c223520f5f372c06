using System.Diagnostics;

namespace NeuralOde.Tensors;

/// <summary>A program's instructions, and into how many shares each can be cut: one after the other, each by all threads together.</summary>
/// <remarks>
/// An instruction is cut into one share for each thread. Two for each, which would even out threads of different speed, made a field with its
/// gradient slower (1.66 times one thread's speed on two threads instead of 1.84): what one instruction has written is then in the other core's cache more often.
/// </remarks>
internal sealed class DividedBody
{
    /// <summary>In every so many runs the slower way is tried: its cost is spread thin, and a core that has become free is noticed.</summary>
    private const int RunsBetweenTrials = 128;

    /// <summary>So many runs make a trial, of which the last counts: the first ones wake helpers that sleep.</summary>
    private const int RunsOfTrial = 4;

    private readonly Instruction[] _body;
    private readonly Division[] _divisions;
    private readonly int[] _maxShares;

    private readonly RunTime _divided = new();
    private readonly RunTime _alone = new();
    private int _runs;

    /// <param name="body">The instructions.</param>
    /// <param name="nanosecondsOfShare">The estimated time of the smallest share that is worth handing over.</param>
    public DividedBody(Instruction[] body, double nanosecondsOfShare)
    {
        _body = body;
        _divisions = Array.ConvertAll(body, static x => x.Division);
        _maxShares = Array.ConvertAll(_divisions, x => (int)Math.Min(x.MaxShares, Math.Min(x.Nanoseconds / nanosecondsOfShare, WorkerPool.MaxShares)));
        for (int i = 0; i < body.Length; i++)
        {
            WorthOfThreads += _maxShares[i] > 1 ? _divisions[i].Nanoseconds / CostModel.NanosecondsOfThread : 0;
        }
    }

    /// <summary>How many threads the work that can be shared is enough for.</summary>
    public double WorthOfThreads { get; }

    /// <summary>What a program shares among threads by the cost model, or <see langword="null"/> where it is too little for two.</summary>
    public static DividedBody? Create(Instruction[] body)
    {
        var divided = new DividedBody(body, CostModel.NanosecondsOfShare);
        return divided.WorthOfThreads >= 2 ? divided : null;
    }

    /// <summary>
    /// Runs the instructions, on as many threads as are allowed and worth it, or on this one alone where that was faster lately: when other programs
    /// have the cores, a share waits for a helper that is not running. The other way is tried again now and then. The results have the same bits either way.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run()
    {
        bool isKnown = _divided.IsKnown && _alone.IsKnown;
        int run = isKnown ? _runs++ % RunsBetweenTrials : 0;
        bool isTrial = run >= RunsBetweenTrials - RunsOfTrial;
        bool counts = !isTrial || run == RunsBetweenTrials - 1;
        bool divide = isKnown ? (_divided.Ticks <= _alone.Ticks) ^ isTrial : !_divided.IsKnown;
        long start = Stopwatch.GetTimestamp();
        RunTime time = _divided;
        if (!divide || !TryRun())
        {
            time = _alone;
            RunAlone();
        }

        if (counts)
        {
            time.Add(Stopwatch.GetTimestamp() - start);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunAlone()
    {
        foreach (Instruction instruction in _body)
        {
            instruction.Run();
        }
    }

    /// <summary>
    /// Runs the instructions on as many threads as are allowed and worth it. Returns <see langword="false"/>, with nothing done, where that is one or
    /// others have the helpers.
    /// </summary>
    public bool TryRun() => TryRun((int)Math.Min(ComputeSettings.Current.MaxThreads, WorthOfThreads));

    /// <summary>
    /// The same on a number of threads. Returns <see langword="false"/>, with nothing done, where others have the helpers. They are taken once for
    /// all instructions, so that they stay awake between them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryRun(int threads)
    {
        WorkerPool pool = WorkerPool.Shared;
        if (threads < 2 || !pool.TryEnter(threads))
        {
            return false;
        }

        try
        {
            for (int i = 0; i < _body.Length; i++)
            {
                int shares = Math.Min(_maxShares[i], threads);
                if (shares > 1)
                {
                    pool.Run(_body[i], _divisions[i].Units, shares);
                }
                else
                {
                    _body[i].Run();
                }
            }
        }
        finally
        {
            pool.Exit();
        }

        return true;
    }

    /// <summary>What a run takes lately: the least of the first few, which compile code and wake helpers, then a running mean.</summary>
    private sealed class RunTime
    {
        private const int FirstRuns = 4;

        private int _count;

        public double Ticks { get; private set; } = double.PositiveInfinity;

        public bool IsKnown => _count >= FirstRuns;

        public void Add(double ticks)
        {
            // One slow run, whatever made it slow, counts at most twice the mean.
            Ticks = IsKnown ? Ticks + ((Math.Min(ticks, 2 * Ticks) - Ticks) / 8) : Math.Min(Ticks, ticks);
            _count = IsKnown ? _count : _count + 1;
        }
    }
}
