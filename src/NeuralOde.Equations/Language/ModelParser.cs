namespace NeuralOde.Equations.Language;

/// <summary>Reads the statements of a model.</summary>
internal sealed class ModelParser : ExpressionParser
{
    /// <summary>Words that begin a statement, unless a definition of that name follows.</summary>
    public static readonly string[] Keywords = ["observe", "input", "covariate", "dose", "when", "correlate", "start"];

    private static readonly string[] s_doseWords = ["at", "every", "times", "rate", "duration", "lag", "bioavailability"];

    private ModelParser(SourceText source)
        : base(source)
    {
    }

    public static IReadOnlyList<Statement> Parse(SourceText source)
    {
        var parser = new ModelParser(source);
        List<Statement> statements = [];
        while (parser.Current.Kind != TokenKind.End)
        {
            if (parser.Current.Kind == TokenKind.NewLine)
            {
                parser.Take();
                continue;
            }

            statements.Add(parser.Statement());
            if (parser.Current.Kind is not (TokenKind.NewLine or TokenKind.End))
            {
                throw parser.Unexpected("the end of the statement");
            }
        }

        return statements;
    }

    private Statement Statement()
    {
        Token first = Current;
        if (first.Kind == TokenKind.Number)
        {
            return Algebraic(first);
        }

        if (first.Kind != TokenKind.Name)
        {
            throw Unexpected("a statement, such as x' = -a*x, a = 0.5 > 0, x(0) = 1, or observe x");
        }

        bool defines = Ahead(1).Is("=") || Ahead(1).Is("'") || (Ahead(1).Is("(") && Ahead(2).Kind == TokenKind.Number && Ahead(3).Is(")"));
        if (!defines && !first.IsQuoted)
        {
            switch (first.Text)
            {
                case "observe":
                    return Observe();
                case "input":
                    return Input();
                case "covariate":
                    return Covariate();
                case "dose":
                    return Dose();
                case "when":
                    return When();
                case "correlate":
                    Take();
                    return new CorrelateStatement(first.Position, Names("the name of a parameter that varies between series"));
                case "start":
                    Take();
                    return new StartStatement(first.Position, Sum());
                default:
                    break;
            }
        }

        return IsLeibniz(first) ? Leibniz(first) : Definition(first, defines);
    }

    private AlgebraicStatement Algebraic(Token first)
    {
        if (first.Value != 0 || !Ahead(1).Is("="))
        {
            throw Source.Fault(ModelTextReason.Syntax, first.Position, "A statement begins with a name; only an algebraic equation begins with a number, as 0 = x + y - 1.");
        }

        Take();
        Take();
        return new AlgebraicStatement(first.Position, Sum());
    }

    /// <summary>Whether <c>dx/dt =</c> or <c>d/dt(x) =</c> begins here.</summary>
    private bool IsLeibniz(Token first)
        => !first.IsQuoted && first.Text.StartsWith('d') && Ahead(1).Is("/") && Ahead(2).IsWord("dt") && (first.Text == "d" ? Ahead(3).Is("(") : Ahead(3).Is("="));

    private DerivativeStatement Leibniz(Token first)
    {
        Take();
        Take();
        Take();
        string state = first.Text[1..];
        if (first.Text == "d")
        {
            Take();
            state = ExpectName("the name of a state");
            Expect(")", "after the state of d/dt(…)");
        }

        Expect("=", "after the derivative");
        return new DerivativeStatement(first.Position, state, Sum());
    }

    private Statement Definition(Token first, bool defines)
    {
        if (!defines)
        {
            string keyword = Settings.NearestName.Find(first.Text, Keywords) is { } near && !first.IsQuoted ? $" Did you mean '{near}'?" : "";
            Take();
            throw Source.Fault(ModelTextReason.Syntax, Current.Position, $"Expected '=' after {first.Text}, or x' = …, x(0) = …, dx/dt = …, d/dt(x) = ….{keyword}");
        }

        Take();
        if (TakeIf("'"))
        {
            Expect("=", "after the derivative");
            return new DerivativeStatement(first.Position, first.Text, Sum());
        }

        if (TakeIf("("))
        {
            Token zero = Take();
            if (zero.Value != 0)
            {
                throw Source.Fault(
                    ModelTextReason.Syntax, zero.Position, $"An initial value is written {first.Text}(0) = …, whatever the time of the start is; 'start {zero.Text}' sets that.");
            }

            Take();
            Expect("=", $"after {first.Text}(0)");
            return new InitialStatement(first.Position, first.Text, Sum(), Modifiers());
        }

        Take();
        return new DefinitionStatement(first.Position, first.Text, Sum(), Modifiers());
    }

