using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;
using NeuralOde.Solvers;

namespace NeuralOde.Equations.Tests.Simulation;

public class SimulatorTests
{
    private static readonly SimulationOptions s_exact = new() { RelativeTolerance = 1e-12, SmallShare = 1e-2 };

    /// <summary>The states at the times, then their derivatives by all parameters, column after column.</summary>
    private static double[] Solve(EquationModel model, double[] parameters, double[] times, SeriesInput? series = null, SimulationOptions? options = null, bool showsAfter = false)
    {
        int count = parameters.Length;
        Simulator simulator = new(model.Bound, [.. Enumerable.Range(0, count)], options ?? s_exact);
        double[] rows = new double[times.Length * simulator.RowLength];
        Assert.True(
            simulator.Run(series ?? new SeriesInput { Start = model.Bound.Start ?? 0 }, parameters, [.. Enumerable.Repeat(1.0, count)], times, rows, showsAfter),
            simulator.Problem);
        return rows;
    }

    private static double[] Starts(EquationModel model) => [.. model.Bound.Parameters.Select(static x => x.Start)];

    /// <summary>Sensitivities of every state at every time against central differences of fourth order of the states.</summary>
    private static void CheckSensitivities(string text, double[] times, SeriesInput? series = null, SimulationOptions? options = null, double tolerance = 1e-8, double step = 1e-3)
    {
        var model = EquationModel.Parse(text);
        double[] start = Starts(model);
        int n = model.States.Count, row = n * (1 + start.Length);
        double[] exact = Solve(model, start, times, series, options);
        for (int k = 0; k < start.Length; k++)
        {
            double h = step * Math.Max(Math.Abs(start[k]), 0.1);
            double[][] moved = [.. new[] { -2, -1, 1, 2 }.Select(x =>
            {
                double[] p = [.. start];
                p[k] += x * h;
                return Solve(model, p, times, series, options);
            })];
            for (int i = 0; i < times.Length; i++)
            {
                for (int s = 0; s < n; s++)
                {
                    int at = (i * row) + s;
                    double difference = (moved[0][at] - (8 * moved[1][at]) + (8 * moved[2][at]) - moved[3][at]) / (12 * h);
                    double found = exact[(i * row) + ((1 + k) * n) + s];
                    Assert.True(Math.Abs(difference - found) <= tolerance * Math.Max(1, Math.Abs(difference)), FormattableString.Invariant(
                        $"d{model.States[s]}({times[i]})/d{model.Parameters[k]}: {found:R}, by differences {difference:R}"));
                }
            }
        }
    }

    [Fact]
    public void A_decay_has_its_closed_form_and_sensitivities()
    {
        var model = EquationModel.Parse("x' = -k*x\nk = 0.7\nx(0) = 2");
        double[] rows = Solve(model, [0.7, 2], [0, 1, 3]);
        for (int i = 0; i < 3; i++)
        {
            double t = i == 2 ? 3 : i, e = Math.Exp(-0.7 * t);
            Assert.Equal(2 * e, rows[(3 * i) + 0], 1e-11);
            Assert.Equal(-2 * t * e, rows[(3 * i) + 1], 1e-11);
            Assert.Equal(e, rows[(3 * i) + 2], 1e-11);
        }
    }

