namespace NeuralOde.Series.Models;

/// <summary>What is learned about one series besides the dynamics: from which states it starts.</summary>
/// <param name="Id">What tells the series from others.</param>
/// <param name="Starts">
/// Model times at which a piece of the trajectory starts, rising; the first is the series' first observation. One where the whole series is
/// one trajectory, as it is wherever training managed that.
/// </param>
/// <param name="States">The states there, <c>[starts][observed and hidden components]</c>, standardized.</param>
/// <param name="TrainingEnd">The natural time of the last observation that training saw.</param>
/// <param name="DataEnd">The natural time of the last observation of all, held-out ones included: where forecasts begin.</param>
public sealed record SeriesPath(string Id, IReadOnlyList<double> Starts, IReadOnlyList<IReadOnlyList<double>> States, double TrainingEnd, double DataEnd)
{
    /// <summary>The model times where the state is known.</summary>
    public IReadOnlyList<double> Starts { get; init => field = ValueList.From(value); } = ValueList.From(Starts);

    /// <summary>The states there, <c>[starts][observed and hidden components]</c>, standardized.</summary>
    public IReadOnlyList<IReadOnlyList<double>> States { get; init => field = Rows(value); } = Rows(States);

    private static ValueList<IReadOnlyList<double>> Rows(IEnumerable<IReadOnlyList<double>> rows) => ValueList.From<IReadOnlyList<double>>(rows.Select(ValueList.From));
}
