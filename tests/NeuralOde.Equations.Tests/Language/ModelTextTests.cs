using FsCheck;
using FsCheck.Fluent;
using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Tests.Language;

public class ModelTextTests
{
    public static TheoryData<string> Models => [.. ModelTexts.All];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_prints_itself_as_text_that_reads_back_as_the_same(string text)
    {
        string printed = EquationModel.Parse(text).ToString();
        Assert.Equal(printed, EquationModel.Parse(printed).ToString());
    }

    [Fact]
    public void Three_spellings_of_a_derivative_mean_the_same()
    {
        string[] printed = [.. new[] { "x' = -x", "dx/dt = -x", "d/dt(x) = -x" }.Select(static x => EquationModel.Parse(x).ToString())];
        Assert.All(printed, static x => Assert.Equal("x' = -x\n", x));
    }

    [Fact]
    public void A_model_has_states_parameters_and_observables_in_order()
    {
        var model = EquationModel.Parse(ModelTexts.HareLynx);
        Assert.Equal(["Hare", "Lynx"], model.States);
        Assert.Equal(["a", "b", "c", "d", "Hare(0)", "Lynx(0)", "sd(Hare)", "sd(Lynx)"], model.Parameters);
        Assert.Equal(["Hare", "Lynx"], model.Observables);
    }

