namespace NeuralOde.Solvers;

/// <summary>Decides from steps and eigenvalues when a method with an explicit and a stiff half changes.</summary>
/// <remarks>
/// Of the explicit half's steps <c>h ρ</c> tells: at the end of its stability interval, the problem is stiff (DOPRI5's test). At tight tolerances it never gets there: stages
/// on a component that decays fast lose their order long before. Then <c>h ρ</c> far beyond what a mode of that eigenvalue could be resolved with says that there is no such
/// mode, and the stiff half is given a trial. If that does not lengthen the steps it was not worth it, and the next trial is put off for twice as long. Where the state rests
/// and the guard keeps the steps short, no stage shows an eigenvalue; then as many steps at the guard's limit tell.
/// </remarks>
/// <param name="tableau">The explicit half.</param>
internal sealed class StiffnessMonitor(ButcherTableau tableau)
{
    // Steps between two looks at the eigenvalue while nothing points at stiffness.
    private const int Interval = 10;

    // Steps at a limit, with fewer than so many others in a row between them.
    private const int StiffSteps = 15, SuspectSteps = 50, CalmSteps = 6;

    // The stability limit is within 3 %, and the eigenvalue an estimate.
    private const double StableShare = 0.9;

    // What resolves a mode is far below this multiple of it.
    private const double Unresolved = 4;

    // Steps in a row within this share of the limits let the explicit half go on.
    private const int EasySteps = 5;
    private const double EasyShare = 0.5;

    // A stiff step costs as much as some explicit ones, so it must be so much longer after so many.
    private const double WorthwhileGrowth = 3;
    private const int TrialSteps = 10;

    // A first value from which others follow by the order.
    private const double KnownTolerance = 1e-6;

    private readonly double _stable = StableShare * tableau.StabilityOnDecay;
    private readonly double _resolved = tableau.RestLimits(KnownTolerance).Precise;
    private readonly double _exponent = 1.0 / (tableau.Order + 1);

    private Streak _stiff, _suspect;
    private double _limit;
    private int _patience;
    private int _sinceLook;
    private int _atRestLimit;
    private int _steps;
    private int _easy;
    private double _sizeBefore;
    private bool _isTrial;

    /// <summary>Whether the next step of the explicit half is looked at.</summary>
    public bool Looks => _suspect.Hits > 0 || _sinceLook >= Interval;

    /// <summary>Largest product of step and eigenvalue that the explicit half goes on with.</summary>
    public double Stable => _stable;

    public void Start() => (_patience, _isTrial) = (SuspectSteps, false);

    /// <summary>Forgets the steps of the half that worked last.</summary>
    public void Restart() => (_stiff, _suspect, _sinceLook, _steps, _easy, _atRestLimit) = (default, default, 0, 0, 0, 0);

    /// <summary>Learns whether a step of the explicit half at rest was as long as the guard allows.</summary>
    public void CountRest(bool isAtLimit) => _atRestLimit = isAtLimit ? _atRestLimit + 1 : 0;

    /// <summary>Learns from a step of the explicit half that was kept.</summary>
    /// <param name="size">Its length.</param>
    /// <param name="radius">Estimate of the largest eigenvalue, where <see cref="Looks"/>.</param>
    /// <param name="tolerance">Tolerance of the step, relative to the state.</param>
    /// <returns>Whether the stiff half takes over.</returns>
    public bool HasBecomeStiff(double size, double radius, double tolerance)
    {
        bool isAtRestLimit = _atRestLimit >= StiffSteps;
        if (!Looks && !isAtRestLimit)
        {
            _sinceLook++;
            return false;
        }

        _sinceLook = 0;
        _limit = Limit(tolerance);
        if (isAtRestLimit)
        {
            (_sizeBefore, _isTrial) = (Math.Abs(size), false);
            return true;
        }

        double product = Math.Abs(size) * radius;
        bool isStiff = _stiff.Count(product > _stable) >= StiffSteps;
        _isTrial = !isStiff && _suspect.Count(product > _limit) >= _patience;
        if (!isStiff && !_isTrial)
        {
            return false;
        }

        _sizeBefore = Math.Abs(size);
        return true;
    }

    /// <summary>Whether the explicit half would take over if a step of the stiff half is kept.</summary>
    public bool WouldEnd(double size, double radius)
        => (_easy >= EasySteps - 1 && IsEasy(size, radius)) || (_isTrial && _steps >= TrialSteps - 1 && !IsWorthwhile(size, radius));

    /// <summary>Learns from a step of the stiff half that was kept.</summary>
    /// <param name="size">Its length.</param>
    /// <param name="radius">Bound of the eigenvalues.</param>
    /// <returns>Whether the explicit half takes over.</returns>
    public bool IsOver(double size, double radius)
    {
        if (WouldEnd(size, radius))
        {
            if (_isTrial && !IsWorthwhile(size, radius))
            {
                _patience = 2 * Math.Min(_patience, int.MaxValue / 4);
            }

            return true;
        }

        _easy = IsEasy(size, radius) ? _easy + 1 : 0;
        _isTrial &= ++_steps < TrialSteps;
        return false;
    }

    private double Limit(double tolerance) => Math.Min(_stable, Unresolved * _resolved * Math.Pow(tolerance / KnownTolerance, _exponent));

    private bool IsEasy(double size, double radius) => Math.Abs(size) * radius < EasyShare * _limit;

    private bool IsWorthwhile(double size, double radius) => Math.Abs(size) * radius > _stable || Math.Abs(size) > WorthwhileGrowth * _sizeBefore;

    /// <summary>Counts hits until there were several others in a row.</summary>
    private struct Streak
    {
        private int _misses;

        public int Hits { get; private set; }

        public int Count(bool isHit)
        {
            _misses = isHit || Hits == 0 ? 0 : _misses + 1;
            return Hits = isHit ? Hits + 1 : _misses < CalmSteps ? Hits : 0;
        }
    }
}
