using NeuralOde.Equations.Language;
using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Compilation;

/// <summary>Expressions of a model with registers of their own: one for each thread.</summary>
internal sealed class CompiledExpressions
{
    private readonly BoundModel _model;
    private readonly GradientProgram _program;

    private CompiledExpressions(BoundModel model, GradientProgram program)
    {
        _model = model;
        _program = program;
        Registers = new double[program.Program.RegisterCount];
    }

    /// <summary>Compiles expressions with their derivatives by the time (variable 0), the states, and some parameters.</summary>
    public CompiledExpressions(BoundModel model, IReadOnlyList<Term> roots, IReadOnlyList<int> sensitive)
        : this(model, Compile(model, roots, sensitive))
    {
    }

    /// <summary>The variables, then everything computed.</summary>
    public double[] Registers { get; }

    /// <summary>Values of inputs, to be set before <see cref="Run"/>.</summary>
    public Span<double> Inputs => Registers.AsSpan(_model.InputVariable(0), _model.Inputs.Count);

    /// <summary>Derivatives: by variable 0, the time; then states; then parameters.</summary>
    public PartialDerivative[] Derivatives => _program.Derivatives;

    public int Count => _program.Values.Length;

    /// <summary>Sets parameters and covariates.</summary>
    public void Prepare(ReadOnlySpan<double> parameters, ReadOnlySpan<double> covariates)
    {
        parameters.CopyTo(Registers.AsSpan(_model.ParameterVariable(0)));
        covariates.CopyTo(Registers.AsSpan(_model.CovariateVariable(0)));
        _program.Program.Prepare(Registers);
    }

    public void Run(double t, ReadOnlySpan<double> states)
    {
        Registers[0] = t;
        states[.._model.States.Count].CopyTo(Registers.AsSpan(1));
        _program.Program.Run(Registers);
    }

    /// <summary>Where the value of an expression is.</summary>
    public int Register(int root) => _program.Values[root];

    public double Value(int root) => Registers[_program.Values[root]];

    /// <summary>Adds up the total derivative of an expression by the columns of a sensitivity: partial by parameters, and by states times their sensitivities.</summary>
    /// <param name="root">The expression.</param>
    /// <param name="sensitivities">∂state/∂column, column after column; columns that are missing at the end are zero.</param>
    /// <param name="scales">∂parameter/∂column for the first columns.</param>
    /// <param name="total">Destination, a value for each column.</param>
    public void TotalDerivative(int root, ReadOnlySpan<double> sensitivities, ReadOnlySpan<double> scales, Span<double> total)
    {
        int n = _model.States.Count;
        total.Clear();
        foreach (PartialDerivative d in _program.Derivatives)
        {
            if (d.Root != root || d.Variable == 0)
            {
                continue;
            }

            double value = Registers[d.Register];
            if (d.Variable > n)
            {
                int column = d.Variable - n - 1;
                total[column] += value * scales[column];
            }
            else
            {
                for (int k = 0; k < Math.Min(total.Length, sensitivities.Length / n); k++)
                {
                    total[k] += value * sensitivities[(k * n) + d.Variable - 1];
                }
            }
        }
    }

    /// <summary>The partial derivative by the time.</summary>
    public double TimeDerivative(int root)
    {
        foreach (PartialDerivative d in _program.Derivatives)
        {
            if (d.Root == root && d.Variable == 0)
            {
                return Registers[d.Register];
            }
        }

        return 0;
    }

    /// <summary>The derivative along a direction of the states.</summary>
    public double Along(int root, ReadOnlySpan<double> direction)
    {
        double sum = 0;
        foreach (PartialDerivative d in _program.Derivatives)
        {
            if (d.Root == root && d.Variable > 0 && d.Variable <= direction.Length)
            {
                sum += Registers[d.Register] * direction[d.Variable - 1];
            }
        }

        return sum;
    }

    private static GradientProgram Compile(BoundModel model, IReadOnlyList<Term> roots, IReadOnlyList<int> sensitive)
    {
        // The pool grows by the derivatives, and threads share it.
        lock (model.Pool)
        {
            return new GradientProgram(
                model.Pool,
                roots,
                [BoundModel.TimeVariable, .. Enumerable.Range(0, model.States.Count).Select(BoundModel.StateVariable), .. sensitive.Select(model.ParameterVariable)],
                model.VariableCount,
                x => x > model.States.Count && x < model.InputVariable(0));
        }
    }
}
