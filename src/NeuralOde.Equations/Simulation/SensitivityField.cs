using System.Runtime.CompilerServices;
using NeuralOde.Equations.Compilation;
using NeuralOde.Equations.Language;
using NeuralOde.Solvers;

namespace NeuralOde.Equations.Simulation;

/// <summary>
/// The states with their forward sensitivities, <c>S' = J S + ∂f/∂p</c>, all exact: <c>[states | column 0 | column 1 | …]</c>. The first columns are of parameters; further
/// ones, of initial states, move by the Jacobian alone.
/// </summary>
internal sealed class SensitivityField : IVectorField<double>, IJacobian<double>
{
    private readonly CompiledExpressions _rates;
    private readonly int _states;
    private readonly int _columns;
    private readonly int[] _values;
    private readonly (int Row, int Column, int Register)[] _jacobian;
    private readonly (int Row, int Column, int Register)[] _byParameter;

    public SensitivityField(BoundModel model, CompiledExpressions rates, int columns)
    {
        _rates = rates;
        _states = model.States.Count;
        _columns = columns;
        Infusions = new double[_states * (1 + columns)];
        Scales = new double[columns];
        _values = [.. Enumerable.Range(0, _states).Select(rates.Register)];
        _jacobian = [.. rates.Derivatives.Where(x => x.Variable > 0 && x.Variable <= _states).Select(x => (x.Root, x.Variable - 1, x.Register))];
        _byParameter = [.. rates.Derivatives.Where(x => x.Variable > _states).Select(x => (x.Root, x.Variable - _states - 1, x.Register))];
    }

    /// <summary>What infusions add to the derivatives, with its own derivatives by the columns.</summary>
    public double[] Infusions { get; }

    /// <summary>∂parameter/∂column.</summary>
    public double[] Scales { get; }

    public IReadOnlyList<InputSignal> Inputs { get; set; } = [];

    /// <summary>The piece of time in which expressions are evaluated, open at both ends: what jumps at an end has the value within.</summary>
    public (double Begin, double End) Piece { get; set; } = (double.NegativeInfinity, double.PositiveInfinity);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        Run(t, z);
        ReadOnlySpan<double> r = _rates.Registers;
        int n = _states;
        Infusions.CopyTo(dz);
        for (int i = 0; i < n; i++)
        {
            dz[i] += r[_values[i]];
        }

        foreach ((int row, int column, int register) in _byParameter)
        {
            dz[(n * (1 + column)) + row] += r[register] * Scales[column];
        }

        foreach ((int row, int column, int register) in _jacobian)
        {
            double value = r[register];
            for (int k = 1; k <= _columns; k++)
            {
                dz[(k * n) + row] += value * z[(k * n) + column];
            }
        }
    }

    /// <inheritdoc/>
    public void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        // The block of the states alone; BlockLu uses it for every column.
        Run(t, z);
        foreach ((int row, int column, int register) in _jacobian)
        {
            destination[row, column] = _rates.Registers[register];
        }
    }

    private void Run(double t, ReadOnlySpan<double> z)
    {
        t = Math.Clamp(t, Piece.Begin, Piece.End);
        for (int i = 0; i < Inputs.Count; i++)
        {
            _rates.Inputs[i] = Inputs[i].At(t);
        }

        _rates.Run(t, z);
    }
}