    [Fact]
    public void A_model_in_the_language_and_the_same_in_code_give_the_same_bits()
    {
        var model = EquationModel.Parse(
            "Hare' = a*Hare - b*Hare*Lynx + exp(-Lynx/3)*sin(t)\nLynx' = -c*Lynx + d*Hare*Lynx^1.5\na = 0.5 fixed\nb = 0.3 fixed\nc = 0.8 fixed\nd = 0.2 fixed");
        SimulationOptions options = new() { RelativeTolerance = 1e-8, Solver = new Tsit5() };
        double[] times = [0, 1, 5.5, 12];
        Simulator simulator = new(EquationModel.Parse(model + "Hare(0) = 3 fixed\nLynx(0) = 4 fixed").Bound, [], options);
        double[] rows = new double[8];
        Assert.True(simulator.Run(new SeriesInput { Start = 0 }, [0.5, 0.3, 0.8, 0.2, 3, 4], [], times, rows));
        double absolute = options.RelativeTolerance * options.SmallShare * 1;
        OdeSolution<double> solution = Ode.Solve(
            (t, y, dy) =>
            {
                dy[0] = (0.5 * y[0]) - (0.3 * y[0] * y[1]) + (Math.Exp(-y[1] / 3) * Math.Sin(t));
                dy[1] = (-0.8 * y[1]) + (0.2 * y[0] * Math.Pow(y[1], 1.5));
            },
            [3.0, 4.0],
            times,
            new Tsit5(),
            new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerances = [absolute, absolute], LimitsAtRest = false } });
        for (int i = 0; i < times.Length; i++)
        {
            Assert.Equal(solution.State(i).ToArray(), rows.AsSpan(2 * i, 2).ToArray());
        }
    }

    [Fact]
    public void Sensitivities_of_an_oscillation_are_exact()
        => CheckSensitivities(
            "Hare' = a*Hare - b*Hare*Lynx\nLynx' = -c*Lynx + d*Hare*Lynx\na = 0.5\nb = 0.3\nc = 0.8\nd = 0.2\nHare(0) = 3\nLynx(0) = 4", [0, 1, 5.5, 12]);

    [Fact]
    public void Amounts_times_lags_and_bioavailability_of_doses_have_exact_sensitivities()
        => CheckSensitivities(
            "A' = -ka*A\nC' = ka*A/V - CL/V*C\nka = 1.2\nV = 2\nCL = 0.7\namount = 3\nbegin = 0.4\nevery = 1.7\nF = 0.8\nlag = 0.3\n"
                + "dose amount -> A at begin every every times 3 lag lag bioavailability F\ndose amount/2 -> C at begin*3 lag lag^2",
            [0, 0.65, 1, 2.2, 4.9, 7]);

    [Fact]
    public void Infusions_of_a_rate_or_a_duration_have_exact_sensitivities()
        => CheckSensitivities(
            "A' = -k*A^1.3\nk = 0.8\namount = 3\nD = 1.1\nR = 2\nlag = 0.2\nF = 0.9\n"
                + "dose amount -> A at 0.1 duration D lag lag\ndose amount -> A at 1 every 2 times 2 rate R bioavailability F",
            [0.05, 0.7, 1.6, 2.1, 2.6, 5, 6]);

    [Fact]
    public void Thresholds_in_time_have_exact_sensitivities()
        => CheckSensitivities(
            "x' = -k*x + a*step(t - t1) + pulse(t, t2, w)*x + if(t > 2*t2, b, 0)\nk = 0.5\na = 2\nt1 = 0.7\nt2 = 1.5\nw = 0.4\nb = 1\nx(0) = 1", [0.5, 1, 1.7, 2.5, 4]);

    [Fact]
    public void Periodic_pulses_are_met_one_by_one()
        => CheckSensitivities("x' = -k*x + if(mod(t, period) < w, a, 0)\nk = 0.5\nperiod = 5\nw = 0.125\na = 30\nx(0) = 1", [2, 22.5, 98.7], tolerance: 2e-7);

    [Fact]
    public void Events_of_states_carry_sensitivities_across()
        => CheckSensitivities(
            "x' = a - b*x*y\ny' = x - y\na = 1\nb = 0.3\nlimit = 1.5\nshare = 0.4\nx(0) = 0.5\nwhen x > limit: x = share*x, y = y + b*t", [0.9, 1.5, 2.5, 6], step: 3e-4);

    [Fact]
    public void A_ball_bounces_as_its_closed_form_says()
    {
        var model = EquationModel.Parse("h' = v\nv' = -g\ng = 9.81\nh(0) = 10\nv(0) = 0\nr = 0.8\nwhen h < 0: v = -r*v");
        double fall = Math.Sqrt(2 * 10 / 9.81), speed = 0.8 * 9.81 * fall, t = 2;
        double[] rows = Solve(model, Starts(model), [t]);
        Assert.Equal((speed * (t - fall)) - (9.81 / 2 * (t - fall) * (t - fall)), rows[0], 1e-9);

        // dv/dh0 = d/dh0 [r g τ − g (t − τ)] with τ = sqrt(2 h0/g), so (1 + r) g τ/(2 h0).
        Assert.Equal(1.8 * 9.81 * fall / 20, rows[(2 * 3) + 1], 1e-8);
    }

    [Fact]
    public void Steady_doses_have_the_closed_form_of_endless_ones()
    {
        var model = EquationModel.Parse("A' = -k*A\nk = 0.3\ndose AMT -> A");
        SeriesInput series = new() { Start = 0, Doses = [new DoseRecord("AMT", 5, 10, 0) { IsSteady = true, Interval = 4 }] };
        double[] rows = Solve(model, [0.3], [5, 7], series);
        double ratio = Math.Exp(-1.2), trough = 10 * ratio / (1 - ratio);
        Assert.Equal(0, rows[0]);
        Assert.Equal((trough + 10) * Math.Exp(-0.6), rows[2], 1e-9);
        double troughBy = -10 * 4 * ratio / ((1 - ratio) * (1 - ratio));
        Assert.Equal((troughBy - (2 * (trough + 10))) * Math.Exp(-0.6), rows[3], 1e-8);
    }

    [Fact]
    public void Steady_infusions_into_a_saturable_system_have_exact_sensitivities()
        => CheckSensitivities(
            "A' = -ka*A\nC' = ka*A/V - Vm*C/(Km + C)\nka = 1.2\nV = 2\nVm = 3\nKm = 1\nD = 1.5\nF = 0.7\ndose AMT -> A duration D bioavailability F",
            [3, 4, 5, 8],
            new SeriesInput { Start = 0, Doses = [new DoseRecord("amt", 3, 10, 0) { IsSteady = true, Interval = 6 }, new DoseRecord("amt", 6, 4, 0)] },
            tolerance: 1e-7);

    [Fact]
    public void Inputs_act_as_their_interpolation_says()
    {
        double[] times = [0, 1, 2.5, 4], values = [1, 3, -1, 2];
        (string, Interpolation, double)[] cases = [("constant", Interpolation.Constant, 1 + 4.5 - 1.5), ("linear", Interpolation.Linear, 2 + 1.5 + 0.75)];
        foreach ((string kind, Interpolation interpolation, double integral) in cases)
        {
            var model = EquationModel.Parse($"x' = a*u\na = 2\ninput u: {kind}");
            SeriesInput series = new() { Start = 0, Inputs = [new InputSignal(times, values, interpolation)] };
            double[] rows = Solve(model, [2], [4], series);
            Assert.Equal(2 * integral, rows[0], 1e-10);
            Assert.Equal(integral, rows[1], 1e-10);
        }

        // A natural spline through the values of a line is the line.
        InputSignal spline = new([0, 1, 2.5, 4], [1, 3, 6, 9], Interpolation.Cubic);
        Assert.Equal(4.4, spline.At(1.7), 1e-14);

        // Through 0, 1, 0 at -1, 0, 1 it is 1 - 1.5 x² + 0.5 |x|³.
        Assert.Equal(1 - 0.375 + 0.0625, new InputSignal([-1, 0, 1], [0, 1, 0], Interpolation.Cubic).At(0.5), 1e-14);
    }

    [Fact]
    public void An_algebraic_equation_gives_what_the_conserved_sum_gives()
    {
        SimulationOptions options = new() { RelativeTolerance = 1e-10, SmallShare = 1e-3 };
        const string Robertson = "x' = -a*x + b*y*z\ny' = a*x - b*y*z - c*y^2\na = 0.04\nb = 1e4\nc = 3e7\nx(0) = 1 fixed\n";

        var model = EquationModel.Parse(Robertson + "0 = x + y + z - 1\nz(0) = 0.5 fixed");
        var other = EquationModel.Parse(Robertson + "z' = c*y^2");
        double[] times = [0.4, 40, 400];
        double[] rows = Solve(model, Starts(model), times, options: options), expected = Solve(other, Starts(other), times, options: options);

        // CVODE's documented solution of Robertson's problem, at its relative tolerance of 1e-4.
        Assert.Equal(9.8517e-1, rows[0], 1e-4);
        int row = rows.Length / 3, same = 3 * 4;
        Assert.Equal(7.1583e-1, rows[row], 1e-4);
        Assert.Equal(4.5053e-1, rows[2 * row], 1e-4);
        for (int i = 0; i < 3; i++)
        {
            for (int k = 0; k < same; k++)
            {
                double wanted = expected[(i * expected.Length / 3) + k], scale = Math.Max(Math.Abs(wanted), 1e-3 * Math.Abs(expected[(i * expected.Length / 3) + (k / 3 * 3)]));
                Assert.True(Math.Abs(rows[(i * row) + k] - wanted) <= 1e-6 * scale, FormattableString.Invariant($"{i}, {k}: {rows[(i * row) + k]:R} and {wanted:R}"));
            }
        }
    }

    [Fact]
    public void A_dose_before_the_start_is_refused()
    {
        var model = EquationModel.Parse("A' = -k*A\nk = 0.3\ndose 1 -> A at -2");
        Simulator simulator = new(model.Bound, [], s_exact);
        Assert.False(simulator.Run(new SeriesInput { Start = 0 }, [0.3], [], [1], new double[1]));
        Assert.Contains("A dose at -2 is before the start at 0", simulator.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_at_a_dose_is_of_before_or_after_as_asked()
    {
        var model = EquationModel.Parse("A' = 0\ndose 3 -> A at 1 every 1 times 2\nB' = 1");
        double[] times = [0, 1, 1, 2, 3];
        Assert.Equal([0, 0, 0, 3, 6], Solve(model, [], times).Where(static (_, i) => i % 2 == 0));
        Assert.Equal([0, 3, 3, 6, 6], Solve(model, [], times, showsAfter: true).Where(static (_, i) => i % 2 == 0));
    }
}
