using System.Globalization;
using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;
using NeuralOde.Settings;
using NeuralOde.Solvers;

namespace NeuralOde.Tests.Settings;

public class SettingListTests
{
    private static readonly SampleOptions s_defaults = new();

    [Fact]
    public void Text_gives_the_same_options_again_for_random_values()
    {
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            SampleOptions options = Drawn(random);
            SampleOptions.Settings.Check(options);
            SampleOptions back = SampleOptions.Settings.FromText(s_defaults, Text(options));
            Assert.Equal(SampleOptions.Settings.ToText(options), SampleOptions.Settings.ToText(back));
            Assert.Equal((options.Rate, options.Noise, options.Bound, options.Seed, options.Part), (back.Rate, back.Noise, back.Bound, back.Seed, back.Part));
            Assert.Equal(options.Solver.Steps, back.Solver.Steps);
            Assert.Equal(options.Kind == SampleKind.Network ? options.Hidden : s_defaults.Hidden, back.Hidden);
        }
    }

    [Fact]
    public void Text_is_the_same_in_every_culture()
    {
        SampleOptions options = s_defaults with { Rate = 1234.5, Noise = 0.125, Series = 1_000 };
        IReadOnlyList<(string, string)> text = SampleOptions.Settings.ToText(options);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };
            Assert.Equal(text, SampleOptions.Settings.ToText(options));
            Assert.Equal(options.Rate, SampleOptions.Settings.FromText(s_defaults, Text(options)).Rate);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Values_at_the_bounds_are_taken_and_those_beyond_are_refused_by_name()
    {
        foreach (int series in new[] { 1, 1_000 })
        {
            SampleOptions.Settings.Check(s_defaults with { Series = series });
        }

        AssertRefused("series", s_defaults with { Series = 0 }, "a whole number from 1 to 1,000; got 0");
        AssertRefused("series", s_defaults with { Series = 1_001 }, "got 1001");
        AssertRefused("learning rate", s_defaults with { Rate = 0 }, "a number above 0");
        AssertRefused("learning rate", s_defaults with { Rate = double.NaN }, "NaN");
        AssertRefused("noise", s_defaults with { Noise = 1.5 }, "a number from 0 to 1");
        AssertRefused("bound on the gradient's norm", s_defaults with { Bound = -1 }, "or none");
        AssertRefused("kind", s_defaults with { Kind = (SampleKind)7 }, "one of network, matrix");
        AssertRefused("hidden", s_defaults with { Hidden = [] }, "whole numbers from 1");
        AssertRefused("hidden", s_defaults with { Hidden = [16, 0] }, "whole numbers from 1");
        AssertRefused("count", s_defaults with { Part = new SamplePart { Count = 10 } }, "from 1 to 9");
        AssertRefused("solver", s_defaults with { Solver = s_defaults.Solver with { Solver = new Euler() } }, "fixed steps");
        Assert.Equal(SettingReason.Conflict, AssertRefused("series", s_defaults with { Series = 1, Noise = 0.5 }, "Take more series.").Reason);
    }

    [Theory]
    [InlineData("series", "200.5")]
    [InlineData("series", null)]
    [InlineData("kind", "cube")]
    [InlineData("hidden", "16,x")]
    [InlineData("solver", "rk5")]
    [InlineData("tolerances", "1e-3")]
    [InlineData("count", "0")]
    [InlineData("shuffled", "perhaps")]
    public void Text_that_cannot_be_is_refused_by_name(string name, string? value)
    {
        Dictionary<string, string> text = Text(s_defaults);
        if (value is null)
        {
            text.Remove(name);
        }
        else
        {
            text[name] = value;
        }

        SettingException e = Assert.Throws<SettingException>(() => SampleOptions.Settings.FromText(s_defaults, text));
        Assert.Equal(name, e.Setting);
        Assert.Equal(value is null ? SettingReason.Missing : SettingReason.WrongValue, e.Reason);
    }

    [Fact]
    public void What_was_typed_takes_the_place_of_defaults()
    {
        SampleOptions options = Apply(
            ("kind", "Network"), ("series", "1,000"), ("clip", "2"), ("hidden", "8,4"), ("shuffled", "yes"), ("count", "5"), ("names", "a, b"), ("seed", "-7"));
        Assert.Equal((1_000, 2.0, true, 5, -7L), (options.Series, options.Bound, options.IsShuffled, options.Part.Count, options.Seed));
        Assert.Equal([8, 4], options.Hidden);
        Assert.Equal(["a", "b"], options.Names);
        Assert.Null(Apply(("clip", "none")).Bound);
    }

    [Theory]
    [InlineData("series", "0", "--series takes a whole number from 1 to 1,000; got '0'.")]
    [InlineData("learning-rate", "0,01", "with a point, not a comma")]
    [InlineData("kind", "netwrk", "There is no kind 'netwrk'. Did you mean 'network'? The choices are network, matrix.")]
    [InlineData("solver", "rk5", "There is no solver 'rk5'.")]
    [InlineData("gradient", "magic", "There is no gradient method 'magic'. The choices are direct, adjoint, truncated, interpolated, gauss, reversible, forward, auto.")]
    public void What_was_typed_wrong_is_told_with_the_option(string input, string text, string message) =>
        Assert.Contains(message, Assert.Throws<SettingException>(() => Apply((input, text))).Message);

    [Fact]
    public void A_setting_that_does_not_apply_is_neither_written_nor_taken()
    {
        SampleOptions matrix = s_defaults with { Kind = SampleKind.Matrix };
        Assert.DoesNotContain(SampleOptions.Settings.ToText(matrix), x => x.Name == "hidden");
        SettingException e = Assert.Throws<SettingException>(() => Apply(("kind", "matrix"), ("hidden", "4")));
        Assert.Equal((SettingReason.DoesNotApply, "Matrix has no layers, so it takes no --hidden."), (e.Reason, e.Message));
    }

    [Fact]
    public void Solver_steps_and_tolerances_go_together()
    {
        Assert.Equal(FixedSteps.OfLength(0.05), Apply(("solver", "euler")).Solver.Steps);
        Assert.Equal(FixedSteps.OfLength(0.2), Apply(("solver", "tsit5"), ("step", "0.2")).Solver.Steps);
        Assert.Equal(SolverChoice.Tolerances(1e-6, 1e-7), Apply(("solver", "dopri5"), ("rtol", "1e-6")).Solver.Steps);
        Assert.Equal(SolverChoice.Tolerances(1e-3, 1e-8), Apply(("atol", "1e-8")).Solver.Steps);
        Assert.Equal(GradientMethod.BacksolveAdjoint, Apply(("gradient", "adjoint")).Solver.Gradient);
        Assert.Contains("--step asks for fixed steps", Assert.Throws<SettingException>(() => Apply(("step", "0.1"), ("rtol", "1e-3"))).Message);
        Assert.Contains("euler has no error estimate", Assert.Throws<SettingException>(() => Apply(("solver", "euler"), ("rtol", "1e-3"))).Message);
        Assert.Equal(OdeSolver.Names.Where(x => OdeSolver.Parse(x) is { IsAdaptive: true, NeedsPositions: false }), SolverChoice.AdaptiveNames);
        Assert.Equal(GradientMethod.Direct, Apply(("solver", "bdf")).Solver.Gradient);
        Assert.Equal(GradientMethod.Direct, Apply(("solver", "rodas5p")).Solver.Gradient);
        Assert.Contains("positions", Assert.Throws<SettingException>(() => Apply(("solver", "verlet"))).Message);
        Assert.Contains("not --step", Assert.Throws<SettingException>(() => Apply(("solver", "bdf"), ("step", "0.1"))).Message);
    }

    [Fact]
    public void A_gradient_method_has_its_settings_after_its_name()
    {
        BacksolveAdjoint method = Method("Adjoint, norm=full, solver=dopri5, rtol=1e-5, check=0");
        Assert.Equal((AdjointNorm.Full, "dopri5", 0), (method.Norm, method.Solver!.Name, method.CheckInterval));
        Assert.Equal(SolverDefaults.Steps with { RelativeTolerance = 1e-5 }, method.Steps);
        Assert.Equal("adjoint,norm=full,solver=dopri5,rtol=1E-05,atol=1E-09,check=0", Text(s_defaults with { Solver = s_defaults.Solver with { Gradient = method } })["gradient"]);
        Assert.Equal("direct", Text(s_defaults)["gradient"]);
        Assert.Contains("has the settings norm, solver, step, rtol, atol and check", Fault("adjoint,size=3"), StringComparison.Ordinal);
        Assert.Contains("has no settings", Fault("truncated,size=3"), StringComparison.Ordinal);
        Assert.Contains("given twice", Fault("direct,check=3,check=4"), StringComparison.Ordinal);
        Assert.Contains("check", Fault("direct,check=-3"), StringComparison.Ordinal);
        Assert.Contains("There is no solver 'dopri6'", Fault("adjoint,solver=dopri6"), StringComparison.Ordinal);

        static BacksolveAdjoint Method(string text) => (BacksolveAdjoint)Apply(("gradient", text)).Solver.Gradient;
        static string Fault(string text) => Assert.Throws<SettingException>(() => Apply(("gradient", text))).Message;
    }

    [Fact]
    public void Help_names_the_choices_and_the_defaults()
    {
        var inputs = SampleOptions.Settings.SelectMany(x => x.Inputs).ToDictionary(x => x.Name);
        Assert.Equal("What it is: network or matrix. A matrix is linear.", inputs["kind"].Help);
        Assert.Equal(("N", "200"), (inputs["series"].ValueName, inputs["series"].Default(s_defaults)));
        Assert.Equal(("X", "none"), (inputs["clip"].ValueName, inputs["clip"].Default(s_defaults)));
        Assert.Equal("1e-5", inputs["learning-rate"].Default(s_defaults with { Rate = 1e-5 }));
        Assert.Null(inputs["shuffled"].ValueName);
        Assert.Equal("tsit5 with --rtol 1e-3 --atol 1e-4", inputs["solver"].Default(s_defaults));
        Assert.All(SolverChoice.Names, x => Assert.Contains(x, inputs["solver"].Help));
        Assert.Equal("3", inputs["count"].Default(s_defaults));
    }

    private static SampleOptions Apply(params (string Name, string Text)[] given) => SampleOptions.Settings.Apply(s_defaults, given.ToDictionary(x => x.Name, x => x.Text));

    private static Dictionary<string, string> Text(SampleOptions options) => SampleOptions.Settings.ToText(options).ToDictionary(x => x.Name, x => x.Value);

    private static SettingException AssertRefused(string setting, SampleOptions options, string message)
    {
        SettingException e = Assert.Throws<SettingException>(() => SampleOptions.Settings.Check(options));
        Assert.Equal(setting, e.Setting);
        Assert.Contains(message, e.Message);
        return e;
    }

    private static SampleOptions Drawn(Random random)
    {
        double Positive() => Math.Exp((40 * random.NextDouble()) - 20);
        return new SampleOptions
        {
            Kind = (SampleKind)random.Next(2),
            Series = random.Next(2, 1_001),
            Rate = Positive(),
            Noise = random.NextDouble(),
            Bound = random.Next(2) == 0 ? null : Positive(),
            Patience = random.Next(2) == 0 ? null : random.Next(1, 51),
            IsShuffled = random.Next(2) == 0,
            Hidden = [.. Enumerable.Range(0, random.Next(1, 21)).Select(_ => random.Next(1, 10_001))],
            Column = random.Next(2) == 0 ? null : "day",
            Names = random.Next(2) == 0 ? null : ["hare", "lynx"],
            Schedule = random.Next(2) == 0 ? LearningRateSchedule.Constant : LearningRateSchedule.Cosine(),
            Seed = random.NextInt64(long.MinValue, long.MaxValue),
            Part = new SamplePart { Count = random.Next(1, 10) },
            Solver = new SolverChoice(
                OdeSolver.Parse(((string[])["bosh3", "dopri5", "tsit5", "kvaerno3"])[random.Next(4)]),
                random.Next(3) switch
                {
                    0 => FixedSteps.PerInterval(random.Next(1, 100)),
                    1 => FixedSteps.OfLength(Positive()),
                    _ => SolverChoice.Tolerances(Positive(), Positive()),
                },
                GradientMethod.All[random.Next(5)]),
        };
    }
}
