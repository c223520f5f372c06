namespace NeuralOde.Equations.Simulation;

/// <summary>A dose of a table: from a column, into the state that the table names or, where that is −1, the model.</summary>
internal sealed record DoseRecord(string Column, double Time, double Amount, int State)
{
    /// <summary>Amount per time of an infusion; 0 for a bolus.</summary>
    public double Rate { get; init; }

    public bool IsSteady { get; init; }

    /// <summary>Time between two doses, of steady and of additional ones.</summary>
    public double Interval { get; init; }

    /// <summary>How many doses follow, an interval after one another.</summary>
    public int Additional { get; init; }
}

/// <summary>What acts on the states of one series.</summary>
internal sealed class SeriesInput
{
    /// <summary>Name, for messages.</summary>
    public string Name { get; init; } = "";

    /// <summary>Time of the initial values.</summary>
    public required double Start { get; init; }

    public double[] Covariates { get; init; } = [];

    public IReadOnlyList<InputSignal> Inputs { get; init; } = [];

    public IReadOnlyList<DoseRecord> Doses { get; init; } = [];

    /// <summary>Times at which the states become the initial values again.</summary>
    public IReadOnlyList<double> Resets { get; init; } = [];
}

/// <summary>How accurately, and by what method.</summary>
internal sealed record SimulationOptions
{
    public double RelativeTolerance { get; init; } = 1e-8;

    /// <summary>Absolute tolerances are this times the relative one times a state's size.</summary>
    public double SmallShare { get; init; } = 1e-3;

    /// <summary>The method; null for an explicit one that gives way to <see cref="NeuralOde.Solvers.Bdf"/> where a problem is stiff.</summary>
    public NeuralOde.Solvers.OdeSolver? Solver { get; init; }
}

/// <summary>An event of the model that happened.</summary>
internal sealed record ModelEvent(string Text, double Time, double[] Before, double[] After);