    private Modifiers Modifiers()
    {
        Modifiers found = new();
        while (true)
        {
            Token token = Current;
            if (TakeIf(">") || TakeIf(">="))
            {
                found = found with { Lower = Once(found.Lower, token, "a lower bound") ?? Sum() };
            }
            else if (TakeIf("<") || TakeIf("<="))
            {
                found = found with { Upper = Once(found.Upper, token, "an upper bound") ?? Sum() };
            }
            else if (TakeIf("~"))
            {
                Token name = Current;
                ExpectName("a prior, such as normal(1, 0.5)");
                found = found with { Prior = (CallExpression?)Once(found.Prior, token, "a prior") ?? Call(name) };
            }
            else if (TakeWord("fixed"))
            {
                found = found with { IsFixed = true };
            }
            else if (TakeWord("in"))
            {
                Once(found.Lower ?? found.Upper, token, "bounds");
                bool isClosed = Current.Is("[");
                Expect(isClosed ? "[" : "(", "after 'in'");
                Expression lower = Sum();
                Expect(",", "between the bounds");
                found = found with { Lower = lower, Upper = Sum() };
                Expect(isClosed ? "]" : ")", "after the bounds");
            }
            else if (TakeWord("varies"))
            {
                found = found with { Spread = Once(found.Spread, token, "a spread between series") ?? Sum() };
            }
            else if (TakeWord("walks"))
            {
                Once(found.Walk?.Size, token, "a walk");
                Expression size = Sum();
                ExpectWord("from");
                Expression from = Sum();
                ExpectWord("to");
                Expression to = Sum();
                ExpectWord("every");
                found = found with { Walk = (size, from, to, Sum()) };
            }
            else if (TakeWord("per"))
            {
                if (!TakeWord("series"))
                {
                    throw Unexpected("'series' after 'per'");
                }

                found = found with { IsPerSeries = true };
            }
            else
            {
                return found;
            }
        }
    }

    private void ExpectWord(string word)
    {
        if (!TakeWord(word))
        {
            throw Unexpected($"'{word}', as in walks 0.2 from 0 to 14 every 2");
        }
    }

    private Expression? Once(Expression? found, Token token, string what)
        => found is null ? null : throw Source.Fault(ModelTextReason.Syntax, token.Position, $"There are two times {what}.");

    private ObserveStatement Observe()
    {
        int position = Take().Position;
        List<(string Name, Expression? Value)> quantities = [];
        do
        {
            string name = ExpectName("the name of what is observed");
            quantities.Add((name, TakeIf("=") ? Sum() : null));
        }
        while (TakeIf(","));
        CallExpression? noise = null;
        if (TakeIf(":"))
        {
            Token name = Current;
            ExpectName("a noise model, such as normal or lognormal");
            noise = Current.Is("(") ? Call(name) : new CallExpression(name.Position, name.Text, [], []);
        }

        Expression? below = TakeWord("below") ? Sum() : null;
        Expression? weight = TakeWord("weight") ? Sum() : null;
        return new ObserveStatement(position, quantities, noise, below, weight);
    }

    private InputStatement Input()
    {
        int position = Take().Position;
        List<string> names = Names("the name of an input, which is a column of the table");
        string interpolation = TakeIf(":") ? ExpectName("linear, constant or cubic") : "linear";
        return interpolation is "linear" or "constant" or "cubic"
            ? new InputStatement(position, names, interpolation)
            : throw Source.Fault(
                ModelTextReason.Syntax, Current.Position, $"An input is linear, constant or cubic between its values, not {interpolation}.");
    }

    private CovariateStatement Covariate()
    {
        int position = Take().Position;
        List<(string Name, Expression? Reference)> names = [];
        do
        {
            string name = ExpectName("the name of a covariate, which is a column of the table");
            names.Add((name, TakeIf("=") ? Sum() : null));
        }
        while (TakeIf(","));
        return new CovariateStatement(position, names);
    }

    private List<string> Names(string what)
    {
        List<string> names = [];
        do
        {
            names.Add(ExpectName(what));
        }
        while (TakeIf(","));
        return names;
    }

    private DoseStatement Dose()
    {
        int position = Take().Position;
        Expression amount = Sum();
        Expect("->", "after the amount of a dose");
        string state = ExpectName("the state that receives the dose");
        List<(string Word, Expression Value)> clauses = [];
        bool isSteady = false;
        while (Current.Kind == TokenKind.Name)
        {
            Token word = Take();
            if (word.Text == "steady")
            {
                isSteady = true;
            }
            else if (!s_doseWords.Contains(word.Text))
            {
                throw Source.Fault(
                    ModelTextReason.Syntax,
                    word.Position,
                    $"There is no '{word.Text}' of a dose.{Settings.NearestName.Suggestion(word.Text, [.. s_doseWords, "steady"])} "
                        + $"There are {string.Join(", ", s_doseWords)} and steady.");
            }
            else if (clauses.Exists(x => x.Word == word.Text))
            {
                throw Source.Fault(ModelTextReason.Syntax, word.Position, $"There are two times '{word.Text}' of a dose.");
            }
            else
            {
                clauses.Add((word.Text, Sum()));
            }
        }

        return new DoseStatement(position, amount, state, clauses, isSteady);
    }

    private WhenStatement When()
    {
        int position = Take().Position;
        Expression condition = Condition();
        Expect(":", "after the condition of an event");
        List<(string State, Expression Value, int Position)> changes = [];
        do
        {
            Token name = Current;
            ExpectName("the state that the event changes");
            Expect("=", "after the state that the event changes");
            changes.Add((name.Text, Sum(), name.Position));
        }
        while (TakeIf(","));
        return new WhenStatement(position, condition, changes);
    }
}
