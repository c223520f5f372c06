namespace NeuralOde.Series.Models;

/// <summary>A state that a learned trajectory passes, with how fast it changes there.</summary>
/// <param name="Series">The series' id.</param>
/// <param name="Time">When, in natural time.</param>
/// <param name="State">The observed components in natural values, then the hidden ones in the model's.</param>
/// <param name="Velocity">The change of each in a unit of natural time.</param>
public sealed record FieldPoint(string Series, double Time, IReadOnlyList<double> State, IReadOnlyList<double> Velocity)
{
    /// <summary>The observed components in natural values, then the hidden ones in the model's.</summary>
    public IReadOnlyList<double> State { get; init => field = ValueList.From(value); } = ValueList.From(State);

    /// <summary>The change of each in a unit of natural time.</summary>
    public IReadOnlyList<double> Velocity { get; init => field = ValueList.From(value); } = ValueList.From(Velocity);
}
