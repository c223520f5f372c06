namespace NeuralOde.Training;

/// <summary>Ends training when validations do not improve any more.</summary>
public sealed record EarlyStopping
{
    /// <summary>Makes a rule.</summary>
    /// <param name="patience">After how many validations in a row without a better model training ends, at least 1.</param>
    public EarlyStopping(int patience)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        Patience = patience;
    }

    /// <summary>After how many validations in a row without a better model training ends.</summary>
    public int Patience { get; }
}
