namespace NeuralOde.Equations.Language;

/// <summary>Reads expressions by recursive descent; their depth is bounded.</summary>
internal class ExpressionParser
{
    // Nobody writes what is nested deeper, or longer sums; below these bounds recursion is safe.
    private const int MaxNesting = 200;
    private const int MaxDepth = 2000;

    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;

    protected ExpressionParser(SourceText source)
    {
        Source = source;
        _tokens = Lexer.Read(source);
    }

    protected SourceText Source { get; }

    protected Token Current => _tokens[_next];

    protected Token Ahead(int count) => _tokens[Math.Min(_next + count, _tokens.Count - 1)];

    protected Token Take()
    {
        Token token = Current;
        _next = Math.Min(_next + 1, _tokens.Count - 1);
        return token;
    }

    protected bool TakeIf(string symbol)
    {
        bool found = Current.Is(symbol);
        if (found)
        {
            Take();
        }

        return found;
    }

    protected bool TakeWord(string word)
    {
        bool found = Current.IsWord(word);
        if (found)
        {
            Take();
        }

        return found;
    }

    protected void Expect(string symbol, string after)
    {
        if (!TakeIf(symbol))
        {
            throw Unexpected($"'{symbol}' {after}");
        }
    }

    protected string ExpectName(string what)
    {
        if (Current.Kind != TokenKind.Name)
        {
            throw Unexpected(what);
        }

        return Take().Text;
    }

    protected ModelTextException Unexpected(string wanted)
    {
        string found = Current.Kind switch { TokenKind.End => "the text ends", TokenKind.NewLine => "the line ends", _ => $"there is '{Current.Text}'" };
        return Source.Fault(ModelTextReason.Syntax, Current.Position, $"Expected {wanted}, but {found}.");
    }

    /// <summary>An expression with comparisons and logic.</summary>
    protected Expression Condition() => Binary(And, "or");

    /// <summary>An expression of sums, without comparisons.</summary>
    protected Expression Sum()
    {
        Expression left = Product();
        while (Current.Is("+") || Current.Is("-"))
        {
            Token symbol = Take();
            left = Bounded(new InfixExpression(symbol.Position, symbol.Text, left, Product()));
        }

        return left;
    }

    private Expression And() => Binary(Not, "and");

    private Expression Not()
    {
        if (!Current.IsWord("not"))
        {
            return Comparison();
        }

        Token word = Take();
        return Nested(word.Position, () => Bounded(new PrefixExpression(word.Position, "not", Not())));
    }

    private Expression Comparison()
    {
        Expression left = Sum();
        if (Current is { Kind: TokenKind.Symbol, Text: "<" or ">" or "<=" or ">=" or "==" or "!=" })
        {
            Token symbol = Take();
            left = Bounded(new InfixExpression(symbol.Position, symbol.Text, left, Sum()));
        }

        return left;
    }

    private Expression Binary(Func<Expression> operand, string word)
    {
        Expression left = operand();
        while (Current.IsWord(word))
        {
            Token token = Take();
            left = Bounded(new InfixExpression(token.Position, word, left, operand()));
        }

        return left;
    }

    private Expression Product()
    {
        Expression left = Unary();
        while (Current.Is("*") || Current.Is("/"))
        {
            Token symbol = Take();
            left = Bounded(new InfixExpression(symbol.Position, symbol.Text, left, Unary()));
        }

        return left;
    }

    private Expression Unary()
    {
        if (!Current.Is("-") && !Current.Is("+"))
        {
            return Power();
        }

        Token sign = Take();
        return Nested(sign.Position, () => sign.Text == "+" ? Unary() : Bounded(new PrefixExpression(sign.Position, "-", Unary())));
    }

    private Expression Power()
    {
        Expression left = Primary();
        if (!Current.Is("^"))
        {
            return left;
        }

        Token symbol = Take();
        return Nested(symbol.Position, () => Bounded(new InfixExpression(symbol.Position, "^", left, Unary())));
    }

    private Expression Primary()
    {
        Token token = Current;
        if (token.Kind == TokenKind.Number)
        {
            Take();
            return new NumberExpression(token.Position, token.Value);
        }

        if (token.Kind == TokenKind.Name)
        {
            Take();
            return Current.Is("(") && !token.IsQuoted ? Call(token) : new NameExpression(token.Position, token.Text);
        }

        if (!TakeIf("("))
        {
            throw Unexpected("a number, a name or '('");
        }

        return Nested(token.Position, () =>
        {
            Expression inner = Condition();
            Expect(")", "after the expression in parentheses");
            return inner;
        });
    }

    /// <summary>Arguments and named options in parentheses.</summary>
    protected CallExpression Call(Token name)
    {
        Expect("(", $"after {name.Text}");
        List<Expression> arguments = [];
        List<(string Name, Expression Value)> options = [];
        return (CallExpression)Nested(name.Position, () =>
        {
            while (!Current.Is(")"))
            {
                if (Current.Kind == TokenKind.Name && Ahead(1).Is(":"))
                {
                    string option = Take().Text;
                    Take();
                    options.Add((option, Condition()));
                }
                else if (options.Count > 0)
                {
                    throw Unexpected("a named option, such as hidden: 8, since arguments come before the named options");
                }
                else
                {
                    arguments.Add(Condition());
                }

                if (!TakeIf(","))
                {
                    break;
                }
            }

            Expect(")", $"at the end of the arguments of {name.Text}");
            return Bounded(new CallExpression(name.Position, name.Text, arguments, options));
        });
    }

    private Expression Nested(int position, Func<Expression> read)
    {
        if (++_depth > MaxNesting)
        {
            throw TooDeep(position);
        }

        Expression result = read();
        _depth--;
        return result;
    }

    private Expression Bounded(Expression expression) => expression.Depth <= MaxDepth ? expression : throw TooDeep(expression.Position);

    private ModelTextException TooDeep(int position)
        => Source.Fault(ModelTextReason.TooLarge, position, "The expression is nested too deep. Give parts of it names of their own.");
}