    [Fact]
    public void Any_expression_reads_back_as_the_same_expression()
    {
        Gen<Expression> leaf = Gen.OneOf(
            Gen.Select(ArbMap.Default.GeneratorFor<double>().Where(static x => double.IsFinite(x) && x >= 0), static x => (Expression)new NumberExpression(0, x)),
            Gen.Select(Gen.Elements("x", "y", "lag", "not", "a b"), static x => (Expression)new NameExpression(0, x)));
        Gen<Expression> Tree(int size) => size <= 1
            ? leaf
            : Gen.OneOf(
                leaf,
                Pair(Gen.Elements("-", "not"), Tree(size - 1), static (s, x) => new PrefixExpression(0, s, x)),
                Gen.SelectMany(
                    Gen.Elements("+", "-", "*", "/", "^", "<", "==", "and", "or"),
                    s => Pair(Tree(size / 2), Tree(size / 2), (a, b) => new InfixExpression(0, s, a, b))),
                Pair(Tree(size / 2), Tree(size / 2), static (a, b) => new CallExpression(0, "f", [a, b], [("hidden", a)])));
        Prop.ForAll(Gen.Sized(static size => Gen.Constant(Math.Min(size, 24))).SelectMany(Tree).ToArbitrary(), static expression =>
        {
            // In parentheses comparisons and logic may stand in a definition.
            string text = $"q = ({ModelPrinter.Print(expression)}) + 0";
            Statement read = Assert.Single(ModelParser.Parse(new SourceText(text, "test")));
            InfixExpression sum = Assert.IsType<InfixExpression>(Assert.IsType<DefinitionStatement>(read).Value);
            Assert.True(Same(expression, sum.Left), text);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("Hare' = Hares", "model, line 1, column 9: There is no 'Hares'. Did you mean 'Hare'?\n    Hare' = Hares\n            ^")]
    [InlineData("x' = -k*x\nk = 1", "")]
    [InlineData("x' = exq(x)", "model, line 1, column 6: There is no function 'exq'. Did you mean 'exp'?")]
    [InlineData("x' = -x\nk = 1", "model, line 2, column 1: Nothing depends on the parameter k")]
    [InlineData("x' = -x\nx' = x", "model, line 2, column 1: There are two equations for x'.")]
    [InlineData("x' = -x\ny(0) = 1", "model, line 2, column 1: y has an initial value but no equation.")]
    [InlineData("a = b + x\nb = a\nx' = a", "go in a circle")]
    [InlineData("x' = 1/0", "model, line 1, column 7: This divides by zero.")]
    [InlineData("x' = -k*x\nk = -1 > 0", "model, line 2, column 1: The start value of k, -1, is not within its bounds, 0 to Infinity.")]
    [InlineData("x' = 3x", "model, line 1, column 7: A name cannot follow a number without an operator.")]
    [InlineData("x' = (1 + x", "model, line 1, column 12: Expected ')' after the expression in parentheses")]
    [InlineData("x' = -x\nobserv x", "Did you mean 'observe'?")]
    [InlineData("x' = -x\nobserve x: lognorm", "model, line 2, column 12: There is no noise model 'lognorm'. Did you mean 'lognormal'?")]
    [InlineData("x' = -x\ndose 3 -> y", "There is no state 'y'")]
    [InlineData("x' = -x\ndose 3 -> x untill 4", "model, line 2, column 13: There is no 'untill' of a dose.")]
    [InlineData("t = 3\nx' = t", "'t' is the time")]
    [InlineData("x' = x\nx(1) = 3", "An initial value is written x(0)")]
    [InlineData("0 = x", "There are more algebraic equations than states")]
    [InlineData("y = 3", "The model has no state.")]
    [InlineData("x' = $", "The character '$' has no meaning here.")]
    public void A_fault_is_named_with_its_place_and_what_was_meant(string text, string message)
    {
        if (message.Length == 0)
        {
            EquationModel.Parse(text);
            return;
        }

        ModelTextException e = Assert.Throws<ModelTextException>(() => EquationModel.Parse(text));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_and_long_texts_are_refused_or_read_but_never_overflow_the_stack()
    {
        Assert.Throws<ModelTextException>(() => EquationModel.Parse("x' = " + new string('(', 100_000)));
        Assert.Throws<ModelTextException>(() => EquationModel.Parse("x' = " + new string('-', 100_000) + "x"));
        Assert.Throws<ModelTextException>(() => EquationModel.Parse("x' = x" + string.Concat(Enumerable.Repeat("^x", 10_000))));
        Assert.Throws<ModelTextException>(() => EquationModel.Parse("x' = x" + string.Concat(Enumerable.Repeat("+x", 100_000))));
        EquationModel.Parse("x' = x" + string.Concat(Enumerable.Repeat("+x", 1_900)));
    }

    [Fact]
    public void Damaged_texts_are_models_or_clear_faults()
    {
        string[] words =
            ["(", ")", "'", "=", "->", "when", "observe", "dose", " 0 ", "\n", "~", "[", "1e9", "x", ":", ",", "\"", "`", "\0", "\uD800", "if(", "^", "^-", "per series"];
        Random random = new(20261128);
        string[] seeds = [.. ModelTexts.All, "x' = -k*x\nk = 1\nobserve x", "0 = x - 1\nx(0) = 1 fixed\ny' = x"];
        int count = int.Parse(Environment.GetEnvironmentVariable("NEURALODE_DAMAGED_TEXTS") ?? "100000", System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < count; i++)
        {
            string text = seeds[random.Next(seeds.Length)];
            for (int n = random.Next(1, 4); n > 0 && text.Length > 0; n--)
            {
                int at = random.Next(text.Length), length = Math.Min(random.Next(12), text.Length - at);
                text = random.Next(3) switch
                {
                    0 => text.Remove(at, length),
                    1 => text.Insert(at, words[random.Next(words.Length)]),
                    _ => text.Insert(at, text.Substring(random.Next(text.Length - length), length)),
                };
            }

            try
            {
                string printed = EquationModel.Parse(text).ToString();
                Assert.Equal(printed, EquationModel.Parse(printed).ToString());
            }
            catch (ModelTextException e)
            {
                Assert.NotEmpty(e.Fault);
            }
        }
    }

    private static Gen<Expression> Pair<TA, TB>(Gen<TA> first, Gen<TB> second, Func<TA, TB, Expression> make)
        => Gen.SelectMany(first, a => Gen.Select(second, b => make(a, b)));

    private static bool Same(Expression a, Expression b) => (a, b) switch
    {
        (NumberExpression x, NumberExpression y) => x.Value.Equals(y.Value),
        (NameExpression x, NameExpression y) => x.Name == y.Name,
        (PrefixExpression x, PrefixExpression y) => x.Symbol == y.Symbol && Same(x.Operand, y.Operand),
        (InfixExpression x, InfixExpression y) => x.Symbol == y.Symbol && Same(x.Left, y.Left) && Same(x.Right, y.Right),
        (CallExpression x, CallExpression y) => x.Function == y.Function && x.Arguments.Zip(y.Arguments).All(static p => Same(p.First, p.Second))
            && x.Options.Zip(y.Options).All(static p => p.First.Name == p.Second.Name && Same(p.First.Value, p.Second.Value)),
        _ => false,
    };
}
