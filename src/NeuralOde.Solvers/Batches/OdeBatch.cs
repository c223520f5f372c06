using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Many initial value problems of one size, each with its own initial state, parameters and times; and after a solve, what came of each.</summary>
/// <remarks>Reuse it for many solves: memory is taken again only where there are more output times. Not thread-safe.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class OdeBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _initial;
    private readonly T[] _parameters;
    private readonly double[]?[] _times;
    private readonly SolveResult[] _results;
    private readonly long[] _offsets;
    private readonly IReadOnlyList<OdeEvent<T>>[] _events;
    private readonly double[] _reachedTimes;
    private readonly T[] _reached;
    private IReadOnlyList<EventOccurrence<T>>[] _occurrences = [];
    private SolveRecording<T>[] _recordings = [];
    private T[] _states = [];
    private bool _isSolved;
    private bool _keptSteps;

    /// <summary>Makes a batch whose initial states and parameters are zero.</summary>
    /// <param name="count">Number of problems, at least 1.</param>
    /// <param name="stateLength">Number of components of each state, at least 1.</param>
    /// <param name="parameterLength">Number of parameters of each problem; 0 by default.</param>
    public OdeBatch(int count, int stateLength, int parameterLength = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stateLength, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(parameterLength);
        Count = count;
        StateLength = stateLength;
        ParameterLength = parameterLength;
        _initial = new T[checked(count * stateLength)];
        _parameters = new T[checked(count * parameterLength)];
        _times = new double[count][];
        _results = new SolveResult[count];
        _offsets = new long[count + 1];
        _events = new IReadOnlyList<OdeEvent<T>>[count];
        Array.Fill(_events, []);
        _reachedTimes = new double[count];
        _reached = new T[_initial.Length];
    }

    /// <summary>Number of problems.</summary>
    public int Count { get; }

    /// <summary>Number of components of each state.</summary>
    public int StateLength { get; }

    /// <summary>Number of parameters of each problem.</summary>
    public int ParameterLength { get; }

    /// <summary>Whether solves keep every step, for <see cref="Recording"/>: dense output. Problems are then solved one by one on every thread, not in lanes.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool KeepsSteps { get; set; }

    internal int InUse;

    /// <summary>The initial state of a problem, to be written.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The state, <c>[StateLength]</c>.</returns>
    public Span<T> InitialState(int problem) => _initial.AsSpan(Checked(problem) * StateLength, StateLength);

    /// <summary>The parameters of a problem, to be written.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The parameters, <c>[ParameterLength]</c>.</returns>
    public Span<T> Parameters(int problem) => _parameters.AsSpan(Checked(problem) * ParameterLength, ParameterLength);

    /// <summary>The output times of a problem.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The times; empty before they are set.</returns>
    public ReadOnlySpan<double> Times(int problem) => _times[Checked(problem)];

    /// <summary>Sets the same output times for all problems.</summary>
    /// <param name="times">At least two finite times, strictly rising or falling; the first is the initial time.</param>
    public void SetTimes(params ReadOnlySpan<double> times)
    {
        OutputTimes.Validate(times, nameof(times));
        Array.Fill(_times, times.ToArray());
    }

    /// <summary>Sets the output times of one problem: its own interval, direction and number of times.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <param name="times">At least two finite times, strictly rising or falling; the first is the initial time.</param>
    public void SetTimes(int problem, ReadOnlySpan<double> times)
    {
        OutputTimes.Validate(times, nameof(times));
        _times[Checked(problem)] = times.ToArray();
    }

    /// <summary>The events of a problem.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The events; none before they are set.</returns>
    public IReadOnlyList<OdeEvent<T>> Events(int problem) => _events[Checked(problem)];

    /// <summary>Sets the same events for all problems.</summary>
    /// <remarks>Problems with events are solved one by one on every thread, not in lanes. The functions of the events are called from several threads at once.</remarks>
    /// <param name="events">The events, in the place of those before.</param>
    public void SetEvents(params ReadOnlySpan<OdeEvent<T>> events) => Array.Fill(_events, Copy(events));

    /// <summary>Sets the events of one problem.</summary>
    /// <remarks>A problem with events is not solved in lanes. The functions of events that several problems share are called from several threads at once.</remarks>
    /// <param name="problem">Index of the problem.</param>
    /// <param name="events">The events, in the place of those before.</param>
    public void SetEvents(int problem, params ReadOnlySpan<OdeEvent<T>> events) => _events[Checked(problem)] = Copy(events);

    /// <summary>How the last solve of a problem ended, and what it cost.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">The batch has not been solved.</exception>
    public SolveResult Result(int problem)
    {
        RequireSolved();
        return _results[Checked(problem)];
    }

    /// <summary>The state of a problem at one of its output times; NaN where its solve did not get there.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <param name="output">Index of the output time; 0 is the initial state.</param>
    /// <returns>The state, <c>[StateLength]</c>.</returns>
    /// <exception cref="InvalidOperationException">The batch has not been solved.</exception>
    public ReadOnlySpan<T> State(int problem, int output)
    {
        RequireSolved();
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, Times(problem).Length);
        return Output(problem, output);
    }

    /// <summary>The state of a problem at its last output time.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The state, <c>[StateLength]</c>.</returns>
    /// <exception cref="InvalidOperationException">The batch has not been solved.</exception>
    public ReadOnlySpan<T> FinalState(int problem) => State(problem, Times(problem).Length - 1);

    /// <summary>Time that the solve of a problem reached: its last output time, that of a terminal event, or the end of the last step before a failure.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The time.</returns>
    /// <exception cref="InvalidOperationException">The batch has not been solved.</exception>
    public double ReachedTime(int problem) => Result(problem).Status == SolveStatus.Success ? Times(problem)[^1] : _reachedTimes[problem];

    /// <summary>The state of a problem at <see cref="ReachedTime"/>, also where its solve failed.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The state, <c>[StateLength]</c>.</returns>
    /// <exception cref="InvalidOperationException">The batch has not been solved.</exception>
    public ReadOnlySpan<T> ReachedState(int problem)
        => Result(problem).Status == SolveStatus.Success ? FinalState(problem) : _reached.AsSpan(problem * StateLength, StateLength);

    /// <summary>What happened during the solve of a problem, in the order of time.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The events that happened, with the states before and after each.</returns>
    /// <exception cref="InvalidOperationException">The batch has not been solved.</exception>
    public IReadOnlyList<EventOccurrence<T>> Occurrences(int problem)
    {
        RequireSolved();
        return _events[Checked(problem)].Count == 0 || _occurrences.Length == 0 ? [] : _occurrences[problem];
    }

    /// <summary>The steps of a problem's solve, from which the state and its derivative can be read at any time of it.</summary>
    /// <param name="problem">Index of the problem.</param>
    /// <returns>The steps; overwritten by the next solve of this batch.</returns>
    /// <exception cref="InvalidOperationException">The batch has not been solved, or the solve kept no steps: set <see cref="KeepsSteps"/>.</exception>
    public SolveRecording<T> Recording(int problem)
    {
        RequireSolved();
        return _keptSteps ? _recordings[Checked(problem)] : throw new InvalidOperationException("The solve kept no steps: set OdeBatch.KeepsSteps before it.");
    }

    /// <summary>Throws where a problem was not solved: the first of them.</summary>
    /// <exception cref="OdeSolveException">A problem failed; the message says which, where and why.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    public void ThrowIfFailed()
    {
        RequireSolved();
        int failed = Array.FindIndex(_results, static x => !x.IsSuccess);
        if (failed >= 0)
        {
            throw _results[failed].Status == SolveStatus.Canceled
                ? new OperationCanceledException(_results[failed].ToString())
                : new OdeSolveException(_results[failed], FormattableString.Invariant($"Problem {failed} of {Count}: "));
        }
    }

    internal void Begin()
    {
        _isSolved = false;
        _keptSteps = KeepsSteps;
        if (_keptSteps && _recordings.Length == 0)
        {
            _recordings = [.. Enumerable.Range(0, Count).Select(static _ => new SolveRecording<T>())];
        }

        if (HasEvents)
        {
            _occurrences = new IReadOnlyList<EventOccurrence<T>>[Count];
            Array.Fill(_occurrences, []);
        }

        long total = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_times[i] is not { } times)
            {
                throw new InvalidOperationException($"Problem {i} has no output times: call SetTimes first.");
            }

            _offsets[i] = total;
            total += (long)times.Length * StateLength;
        }

        _offsets[Count] = total;
        if (total > Array.MaxLength)
        {
            throw new InvalidOperationException($"The states at all output times of all problems are {total} numbers; at most {Array.MaxLength} can be kept. Split the batch.");
        }

        if (_states.Length < total)
        {
            _states = new T[total];
        }

        _states.AsSpan(0, (int)total).Fill(T.NaN);
    }

    internal void End() => _isSolved = true;

    internal bool HasEvents => Array.Exists(_events, static x => x.Count > 0);

    internal SolveRecording<T>? RecordingFor(int problem) => _keptSteps ? _recordings[problem] : null;

    internal void SetOccurrences(int problem, IReadOnlyList<EventOccurrence<T>> occurrences) => _occurrences[problem] = occurrences;

    /// <summary>Notes the time that a solve reached.</summary>
    /// <returns>Destination of the state there.</returns>
    internal Span<T> SetReached(int problem, double time)
    {
        _reachedTimes[problem] = time;
        return _reached.AsSpan(problem * StateLength, StateLength);
    }

    internal double[] TimesOf(int problem) => _times[problem]!;

    internal Span<T> Output(int problem, int output) => _states.AsSpan((int)_offsets[problem] + (output * StateLength), StateLength);

    internal Span<T> Outputs(int problem) => _states.AsSpan((int)_offsets[problem], (int)(_offsets[problem + 1] - _offsets[problem]));

    /// <summary>Ends a problem before its solve where the caller brought in an initial state that is not finite, or a parameter that is not a number.</summary>
    /// <returns>Whether it did.</returns>
    internal bool Refuse(int problem)
    {
        Span<T> initial = InitialState(problem);
        int component = Reductions.FirstNotFinite<T>(initial);
        SolveStatus status = SolveStatus.InitialStateNotFinite;
        if (component < 0)
        {
            component = FirstNaN(Parameters(problem));
            status = SolveStatus.ParameterNaN;
        }

        if (component < 0)
        {
            return false;
        }

        double start = TimesOf(problem)[0];
        initial.CopyTo(Output(problem, 0));
        SetResult(problem, new SolveResult(status, start, 0, component, default));
        initial.CopyTo(SetReached(problem, start));
        return true;
    }

    internal void SetResult(int problem, in SolveResult result) => _results[problem] = result;

    private static OdeEvent<T>[] Copy(ReadOnlySpan<OdeEvent<T>> events)
    {
        foreach (OdeEvent<T> x in events)
        {
            ArgumentNullException.ThrowIfNull(x, nameof(events));
        }

        return events.ToArray();
    }

    private static int FirstNaN(ReadOnlySpan<T> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (T.IsNaN(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private int Checked(int problem)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(problem);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(problem, Count);
        return problem;
    }

    private void RequireSolved()
    {
        if (!_isSolved)
        {
            throw new InvalidOperationException("The batch has not been solved: give it to BatchIntegrator.Solve first.");
        }
    }
}
