using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The equations of a step: <c>z_1 + Λ′(0) e = h f(t, z_0 + e)</c>, for the correction e; with a mass matrix <c>M (z_1 + Λ′(0) e) = h f</c>.</summary>
/// <remarks>
/// Stopping rule of VODE and CVODE: the error that is left, estimated by the rate of convergence, is at most a share of the tolerance. The rate is kept from step to step
/// until the matrix of the iteration changes.
/// </remarks>
internal sealed unsafe partial class NordsieckStepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxIterations = 3;

    // What is left of a correction's error enters the history, and the next corrections with up to the factor 2^q, as it does in differences of order q: it must not look
    // like an error of the method.
    // Where CVODE asks for a tenth of the tolerance whatever the order, BDF of order 5 takes half as many steps again on the stiff classics, and Adams of order 9 may lose
    // itself in ever shorter steps.
    private const double Tolerance = 0.3;
    private const double RateDecay = 0.3;
    private const double Divergence = 2;

    private readonly MultistepNewton<T>? _newton;
    private double _roundOff;
    private double _rate;
    private double _norm;

    /// <summary>Inserts the last iterate into the field.</summary>
    private StepOutcome Iterate(double t, double h)
    {
        double slope = _formula.Correction[1], limit = Limit(), previous = 0;
        T gamma = T.CreateTruncating(h / slope), rho = T.CreateTruncating(1 / slope);
        T* change = Row(_change), z = Row(_z), end = Row(_end), value = Row(_value), residual = Row(_residual), weights = Row(_weights);
        Begin(change, z, end);
        _rate = 1;
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            EvaluateField(t, _z, _value);
            NordsieckKernel.Residual(residual, value, gamma, end + _stride, rho, change, _length);
            double sum = NordsieckKernel.Correct(residual, T.One, change, end, z, weights, _length);
            StepOutcome? outcome = Test(sum, T.One, iteration, limit, ref previous);
            if (outcome is { } known)
            {
                return known;
            }
        }

        return StepOutcome.NewtonFailed;
    }

    private StepOutcome SolveNewton(double t, double h)
    {
        MultistepNewton<T> newton = _newton!;
        double slope = _formula.Correction[1], limit = Limit();
        double gamma = h / slope;
        T* change = Row(_change), z = Row(_z), end = Row(_end), value = Row(_value), residual = Row(_residual), weights = Row(_weights);
        T tGamma = T.CreateTruncating(gamma), rho = T.CreateTruncating(1 / slope);
        bool isFresh = false;
        while (true)
        {
            Begin(change, z, end);
            EvaluateField(t, _z, _value);
            if (newton.NeedsMatrix(gamma))
            {
                _rate = 1;
                isFresh = newton.Prepare(t, new ReadOnlySpan<T>(z, StateLength), new ReadOnlySpan<T>(value, StateLength), h, gamma, ref Counts, out bool isRegular);
                if (!isRegular)
                {
                    newton.Discard();
                    return Reductions.FirstNotFinite(new ReadOnlySpan<T>(value, StateLength)) < 0 ? StepOutcome.NewtonFailed : StepOutcome.NotFinite;
                }
            }

            T scale = _formula.IsForStiffProblems ? T.CreateTruncating(newton.Scale(gamma)) : T.One;
            double previous = 0;
            StepOutcome outcome = StepOutcome.NewtonFailed;
            for (int iteration = 0; iteration < MaxIterations; iteration++)
            {
                if (iteration > 0)
                {
                    EvaluateField(t, _z, _value);
                }

                Counts.NewtonIterations++;
                if (Problem.MassMatrix is null)
                {
                    NordsieckKernel.Residual(residual, value, tGamma, end + _stride, rho, change, _length);
                }
                else
                {
                    MassResidual(residual, value, tGamma, end + _stride, rho, change);
                }

                newton.Solve(residual);
                double sum = NordsieckKernel.Correct(residual, scale, change, end, z, weights, _length);
                StepOutcome? known = Test(sum, scale, iteration, limit, ref previous);
                if (known is { } end1)
                {
                    outcome = end1;
                    break;
                }
            }

            if (outcome == StepOutcome.Complete)
            {
                return outcome;
            }

            // A Jacobian of an earlier step may be what failed; one of this step leaves a shorter step only.
            newton.Discard();
            if (isFresh)
            {
                return outcome;
            }
        }
    }

    /// <summary>The largest norm of what may be left of a correction; no less than what its round-off is.</summary>
    private double Limit() => Math.Max(_roundOff, Tolerance / (_formula.ErrorFactor * (1 << _order)));

    private void Begin(T* change, T* z, T* predicted)
    {
        new Span<T>(change, _length).Clear();
        new ReadOnlySpan<T>(predicted, _length).CopyTo(new Span<T>(z, _length));
    }

    /// <summary>Whether the iteration has converged, diverges, or goes on.</summary>
    private StepOutcome? Test(double sum, T scale, int iteration, double limit, ref double previous)
    {
        // The kernel that corrects has measured already; a user's norm looks itself, at residuals that are corrections by now.
        double norm = Scale.Norm.Function is null ? Math.Sqrt(sum / Scale.Norm.Count) : Measure(Row(_residual), Row(_residual), scale - T.One);
        if (!double.IsFinite(norm))
        {
            return StepOutcome.NotFinite;
        }

        if (iteration > 0)
        {
            _rate = Math.Max(RateDecay * _rate, norm / previous);
        }

        if (norm * Math.Min(1, _rate) <= limit)
        {
            _norm = iteration == 0 ? norm : Measure(Row(_change), Row(_change), T.Zero);
            return StepOutcome.Complete;
        }

        if (iteration > 0 && norm > Divergence * previous)
        {
            return StepOutcome.NewtonFailed;
        }

        previous = norm;
        return null;
    }

    private void MassResidual(T* residual, T* f, T gamma, T* slope, T rho, T* change)
    {
        T* difference = Row(_scratch);
        for (int i = 0; i < StateLength; i++)
        {
            difference[i] = (rho * slope[i]) + change[i];
        }

        Problem.MassMatrix!.Multiply(new ReadOnlySpan<T>(difference, StateLength), new Span<T>(residual, StateLength));
        for (int i = 0; i < StateLength; i++)
        {
            residual[i] = (gamma * f[i]) - residual[i];
        }
    }
}
